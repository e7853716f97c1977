"""A hang-up or a request to terminate ends the program as Ctrl-C does: cleanly, with nothing lost."""

import signal
from types import FrameType


def end_on_signals() -> None:
    """Have SIGTERM and SIGHUP raise KeyboardInterrupt in the main thread; what `nohup` ignores stays ignored."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
