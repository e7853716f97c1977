"""Where every record of the mask log lies and what it is about, without its mask: columns by record id."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

MAX_LABELS = 255
LOST_LABEL = 0


class RecordSource(IntEnum):
    """Who made a mask, as kept in the index."""

    PROMPTED = 0
    PROPAGATED = 1
    EDITED = 2


class IndexRow(NamedTuple):
    """One record: `offset` and `length` of its line in bytes, `run` 0 for a mask made outside runs.

    `label` is LOST_LABEL for a record whose line was damaged and is gone.
    """

    frame: int
    label: int
    source: RecordSource
    run: int
    object_score: float
    quality: float
    offset: int
    length: int


Row = tuple[int, int, RecordSource, int, float, float, int, int]
"""An IndexRow, or a tuple of the same."""

Columns = Mapping[str, npt.NDArray[Any]]
_DTYPES: dict[str, type[np.generic]] = {
    "frame": np.int32,
    "label": np.int32,
    "source": np.uint8,
    "run": np.int32,
    "object_score": np.float32,
    "quality": np.float32,
    "offset": np.int64,
    "length": np.int32,
}


class MaskIndex:
    """Record ids count from 1; entry 0 of the columns is unused. Entries never change: readers need no lock."""

    DTYPES: ClassVar[Mapping[str, type[np.generic]]] = _DTYPES

    def __init__(self) -> None:
        self.count = 0
        # Columns, not records: a search over the offsets of 200,000 records would copy a strided field.
        self._columns = {name: np.zeros(1024, dtype) for name, dtype in _DTYPES.items()}

    @classmethod
    def of(cls, columns: Columns) -> "MaskIndex":
        """An index with what `columns` of another one gave."""
        index = cls()
        index.count = len(columns["frame"])
        index._columns = {name: np.concatenate([np.zeros(1, dtype), columns[name]]) for name, dtype in _DTYPES.items()}
        return index

    def columns(self) -> Columns:
        """All columns by name, without entry 0; views, not to be changed."""
        return {name: column[1 : self.count + 1] for name, column in self._columns.items()}

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
    def run(self) -> npt.NDArray[np.int32]:
        """0 for a mask made outside runs."""
        return self._columns["run"]

    @property
    def object_score(self) -> npt.NDArray[np.float32]:
        return self._columns["object_score"]

    @property
    def quality(self) -> npt.NDArray[np.float32]:
        return self._columns["quality"]

    def row(self, record: int) -> IndexRow:
        """One record's row.

        Raises:
            KeyError: no such record.
        """
        if not 1 <= record <= self.count:
            raise KeyError(f"there is no mask record {record}")
        frame, label, source, *rest = (column[record].item() for column in self._columns.values())
        return IndexRow(frame, label, RecordSource(source), *rest)

    def of_run(self, run: int, start: int, end: int) -> npt.NDArray[np.int32]:
        """Ids of the run's records whose lines begin within bytes [start, end) of the log, rising."""
        offsets = self._columns["offset"][1 : self.count + 1]
        first, last = np.searchsorted(offsets, (start, end)) + 1
        records: npt.NDArray[np.int32] = np.flatnonzero(self._columns["run"][first:last] == run).astype(np.int32)
        return records + np.int32(first)

    def extend(self, rows: Sequence[Row]) -> None:
        """Append rows; the first one's record id is `count + 1` as it was before."""
        first, end = self.count + 1, self.count + 1 + len(rows)
        if end > len(self.frame):
            room = np.zeros(max(end, len(self.frame)))
            self._columns = {
                name: np.concatenate([column, room.astype(column.dtype)]) for name, column in self._columns.items()
            }
        for column, values in zip(self._columns.values(), zip(*rows, strict=True), strict=bool(rows)):
            column[first:end] = values
        self.count += len(rows)
