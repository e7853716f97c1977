"""The mask log: every mask ever made, one line each, append-only. The journal says which of them are live."""

import os
import threading
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from samannot_tui.appendlog import AppendLog, Line, Scan, open_regular, seal, unseal
from samannot_tui.errors import InputError
from samannot_tui.masks.index import LOST_LABEL, MAX_LABELS, IndexRow, MaskIndex, RecordSource, Row
from samannot_tui.masks.index_file import KeptIndex, LogDigest, load, pack
from samannot_tui.masks.rle import Rle
from samannot_tui.text import printable

ROWS_AT_ONCE = 4096
"""More at once go through memory, not through the processor's cache."""
WORTH_KEEPING = 10_000
"""So many records more than the index's file has are worth writing it again: fewer are read in some 30 ms."""
SourceName = Literal["prompted", "propagated", "edited"]


# Bounded, so that whatever a stranger's log says fits the index.
Number = Annotated[int, msgspec.Meta(ge=0, lt=1 << 31)]


class NewMask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A mask to append.

    `object_score` is a logit, > 0 present; `quality` is 0 to 1. `source`: "prompted" (an engine, from
    prompts of this frame), "propagated" or "edited" (a person). `run` made it; None outside runs. `imported`:
    it was made elsewhere, by a person where `source` is "edited".
    """

    frame: Number
    label: Number
    rle: Rle
    object_score: float
    quality: float
    source: SourceName
    run: Number | None
    imported: bool = False


class MaskRecord(NewMask, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A mask of the log; ids count from 1 in the order of the lines."""

    id: Number


