"""The signs that a mask may be wrong, as numbers: one row a frame, the larger the more doubtful."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samannot_tui.review.flags.annotation import Annotation, Records
from samannot_tui.review.flags.measures import Measures

NEAR = 5
"""Frames on either side that a mask is compared with."""
EDGE = 2
"""Frames from the start or the end of a presence that count as near it."""
_LARGEST_CHANGE = 3.0  # of areas, as a logarithm

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Signs:
    """The signs of one label's masks.

    Attributes:
        frames: those with a mask, rising, int (n,).
        flaggable: which of them an engine made, bool (n,); the others are there to be compared with.
        values: sign's name -> float (n,), NaN where it is not known (yet).
    """

    frames: npt.NDArray[np.intp]
    flaggable: npt.NDArray[np.bool_]
    values: Mapping[str, Numbers]


def signs_of(label: int, annotation: Annotation, measures: Measures, swapped: npt.NDArray[np.intp]) -> Signs:
    """The signs of a label.

    Args:
        swapped: frames at which it may have exchanged places with another.
    """
    records = annotation.records[label]
    present = annotation.is_present(records)
    frames = np.flatnonzero(present)
    mine = records[frames]
    follows = np.diff(frames, prepend=-2) == 1
    values = (
        _own(mine, annotation)
        | _shape(mine, measures)
        | _size(mine, follows, annotation.anchors(label)[frames], measures)
        | _speed(mine, follows, measures)
        | _pixels(mine, follows, annotation.anchors(label)[frames], measures)
        | {
            "shared": _shared(mine, annotation.company[frames], measures),
            "ends": _ends(records, present)[frames],
            "swap": np.isin(frames, swapped).astype(np.float64),
        }
    )
    return Signs(frames, ~annotation.is_person(mine), values)


def _own(mine: Records, annotation: Annotation) -> dict[str, Numbers]:
    """What the engine itself says of its masks."""
    score, quality = annotation.index.object_score[mine], annotation.index.quality[mine]
    return {
        "score": ((3 - score) / 3).clip(0, 1).astype(np.float64),
        "quality": (1 - quality).clip(0, 1).astype(np.float64),
    }


def _shape(mine: Records, measures: Measures) -> dict[str, Numbers]:
    known = measures["known"][mine] > 0
    names = ("scattered", "holes", "border")
    return {name: np.where(known, measures[name][mine].astype(np.float64).clip(0, 1), np.nan) for name in names}


def _size(mine: Records, follows: npt.NDArray[np.bool_], anchors: Records, measures: Measures) -> dict[str, Numbers]:
    """How the area changes: from one frame to the next, and since the anchor."""
    area = _log_area(mine, measures)
    step = np.where(follows, np.diff(area, prepend=np.nan), 0)
    lost = np.where(anchors > 0, _log_area(anchors, measures) - area, 0)
    return {"area": np.abs(step).clip(0, _LARGEST_CHANGE), "shrunk": lost.clip(0, _LARGEST_CHANGE)}


def _log_area(records: Records, measures: Measures) -> Numbers:
    area = np.maximum(measures["area"][records].astype(np.float64), 1)
    return np.where(measures["known"][records] > 0, np.log(area), np.nan)


def _speed(mine: Records, follows: npt.NDArray[np.bool_], measures: Measures) -> dict[str, Numbers]:
    """How suddenly the centre's speed changes, in sides of a square of the mask's area."""
    changes = []
    for axis in ("x", "y"):
        speed = np.where(follows, np.diff(measures[axis][mine].astype(np.float64), prepend=np.nan), np.nan)
        changes.append(np.diff(speed, prepend=np.nan))
    side = np.exp(_log_area(mine, measures) / 2)
    change = np.hypot(*changes) / side
    in_the_middle = follows & np.concatenate([[False], follows[:-1]]) if len(follows) else follows
    return {"speed": np.where(in_the_middle, change, 0).clip(0, 2)}


def _pixels(mine: Records, follows: npt.NDArray[np.bool_], anchors: Records, measures: Measures) -> dict[str, Numbers]:
    before = np.where(follows, np.concatenate([[0], mine[:-1]]), 0) if len(mine) else mine
    unfit = np.where(before > 0, 1 - _valid(measures, "warped", mine, "before", before), 0)
    unlike = np.where(anchors > 0, 1 - _valid(measures, "likeness", mine, "anchor", anchors), 0)
    return {"warped": unfit, "unsteady": _around(unfit), "unlike": unlike}


def _shared(mine: Records, company: npt.NDArray[np.uint32], measures: Measures) -> Numbers:
    return np.where(company > 0, _valid(measures, "shared", mine, "company", company), 0)


def _valid(measures: Measures, name: str, mine: Records, key: str, wanted: npt.NDArray[np.generic]) -> Numbers:
    return np.where(measures[key][mine] == wanted, measures[name][mine].astype(np.float64), np.nan)


def _ends(records: Records, present: npt.NDArray[np.bool_]) -> Numbers:
    """1 where the label appears or disappears within EDGE frames."""
    absent = (records != 0) & ~present
    changes = np.flatnonzero((absent[1:] & present[:-1]) | (present[1:] & absent[:-1])) + 1
    near = np.zeros(len(records))
    for shift in range(-EDGE, EDGE):
        at = changes + shift
        near[at[(at >= 0) & (at < len(records))]] = 1
    return near


def _around(values: Numbers) -> Numbers:
    """The mean of each value and of those that are known up to NEAR frames away; NaN where none is."""
    if not values.size:  # numpy convolves nothing with nothing
        return values
    counts = np.convolve(~np.isnan(values), np.ones(2 * NEAR + 1), "full")
    sums = np.convolve(np.nan_to_num(values), np.ones(2 * NEAR + 1), "full")
    around = slice(NEAR, NEAR + len(values))
    nowhere = np.full(len(values), np.nan)
    means: Numbers = np.divide(sums[around], counts[around], out=nowhere, where=counts[around] > 0)
    return means
