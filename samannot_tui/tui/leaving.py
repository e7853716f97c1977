"""Leaving when the program is told to: by a request to terminate, or because the link is closed."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def leaving_on_signals(leave: Callable[[], None]) -> Iterator[None]:
    """On SIGTERM and SIGHUP, call `leave` in the main thread; what `nohup` ignores stays ignored.

    To be held until everything is saved: a closed link sends SIGHUP twice, once by the kernel, once by the shell.
    """

    def called(number: int, frame: FrameType | None) -> None:
        leave()

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    ours = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in ours:
        signal.signal(number, called)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])
