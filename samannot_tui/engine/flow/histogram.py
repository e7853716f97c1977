"""How likely a colour is to be the object's: Lab histograms of object and background."""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from samannot_tui.engine.flow.grid import Byte, Float

SHAPE = (16, 24, 24)
BINS = 16 * 24 * 24
_FLOOR = 2e-5
_KERNEL = cv2.getGaussianKernel(5, 0.8, cv2.CV_32F)
_ONE = np.ones((1, 1), np.float32)


def _axis(bins: int, low: int, high: int) -> npt.NDArray[np.int32]:
    """Bin of each 8-bit value, `low`..`high` being cut into `bins`."""
    return ((np.arange(256) - low) * bins // (high - low)).clip(0, bins - 1).astype(np.int32)


_L = _axis(16, 0, 256) * (24 * 24)
_A = _axis(24, 64, 192) * 24  # strong colours are rare: they share the outer bins
_B = _axis(24, 64, 192)


@dataclass(frozen=True, eq=False)
class Colours:
    """Shares of colours, each summing to 1: object and background, float32 (9216,)."""

    inside: Float
    outside: Float


def bins_of(lab: Byte) -> npt.NDArray[np.int32]:
    """Histogram bin of each pixel of an 8-bit Lab picture."""
    return _L[lab[..., 0]] + _A[lab[..., 1]] + _B[lab[..., 2]]


def shares(bins: npt.NDArray[np.int32], weight: Float) -> Float:
    """Weighted share of each bin; all zero where no pixel has any weight."""
    counts = np.bincount(bins.ravel(), weight.ravel(), minlength=BINS)
    return cast(Float, (counts / max(counts.sum(), 1e-9)).astype(np.float32))


def log_odds(colours: Colours) -> Float:
    """Table (9216,) of log(p / (1 - p)) that a pixel of a bin's colour is the object's."""
    inside, outside = _smoothed(colours.inside) + _FLOOR, _smoothed(colours.outside) + _FLOOR
    return np.log(inside / outside).astype(np.float32)


def likeness(first: Float, second: Float) -> float:
    """Bhattacharyya coefficient of two shares, in bins eight times as large: 1 alike, 0 nothing shared."""
    return float(np.sqrt(_coarse(first) * _coarse(second)).sum())


def _coarse(share: Float) -> Float:
    return cast(Float, share.reshape(8, 2, 12, 2, 12, 2).sum(axis=(1, 3, 5)))


def _smoothed(share: Float) -> Float:
    """The share blurred by 0.8 bins along each of its three axes."""
    cube = share.reshape(SHAPE)
    for _ in SHAPE:
        flat = cube.reshape(cube.shape[0], -1)
        blurred = cv2.sepFilter2D(flat, -1, _ONE, _KERNEL, borderType=cv2.BORDER_CONSTANT)
        # The axis just blurred goes last; after three turns they are back in order.
        cube = np.ascontiguousarray(cast(Float, blurred).reshape(cube.shape).transpose(1, 2, 0))
    return cube.ravel()
