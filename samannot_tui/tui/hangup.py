"""Leaving when the link is closed: nobody sees the terminal any more, and everything must be saved."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def leaving_on_hang_up(save: Callable[[], object]) -> Iterator[None]:
    """On SIGHUP, call `save` in a thread of its own, then end the process; what `nohup` ignores stays ignored.

    Not on the event loop: with the hang-up comes a SIGCONT, on which Textual writes to the terminal that is
    gone; its writer thread dies of that, and the loop waits for the thread's queue for ever.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=save_and_end, name="hang-up").start()

    def save_and_end() -> None:
        try:
            save()
        finally:
            os._exit(1)

    before = signal.getsignal(signal.SIGHUP)
    if before is signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGHUP, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
