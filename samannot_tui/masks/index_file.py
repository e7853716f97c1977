"""The mask log's index in a file, so that not every line of a long log has to be read to open it.

It may be thrown away at any time, and is believed only of a log that begins as the one did of which it was made, which
a digest tells.
The file is a checksummed JSON line, then the index's columns without record 0, one after the other, little-endian.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import numpy.typing as npt

from samannot_tui.appendlog import open_regular, seal, unseal
from samannot_tui.errors import InputError
from samannot_tui.masks.index import LOST_LABEL, MAX_LABELS, MaskIndex, RecordSource

VERSION = 1
_LONGEST_HEAD = 1024
_AT_ONCE = 1 << 20
_Count = Annotated[int, msgspec.Meta(ge=0, lt=1 << 62)]


class LogDigest:
    """BLAKE2b of a log's first `length` bytes, taken further as the log grows."""

    def __init__(self) -> None:
        self.length = 0
        self._hash = hashlib.blake2b(digest_size=32)

    def extend(self, descriptor: int, length: int) -> None:
        """Take in the bytes up to `length`; `self.length` stays less where the log is shorter."""
        while part := os.pread(descriptor, min(_AT_ONCE, length - self.length), self.length):
            self._hash.update(part)
            self.length += len(part)

    @property
    def text(self) -> str:
        return self._hash.hexdigest()


class _Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: int
    log_length: _Count
    log_lines: _Count
    log_digest: str
    records: _Count
    columns_digest: str


@dataclass(frozen=True)
class KeptIndex:
    """An index of a log's first `digest.length` bytes, which are `lines` lines."""

    index: MaskIndex
    digest: LogDigest
    lines: int


def pack(kept: KeptIndex) -> bytes:
    """The file's content."""
    data = b"".join(column.astype(column.dtype.newbyteorder("<")).tobytes() for column in kept.index.columns().values())
    head = _Head(
        version=VERSION,
        log_length=kept.digest.length,
        log_lines=kept.lines,
        log_digest=kept.digest.text,
        records=kept.index.count,
        columns_digest=_digest(data),
    )
    return seal(msgspec.json.encode(head)) + data


def load(path: Path, log: int, frame_count: int) -> KeptIndex | None:
    """The index that the file holds; None where it is missing, damaged, or not of this log.

    Args:
        log: descriptor of the log, open for reading.
        frame_count: of the video; what names another frame is not believed.
    """
    try:
        with open_regular(path) as file:
            body = unseal(file.readline(_LONGEST_HEAD))
            head = None if body is None else msgspec.json.decode(body, type=_Head)
            # Nothing is read for a log that is shorter than that: it was replaced, or cut off.
            if head is None or head.version != VERSION or head.log_length > os.fstat(log).st_size:
                return None
            data = file.read()
    except (InputError, OSError, ValueError, RecursionError):
        return None
    if _digest(data) != head.columns_digest:
        return None
    index = _unpacked(data, head)
    if index is None or not _is_sound(index, head.log_length, frame_count):
        return None
    digest = LogDigest()
    digest.extend(log, head.log_length)
    return KeptIndex(index, digest, head.log_lines) if digest.text == head.log_digest else None


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def _unpacked(data: bytes, head: _Head) -> MaskIndex | None:
    columns, start = {}, 0
    for name, dtype in MaskIndex.DTYPES.items():
        stored = np.dtype(dtype).newbyteorder("<")
        end = start + head.records * stored.itemsize
        if end > len(data):
            return None
        columns[name] = np.frombuffer(data[start:end], stored).astype(dtype)
        start = end
    return MaskIndex.of(columns) if start == len(data) else None


def _is_sound(index: MaskIndex, log_length: int, frame_count: int) -> bool:
    """Whether all is within its bounds: a stranger's session may bring any file."""
    if not index.count:
        return True
    columns = index.columns()
    offset, length = columns["offset"], columns["length"]
    return bool(
        _within(columns["frame"], 0, frame_count - 1)
        and _within(columns["label"], LOST_LABEL, MAX_LABELS)
        and _within(columns["source"], min(RecordSource), max(RecordSource))
        and _within(columns["run"], 0, None)
        and _within(offset, 0, log_length)
        and (np.diff(offset) >= 0).all()
        and _within(length, 1, None)
        and (offset + length <= log_length).all()
    )


def _within(column: npt.NDArray[Any], least: int, most: int | None) -> bool:
    return bool((column >= least).all() and (most is None or (column <= most).all()))
