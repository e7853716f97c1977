"""Pictures that a person saved: `screenshots/NAME-frame-N.png` in the session's folder. Not part of the annotation."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from samannot_tui.errors import InputError, JobError
from samannot_tui.text import printable

FOLDER = "screenshots"
LONGEST_NAME = 200
"""Bytes of the video's name in a file's; file systems allow 255 for all of it."""


def add_screenshot(folder: Path, png: bytes, name: str, frame: int) -> Path:
    """Write a PNG file under a name that nothing has yet, never through a symlink; returns its path.

    Raises:
        InputError: `screenshots` is there and no folder.
        JobError: the disk failed; no file is left.
    """
    place = folder / FOLDER
    stem = f"{os.fsdecode(os.fsencode(name)[:LONGEST_NAME])}-frame-{frame}"
    try:
        with suppress(FileExistsError):
            place.mkdir()
        with _opened(place) as descriptor:
            return place / _write_new(descriptor, stem, png)
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise InputError(f"{printable(place)} is not a folder; move it, then save the picture again.") from error
        raise JobError(f"The picture could not be saved in {printable(place)}: {error.strerror}.") from error


@contextmanager
def _opened(place: Path) -> Iterator[int]:
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _write_new(folder: int, stem: str, data: bytes) -> str:
    """Write a file that was not there in an open folder; returns its name."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    for number in count(1):
        name = f"{stem}.png" if number == 1 else f"{stem}-{number}.png"
        with suppress(FileExistsError):
            descriptor = os.open(name, flags, 0o644, dir_fd=folder)
            break
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        os.unlink(name, dir_fd=folder)
        raise
    os.fsync(folder)
    return name
