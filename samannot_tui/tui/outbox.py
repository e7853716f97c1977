"""What is on its way to the terminal: written in a thread of its own, so that nobody waits for a slow or hung link."""

import os
import select
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

CHUNK = 4096
"""Bytes written at a time: so exactly is known how many are left."""


class Outbox:
    """Puts text on a file descriptor in the order given. A terminal that is gone swallows it.

    Text may be put in by any thread, and in a signal handler that interrupts one there.
    """

    def __init__(self, descriptor: int, emptied: Callable[[], None]) -> None:
        """`emptied` is called in the writing thread when all is written, if anybody was told `is_beyond` before."""
        self._descriptor = descriptor
        self._emptied = emptied
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        # Two counters in place of a lock: a signal handler could find that taken for ever.
        self._put = 0
        self._done = 0
        self._is_awaited = False
        self._is_over = False
        self._thread = Thread(target=self._write_all, name="terminal-output", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Is the terminal gone, or the outbox closed?"""
        return self._is_over

    def put(self, text: str) -> None:
        """Have this written; returns at once."""
        data = text.encode("utf-8", "replace")
        size = len(data)  # no call in the next line: it is not interrupted then
        self._put += size
        self._queue.put(data)

    def is_beyond(self, size: int) -> bool:
        """Are more than `size` bytes unwritten? Then `emptied` will be called."""
        if self._put - self._done <= size:
            return False
        self._is_awaited = True
        return self._put - self._done > size  # as before, unless the thread has not seen that anybody waits

    def close(self, patience: float) -> None:
        """Write what is left, for so many seconds at most; after that no more than the CHUNK that the link holds up."""
        self._queue.put(None)
        self._thread.join(patience)
        self._is_over = True

    def _write_all(self) -> None:
        while (data := self._queue.get()) is not None:
            self._write(data)
            if self._is_awaited and self._done == self._put and not self._is_over:
                self._is_awaited = False
                self._emptied()

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left and not self._is_over:
            try:
                written = os.write(self._descriptor, left[:CHUNK])
            except BlockingIOError:
                # Some other program on this terminal has asked for that.
                select.select([], [self._descriptor], [])
            except OSError:
                self._is_over = True
            else:
                left = left[written:]
                self._done += written
        self._done += len(left)
