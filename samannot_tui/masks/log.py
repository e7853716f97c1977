"""The mask log: every mask ever made, one line each, append-only. The journal says which of them are live."""

import threading
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from samannot_tui.appendlog import AppendLog, Scan
from samannot_tui.errors import InputError
from samannot_tui.masks.rle import Rle


class RecordSource(IntEnum):
    """Who made a mask, as kept in the index."""

    PROMPTED = 0
    PROPAGATED = 1
    EDITED = 2


class NewMask(msgspec.Struct, frozen=True, kw_only=True):
    """A mask to append; see MaskRecord."""

    frame: int
    label: int
    rle: Rle
    object_score: float
    quality: float
    source: Literal["prompted", "propagated", "edited"]
    run: int | None


class MaskRecord(NewMask, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One result. `id` counts from 1; `object_score` is a logit, > 0 present; `quality` is 0 to 1.

    `source`: "prompted" (an engine, from prompts of this frame), "propagated" or "edited" (a person).
    `run` is the run that made it, None for a mask made outside runs.
    """

    id: int


class MaskIndex:
    """Columns over all records, by record id; entry 0 is unused. Grows as records are appended."""

    def __init__(self) -> None:
        self.count = 0
        self._columns = _columns(1024)

    @property
    def frame(self) -> npt.NDArray[np.int32]:
        return self._columns["frame"]

    @property
    def label(self) -> npt.NDArray[np.int32]:
        return self._columns["label"]

    @property
    def source(self) -> npt.NDArray[np.uint8]:
        """Values of RecordSource."""
        return self._columns["source"]

    @property
    def object_score(self) -> npt.NDArray[np.float32]:
        return self._columns["object_score"]

    @property
    def quality(self) -> npt.NDArray[np.float32]:
        return self._columns["quality"]

    def place(self, record: int) -> tuple[int, int]:
        """(offset, length) in bytes of a record's line.

        Raises:
            KeyError: no such record.
        """
        if not 1 <= record <= self.count:
            raise KeyError(f"there is no mask record {record}")
        return int(self._columns["offset"][record]), int(self._columns["length"][record])

    def of_run(self, run: int, start: int, end: int) -> npt.NDArray[np.int32]:
        """Ids of the run's records whose lines begin within bytes [start, end) of the log, rising."""
        offsets = self._columns["offset"][1 : self.count + 1]
        first, last = np.searchsorted(offsets, (start, end)) + 1
        return (np.flatnonzero(self._columns["run"][first:last] == run) + first).astype(np.int32)

    def add(self, record: MaskRecord, offset: int, length: int) -> None:
        if record.id >= len(self._columns["frame"]):
            larger = _columns(2 * len(self._columns["frame"]))
            for name, column in self._columns.items():
                larger[name][: len(column)] = column
            self._columns = larger
        row = (record.frame, record.label, RecordSource[record.source.upper()], record.run or 0)
        scores = (record.object_score, record.quality)
        for name, value in zip(_DTYPES, (*row, *scores, offset, length), strict=True):
            self._columns[name][record.id] = value
        self.count = record.id


_DTYPES = {
    "frame": np.int32,
    "label": np.int32,
    "source": np.uint8,
    "run": np.int32,
    "object_score": np.float32,
    "quality": np.float32,
    "offset": np.int64,
    "length": np.int32,
}


def _columns(size: int) -> dict[str, npt.NDArray[np.generic]]:
    return {name: np.zeros(size, dtype) for name, dtype in _DTYPES.items()}
