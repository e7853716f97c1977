"""One writer a session: an flock on the session's `lock` file, which ends with its owner however it ends."""

import fcntl
import os
import platform
from contextlib import suppress
from pathlib import Path

from samannot_tui.text import printable


class WriterLock:
    """Held until `release` or the process's end; the file itself says who holds it, for people to read."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        os.close(self._descriptor)


def acquire(path: Path) -> WriterLock | str:
    """Take the lock, or say in a sentence why it cannot be had."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        return f"the session's folder cannot be written to ({error.strerror})"
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
        os.close(descriptor)
        return f"{printable(holder) or 'another program'} has it open for writing"
    os.ftruncate(descriptor, 0)
    with suppress(OSError):  # a full disk: the lock holds without its holder's name
        os.pwrite(descriptor, f"process {os.getpid()} on {platform.node()}\n".encode(), 0)
    return WriterLock(descriptor)