class _Header(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A record without its mask, which the decoder skips: what the index needs of every line."""

    id: Number
    frame: Number
    label: Number
    object_score: float
    quality: float
    source: SourceName
    run: Number | None


class _Lost(msgspec.Struct, frozen=True):
    lost: Annotated[int, msgspec.Meta(ge=0, le=1 << 20)]


_LOST_PREFIX = b'{"lost":'
_SOURCES = {
    "prompted": RecordSource.PROMPTED,
    "propagated": RecordSource.PROPAGATED,
    "edited": RecordSource.EDITED,
}


def lost_line(records: int, length: int | None = None) -> bytes:
    """The line that `repair` puts in the place of damage which held `records` records.

    It is as long as the damage, `length` bytes, so that the journal's offsets into the log still hold; as long
    as it needs to be where records are missing at the end.

    Raises:
        ValueError: the damage is shorter than any record.
    """
    shortest = len(seal(b'%s%d,"padding":""}' % (_LOST_PREFIX, records)))
    length = max(shortest, records) if length is None else length
    if length < max(shortest, records):
        raise ValueError(f"{length} bytes cannot have held a mask record")
    return seal(b'%s%d,"padding":"%s"}' % (_LOST_PREFIX, records, b" " * (length - shortest)))


def check_record(body: bytes, frame_count: int) -> int:
    """The id of the record that a line holds.

    Raises:
        ValueError, RecursionError: it holds no record of a video of `frame_count` frames.
    """
    return _read_header(body, frame_count).id


_decode_header = msgspec.json.Decoder(_Header).decode


def _read_header(body: bytes, frame_count: int) -> _Header:
    head = _decode_header(body)
    if head.frame >= frame_count or not 1 <= head.label <= MAX_LABELS:
        raise ValueError(f"a mask of frame {head.frame}, label {head.label}, which this session cannot have")
    return head


def _lost_rows(line: Line) -> list[IndexRow]:
    lost = msgspec.json.decode(line.body, type=_Lost).lost
    if lost > line.length:
        raise ValueError(f"{line.length} bytes cannot have held {lost} mask records")
    return [IndexRow(0, LOST_LABEL, RecordSource.PROMPTED, 0, 0, 0, line.offset, line.length)] * lost


class MaskLog:
    """The log of one session. `append` is for the session's writer alone; `read` is safe from any thread.

    Attributes:
        index: a row for every record.
        length: bytes of the log so far.
        scan: what opening it found.
    """

    def __init__(
        self, path: Path, size: tuple[int, int], frame_count: int, *, writable: bool, index_file: Path | None = None
    ) -> None:
        """Open, reading the header of every line that `index_file` does not know.

        Args:
            size: (height, width) of the video; a record of another size is refused when it is read.
            index_file: where `packed_index` was written, if it was.

        Raises:
            InputError: it cannot be opened, holds a whole line that is no record.
        """
        self.path = path
        self._size = size
        self._reader = open_regular(path)
        kept = None if index_file is None else load(index_file, self._reader.fileno(), frame_count)
        self._digest = LogDigest() if kept is None else kept.digest
        self.index = MaskIndex() if kept is None else kept.index
        self.scan = Scan(path) if kept is None else Scan(path, kept.digest.length, kept.lines)
        self._kept = self.index.count
        rows = self._rows(frame_count)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            self.index.extend(some)
        damaged = self.scan.damaged_line is not None
        self._writer = AppendLog(path, self.scan.good_length) if writable and not damaged else None
        self._lock = threading.Lock()
        self._appended = 0

    @property
    def length(self) -> int:
        return self._writer.length if self._writer else self.scan.good_length

    def _rows(self, frame_count: int) -> Iterator[Row]:
        count = self.index.count
        for line in self.scan.lines():
            try:
                if line.body.startswith(_LOST_PREFIX):
                    lost = _lost_rows(line)
                    yield from lost
                    count += len(lost)
                    continue
                head = _read_header(line.body, frame_count)
            except (ValueError, RecursionError) as error:
                raise InputError(
                    f"{printable(self.path)}, line {line.number}: not a mask record ({printable(error)}); try `repair`."
                ) from error
            count += 1
            if head.id != count:
                raise InputError(f"{printable(self.path)}, line {line.number}: holds record {head.id}; try `repair`.")
            yield _row(head, line.offset, line.length)

    def append(self, masks: Sequence[NewMask]) -> list[int]:
        """Append records and return their ids. Durable after `sync`.

        Raises:
            OSError: the disk is full; nothing was appended.
        """
        assert self._writer is not None, "a read-only log was written to"
        with self._lock:
            first = self.index.count + 1
            records = [
                MaskRecord(id=record, **{name: getattr(mask, name) for name in NewMask.__struct_fields__})
                for record, mask in enumerate(masks, first)
            ]
            places = self._writer.append([msgspec.json.encode(record) for record in records])
            self.index.extend([_row(record, *place) for record, place in zip(records, places, strict=True)])
            self._appended += len(records)
        return list(range(first, first + len(records)))

    def sync(self) -> None:
        """Make every record so far survive a power cut.

        Raises:
            OSError: the disk failed.
        """
        assert self._writer is not None, "a read-only log was written to"
        self._writer.sync()

    def read(self, record: int) -> MaskRecord:
        """One record with its mask, whose size is this video's.

        Raises:
            KeyError: no such record.
            InputError: the line was damaged on disk, or its mask has another size than the video.
        """
        row = self.index.row(record)
        body = unseal(os.pread(self._reader.fileno(), row.length, row.offset))
        if body is None:
            raise InputError(f"{printable(self.path)}, line {record}: damaged on disk; try `repair`.")
        try:
            found = msgspec.json.decode(body, type=MaskRecord)
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"{printable(self.path)}, line {record}: not a mask record ({printable(error)})."
            ) from error
        if found.rle.size != self._size:
            raise InputError(f"{printable(self.path)}, line {record}: a mask of another size than the video.")
        return found

    def packed_index(self) -> bytes | None:
        """What an index file of the log as it is now holds; None where the one that was read will do."""
        with self._lock:
            if self.index.count - self._kept < WORTH_KEEPING:
                return None
            self._digest.extend(self._reader.fileno(), self.length)
            self._kept = self.index.count
            return pack(KeptIndex(self.index, self._digest, self.scan.good_lines + self._appended))

    def close(self) -> None:
        self._reader.close()
        if self._writer:
            self._writer.close()


def _row(record: MaskRecord | _Header, offset: int, length: int) -> Row:
    # A plain tuple: of half a million records that is to be felt.
    return (
        record.frame,
        record.label,
        _SOURCES[record.source],
        record.run or 0,
        record.object_score,
        record.quality,
        offset,
        length,
    )
