"""Append-only files of checksummed JSON lines: the journal and the mask log are both such a file.

A line is a JSON object whose last member is `"crc"`: the CRC-32 (zlib) of the object without that member,
as eight hex digits. A crash can leave an invalid tail, which is dropped; an invalid line with valid ones
after it is damage that only `repair` may touch.
"""

import os
import stat
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from samannot_tui.errors import InputError
from samannot_tui.text import printable

_CRC_LENGTH = len(b',"crc":"00000000"}')
LONGEST_LINE = 64 * 2**20


def seal(body: bytes) -> bytes:
    """The line, newline included, of a JSON object given as bytes `{...}` with at least one member."""
    return b'%s,"crc":"%08x"}\n' % (body[:-1], zlib.crc32(body))


def unseal(line: bytes) -> bytes | None:
    """The JSON object of a line, newline included; None if it is not whole or its checksum does not fit."""
    body = line[: -_CRC_LENGTH - 1] + b"}"
    return body if line[-_CRC_LENGTH - 1 :] == b',"crc":"%08x"}\n' % zlib.crc32(body) else None


def open_regular(path: Path) -> BinaryIO:
    """Open a session's file for reading: a regular file itself, never what a symlink points to.

    Raises:
        InputError: it is missing, something else than a file, or may not be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise InputError(f"{printable(path)} cannot be opened: {error.strerror}.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InputError(f"{printable(path)} is not a regular file; a session's files must be.")
    return os.fdopen(descriptor, "rb")


class Line(NamedTuple):
    """One valid line: its number (from 1), its place in bytes (newline included) and its JSON object."""

    number: int
    offset: int
    length: int
    body: bytes


@dataclass
class Scan:
    """Reads a log; what it found besides the lines is complete once `lines()` has run to its end.

    It begins after `good_length` bytes, which are `good_lines` lines, where they are known to be good.

    Attributes:
        good_length: bytes up to the end of the last line before anything invalid.
        good_lines: how many lines those are.
        dropped_bytes: length of the invalid tail, 0 if there is none.
        damaged_line: number of the first invalid line that has lines after it which no crash leaves behind:
            valid ones, or several that are whole but changed (by an editor, say); else None.
    """

    path: Path
    good_length: int = 0
    good_lines: int = 0
    dropped_bytes: int = 0
    damaged_line: int | None = None

    def lines(self) -> Iterator[Line]:
        """Yield the valid lines in order, after those that are known, up to the first invalid one."""
        number, offset = self.good_lines + 1, self.good_length  # local: of a long log this is a good part of the work
        with open_regular(self.path) as file:
            file.seek(offset)
            readline = file.readline
            while raw := readline(LONGEST_LINE):
                body = unseal(raw)
                if body is None:
                    self._judge_rest(number, raw, file)
                    return
                length = len(raw)
                self.good_length, self.good_lines = offset + length, number
                yield Line(number, offset, length, body)
                number += 1
                offset += length

    def _judge_rest(self, number: int, raw: bytes, file: BinaryIO) -> None:
        length = changed = 0
        while raw:
            length += len(raw)
            changed += raw.startswith(b"{") and raw.endswith(b"\n")
            if changed > 1 or unseal(raw) is not None:
                self.damaged_line = number
                return
            raw = file.readline(LONGEST_LINE)
        self.dropped_bytes = length


class AppendLog:
    """The one writer of a log. `length` is where the next line goes; nothing after it was acknowledged."""

    def __init__(self, path: Path, length: int) -> None:
        """Open for appending after `length` good bytes; whatever lies behind is cut off."""
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        self.length = length
        os.ftruncate(self._fd, length)

    def append(self, bodies: Sequence[bytes]) -> list[tuple[int, int]]:
        """Append JSON objects as lines; returns (offset, length) of each. Not yet durable: see `sync`.

        Raises:
            OSError: the disk is full or gone. The file then ends where it ended before the call.
        """
        lines = [seal(body) for body in bodies]
        start = self.length
        try:
            self._write(b"".join(lines), start)
        except OSError:
            os.ftruncate(self._fd, start)
            raise
        places = []
        for line in lines:
            places.append((self.length, len(line)))
            self.length += len(line)
        return places

    def _write(self, data: bytes, offset: int) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._fd, view, offset)
            view, offset = view[written:], offset + written

    def sync(self) -> None:
        """Make everything appended so far survive a power cut."""
        os.fsync(self._fd)

    def rollback(self, length: int) -> None:
        """Forget what was appended after `length` bytes (its sync failed)."""
        self.length = length
        os.ftruncate(self._fd, length)

    def close(self) -> None:
        """May be called twice: by the second time the descriptor may be another file's."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1
