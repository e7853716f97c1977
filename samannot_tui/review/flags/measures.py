"""What was measured of mask records: columns by record id, which a session keeps and adds to."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    # It imports OpenCV, which must not hold up the first paint.
    from samannot_tui.review.flags.shapes import Shape

_DTYPES: dict[str, type[np.generic]] = {
    "known": np.bool_,
    "area": np.float32,
    "x": np.float32,
    "y": np.float32,
    "pieces": np.float16,
    "scattered": np.float16,
    "holes": np.float16,
    "border": np.float16,
    "before": np.int32,
    "warped": np.float16,
    "anchor": np.int32,
    "likeness": np.float16,
    "company": np.uint32,
    "shared": np.float16,
}
_LARGEST = 60_000  # what float16 holds
Column = npt.NDArray[Any]


class Measures:
    """A record never changes, so neither does its shape (`known`: it was measured). The rest depends on other records.

    `warped` (how well the mask of record `before`, carried along by the optical flow, fits this one: intersection
    over union), `likeness` (of its colours to those of record `anchor`, 0 to 1), and `shared` (of its pixels, the
    share that other masks of its frame cover, too; those are `company`, see `Annotation.company`) hold as long as
    that is what they would be measured against. Written by one thread; readers may see a measure a moment late.
    """

    def __init__(self, columns: Mapping[str, Column] | None = None) -> None:
        """`columns`, as `columns()` gave them, are taken over."""
        self._columns = dict(columns) if columns else {name: np.zeros(1024, dtype) for name, dtype in _DTYPES.items()}

    def columns(self) -> dict[str, Column]:
        """All of it, to be kept."""
        return self._columns

    @staticmethod
    def is_sound(columns: Mapping[str, Column], records: int) -> bool:
        """Whether arrays from a file can be taken over: all columns, of their types, of one length, finite, and of
        no more than `records` records."""
        if set(columns) != set(_DTYPES) or any(columns[name].dtype != dtype for name, dtype in _DTYPES.items()):
            return False
        (length, *rest) = {column.shape for column in columns.values()}
        floats = [column for column in columns.values() if column.dtype.kind == "f"]
        sized = not rest and len(length) == 1 and 0 < length[0] <= records + 1
        return sized and all(bool(np.isfinite(column).all()) for column in floats)

    def make_room(self, records: int) -> None:
        """For record ids up to `records`."""
        length = len(self._columns["known"])
        if records >= length:
            more = max(length, records + 1 - length)
            self._columns = {
                name: np.concatenate([column, np.zeros(more, column.dtype)]) for name, column in self._columns.items()
            }

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def set_shape(self, record: int, shape: "Shape") -> None:
        for name, value in shape._asdict().items():
            self._columns[name][record] = value if name in ("area", "x", "y") else min(value, _LARGEST)
        self._columns["known"][record] = True

    def set_shared(self, records: Sequence[int], shares: Sequence[float], company: int) -> None:
        self._columns["shared"][list(records)] = shares
        self._columns["company"][list(records)] = company

    def set_warped(self, record: int, before: int, warped: float) -> None:
        self._columns["warped"][record] = warped
        self._columns["before"][record] = before

    def set_likeness(self, record: int, anchor: int, likeness: float) -> None:
        self._columns["likeness"][record] = likeness
        self._columns["anchor"][record] = anchor
