"""Append-only files of checksummed JSON lines: the journal and the mask log are both such a file.

A line is a JSON object whose last member is `"crc"`: the CRC-32 (zlib) of the object without that member,
as eight hex digits. A crash can leave an invalid tail, which is dropped; an invalid line with valid ones
after it is damage that only `repair` may touch.
"""

import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_CRC_LENGTH = len(b',"crc":"00000000"}')


def seal(body: bytes) -> bytes:
    """The line, newline included, of a JSON object given as bytes `{...}` with at least one member."""
    return b'%s,"crc":"%08x"}\n' % (body[:-1], zlib.crc32(body))


def unseal(line: bytes) -> bytes | None:
    """The JSON object of a line without its newline; None if the checksum does not fit."""
    body = line[:-_CRC_LENGTH] + b"}"
    return body if line[-_CRC_LENGTH:] == b',"crc":"%08x"}' % zlib.crc32(body) else None


@dataclass(frozen=True)
class Line:
    """One valid line: its number (from 1), its place in bytes (newline included) and its JSON object."""

    number: int
    offset: int
    length: int
    body: bytes


@dataclass
class Scan:
    """What reading a log found besides its lines; complete once `lines()` has run to its end.

    Attributes:
        good_length: bytes up to the end of the last line before anything invalid.
        dropped_bytes: length of the invalid tail, 0 if there is none.
        damaged_line: number of the first invalid line that has valid lines after it, else None.
    """

    path: Path
    good_length: int = 0
    dropped_bytes: int = 0
    damaged_line: int | None = None

    def lines(self) -> Iterator[Line]:
        """Yield the valid lines in order, up to the first invalid one."""
        offset = number = 0
        with self.path.open("rb") as file:
            for raw in file:
                number += 1
                body = unseal(raw[:-1]) if raw.endswith(b"\n") else None
                if body is None:
                    self._judge_rest(number, raw, file)
                    return
                yield Line(number, offset, len(raw), body)
                offset += len(raw)
                self.good_length = offset

    def _judge_rest(self, number: int, raw: bytes, rest: Iterator[bytes]) -> None:
        self.dropped_bytes = len(raw)
        for later in rest:
            self.dropped_bytes += len(later)
            # A write torn inside a multi-line append may be followed by NULs, never by a whole line.
            if later.endswith(b"\n") and unseal(later[:-1]) is not None:
                self.damaged_line = number
        if self.damaged_line is not None:
            self.dropped_bytes = 0


class AppendLog:
    """The one writer of a log. `length` is where the next line goes; nothing after it was acknowledged."""

    def __init__(self, path: Path, length: int) -> None:
        """Open for appending after `length` good bytes; whatever lies behind is cut off."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
        self._fd = os.open(path, flags, 0o644)
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
        os.ftruncate(self._fd, length)
        self.length = length

    def close(self) -> None:
        os.close(self._fd)
