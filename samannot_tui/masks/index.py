"""Where every record of the mask log lies and what it is about, without its mask: columns by record id."""

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class RecordSource(IntEnum):
    """Who made a mask, as kept in the index."""

    PROMPTED = 0
    PROPAGATED = 1
    EDITED = 2


class IndexRow(NamedTuple):
    """One record: `offset` and `length` of its line in bytes, `run` 0 for a mask made outside runs."""

    frame: int
    label: int
    source: RecordSource
    run: int
    object_score: float
    quality: float
    offset: int
    length: int


_DTYPES = np.dtype(
    [
        ("frame", np.int32),
        ("label", np.int32),
        ("source", np.uint8),
        ("run", np.int32),
        ("object_score", np.float32),
        ("quality", np.float32),
        ("offset", np.int64),
        ("length", np.int32),
    ]
)


class MaskIndex:
    """Record ids count from 1; row 0 of the columns is unused. Rows never change, so readers need no lock."""

    def __init__(self, rows: Iterable[IndexRow] = ()) -> None:
        found = np.array(list(rows), _DTYPES)
        self.count = len(found)
        self._rows = np.concatenate([np.zeros(1, _DTYPES), found, np.zeros(1024, _DTYPES)])

    @property
    def frame(self) -> npt.NDArray[np.int32]:
        return self._rows["frame"]

    @property
    def label(self) -> npt.NDArray[np.int32]:
        return self._rows["label"]

    @property
    def source(self) -> npt.NDArray[np.uint8]:
        """Values of RecordSource."""
        return self._rows["source"]

    @property
    def object_score(self) -> npt.NDArray[np.float32]:
        return self._rows["object_score"]

    @property
    def quality(self) -> npt.NDArray[np.float32]:
        return self._rows["quality"]

    def row(self, record: int) -> IndexRow:
        """One record's row.

        Raises:
            KeyError: no such record.
        """
        if not 1 <= record <= self.count:
            raise KeyError(f"there is no mask record {record}")
        frame, label, source, *rest = self._rows[record].item()
        return IndexRow(frame, label, RecordSource(source), *rest)

    def of_run(self, run: int, start: int, end: int) -> npt.NDArray[np.int32]:
        """Ids of the run's records whose lines begin within bytes [start, end) of the log, rising."""
        offsets = self._rows["offset"][1 : self.count + 1]
        first, last = np.searchsorted(offsets, (start, end)) + 1
        records: npt.NDArray[np.int32] = np.flatnonzero(self._rows["run"][first:last] == run).astype(np.int32)
        return records + np.int32(first)

    def add(self, row: IndexRow) -> int:
        """Append a row; returns its record id."""
        record = self.count + 1
        if record == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros(len(self._rows), _DTYPES)])
        self._rows[record] = tuple(row)
        self.count = record
        return record
