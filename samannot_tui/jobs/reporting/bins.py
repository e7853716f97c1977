"""A long video's numbers in as many bins as a plot has room for, without hiding its extremes."""

from collections.abc import Mapping

import msgspec
import numpy as np
import numpy.typing as npt

MOST_BINS = 480
Numbers = npt.NDArray[np.float32]


class Series(msgspec.Struct, frozen=True):
    """A number over time: of each bin the smallest, mean and largest value; None where no frame has one."""

    smallest: tuple[float | None, ...]
    mean: tuple[float | None, ...]
    largest: tuple[float | None, ...]


Strip = dict[str, tuple[float, ...]]
"""Kind -> of each bin the share of frames that are of it, 0 to 1. Frames of no kind are in none."""


def bin_length(frames: int) -> int:
    """Frames in each bin of a video of so many; the last bin may have fewer."""
    return max(1, -(-frames // MOST_BINS))


def series(values: Numbers) -> Series:
    """Bin a value for each frame, float32 (frames,), NaN where there is none."""
    table = _table(values, np.nan)
    there = ~np.isnan(table)
    counts = there.sum(axis=1)
    empty = counts == 0
    smallest = np.where(there, table, np.inf).min(axis=1)
    largest = np.where(there, table, -np.inf).max(axis=1)
    mean = np.where(there, table, 0).sum(axis=1, dtype=np.float64) / np.maximum(counts, 1)
    return Series(*(_listed(column, empty) for column in (smallest, mean, largest)))


def strip(values: npt.NDArray[np.uint8], kinds: Mapping[int, str]) -> Strip:
    """Bin a kind for each frame, uint8 (frames,); values without a name in `kinds` are of none."""
    sizes = _sizes(len(values))
    return {
        name: tuple(round(float(share), 4) for share in (_table(values == value, False).sum(axis=1) / sizes))
        for value, name in kinds.items()
    }


def peaks(values: Numbers) -> tuple[float, ...]:
    """The largest value of each bin, of float32 (frames,)."""
    return tuple(round(float(value), 4) for value in _table(values, 0).max(axis=1))


def _table(values: npt.NDArray[np.generic], fill: float) -> npt.NDArray[np.generic]:
    """The values, a row for each bin, the last row filled up."""
    length = bin_length(len(values))
    rows = -(-len(values) // length)
    padded = np.full(rows * length, fill, values.dtype)
    padded[: len(values)] = values
    return padded.reshape(rows, length)


def _sizes(frames: int) -> npt.NDArray[np.intp]:
    """How many frames each bin has."""
    starts = np.arange(0, frames, bin_length(frames))
    return np.diff(starts, append=frames)


def _listed(column: npt.NDArray[np.generic], empty: npt.NDArray[np.bool_]) -> tuple[float | None, ...]:
    return tuple(
        None if nothing else round(float(value), 4) for value, nothing in zip(column.tolist(), empty, strict=True)
    )
