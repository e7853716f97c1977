"""The mask log: every mask ever made, one line each, append-only. The journal says which of them are live."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from samannot_tui.appendlog import AppendLog, Scan, open_regular, unseal
from samannot_tui.errors import InputError
from samannot_tui.masks.index import IndexRow, MaskIndex, RecordSource
from samannot_tui.masks.rle import Rle
from samannot_tui.text import printable

SourceName = Literal["prompted", "propagated", "edited"]


class NewMask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mask to append.

    `object_score` is a logit, > 0 present; `quality` is 0 to 1. `source`: "prompted" (an engine, from
    prompts of this frame), "propagated" or "edited" (a person). `run` made it; None outside runs.
    """

    frame: int
    label: int
    rle: Rle
    object_score: float
    quality: float
    source: SourceName
    run: int | None


class MaskRecord(NewMask, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mask of the log; ids count from 1 in the order of the lines."""

    id: int


class _Header(msgspec.Struct, frozen=True, kw_only=True):
    """A record without its mask, which the decoder skips: what the index needs of every line."""

    id: int
    frame: int
    label: int
    object_score: float
    quality: float
    source: SourceName
    run: int | None


_SOURCES = {
    "prompted": RecordSource.PROMPTED,
    "propagated": RecordSource.PROPAGATED,
    "edited": RecordSource.EDITED,
}


class MaskLog:
    """The log of one session. `append` is for the session's writer alone; `read` is safe from any thread.

    Attributes:
        index: a row for every record.
        length: bytes of the log so far.
        scan: what opening it found.
    """

    def __init__(self, path: Path, size: tuple[int, int], frame_count: int, *, writable: bool) -> None:
        """Open, reading every line's header; a missing log is an empty one.

        Args:
            size: (height, width) of the video; a record of another size is refused when it is read.

        Raises:
            InputError: a whole line that does not say what a record says.
        """
        self.path = path
        self._size = size
        self.scan = Scan(path)
        self.index = MaskIndex(self._rows(frame_count) if path.exists() or path.is_symlink() else ())
        damaged = self.scan.damaged_line is not None
        self._writer = AppendLog(path, self.scan.good_length) if writable and not damaged else None
        self._reader = open_regular(path) if path.exists() else None
        self._lock = threading.Lock()

    @property
    def length(self) -> int:
        return self._writer.length if self._writer else self.scan.good_length

    def _rows(self, frame_count: int) -> list[IndexRow]:
        decoder = msgspec.json.Decoder(_Header)
        rows = []
        for line in self.scan.lines():
            try:
                head = decoder.decode(line.body)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise InputError(f"{printable(self.path)}, line {line.number}: not a mask record ({error}).") from error
            if head.id != line.number or not 0 <= head.frame < frame_count or not 1 <= head.label <= 255:
                raise InputError(
                    f"{printable(self.path)}, line {line.number}: record {head.id} of frame {head.frame}, "
                    f"label {head.label} does not belong to this session; try `repair`."
                )
            source = _SOURCES[head.source]
            scores = head.object_score, head.quality
            rows.append(IndexRow(head.frame, head.label, source, head.run or 0, *scores, line.offset, line.length))
        return rows

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
            for record, place in zip(records, places, strict=True):
                scores = record.object_score, record.quality
                source = _SOURCES[record.source]
                self.index.add(IndexRow(record.frame, record.label, source, record.run or 0, *scores, *place))
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
        assert self._reader is not None, "a log with records has a file"
        body = unseal(os.pread(self._reader.fileno(), row.length, row.offset))
        if body is None:
            raise InputError(f"{printable(self.path)}, line {record}: damaged on disk; try `repair`.")
        found = msgspec.json.decode(body, type=MaskRecord)
        if found.rle.size != self._size:
            raise InputError(f"{printable(self.path)}, line {record}: a mask of another size than the video.")
        return found

    def close(self) -> None:
        if self._writer:
            self._writer.close()
        if self._reader:
            self._reader.close()
