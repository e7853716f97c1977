"""A frame at a small size, and what it tells about masks on it and on its neighbour."""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from samannot_tui.masks.rle import BoolMask
from samannot_tui.media.source import RgbFrame

LONG_SIDE = 256
_SMALLEST_SIDE = 16  # pixels; DIS reads outside of smaller pictures and crashes
_BINS = (6, 10, 10)  # of L, a and b
Grey = npt.NDArray[np.uint8]
Soft = npt.NDArray[np.float32]
Flow = npt.NDArray[np.float32]
Colours = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Glimpse:
    """A frame of at most LONG_SIDE pixels: `grey` uint8 (height, width), `bins` the colour of each as a number."""

    grey: Grey
    bins: npt.NDArray[np.int32]

    @classmethod
    def of(cls, frame: RgbFrame) -> "Glimpse":
        scale = min(1.0, LONG_SIDE / max(frame.shape[:2]))
        height, width = (max(1, round(side * scale)) for side in frame.shape[:2])
        small = cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
        lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.int32)
        # Strong colours are rare: they share the outer bins.
        lab[..., 1:] = ((lab[..., 1:] - 64) * 2).clip(0, 255)
        light, a, b = (lab[..., at] * bins // 256 for at, bins in enumerate(_BINS))
        return cls(cast(Grey, cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)), (light * _BINS[1] + a) * _BINS[2] + b)

    def coverage(self, mask: BoolMask) -> Soft:
        """How much of each pixel a mask of the frame's size covers: float32 (height, width), 0 to 1."""
        height, width = self.grey.shape
        scaled = cv2.resize(mask.view(np.uint8) * np.uint8(255), (width, height), interpolation=cv2.INTER_AREA)
        return scaled.astype(np.float32) / np.float32(255)

    def colours(self, soft: Soft) -> Colours:
        """The shares of colours under a mask, as `coverage` gives it; they sum to 1, or all are 0."""
        counts = np.bincount(self.bins.ravel(), soft.ravel(), minlength=int(np.prod(_BINS)))
        shares: Colours = counts / max(counts.sum(), 1e-9)
        return shares

    def flow_to(self, other: "Glimpse") -> Flow:
        """Where each pixel lies in `other`, as (dx, dy): float32 (height, width, 2).

        Zero where the picture is too small to measure. Source: Kroeger et al., ECCV 2016 (DIS).
        """
        if min(self.grey.shape) < _SMALLEST_SIDE:
            return np.zeros((*self.grey.shape, 2), np.float32)
        dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        return cast(Flow, dis.calc(self.grey, other.grey, cast(Flow, None)))


def likeness(first: Colours, second: Colours) -> float:
    """How alike two masks' colours are, 0 to 1: the Bhattacharyya coefficient."""
    return float(np.sqrt(first * second).sum())


def fit(before: Soft, now: Soft, flow: Flow) -> float:
    """Intersection over union of a mask and that of the frame before, carried along.

    Args:
        before, now: as `Glimpse.coverage` gives them.
        flow: from this frame to the one before.
    """
    height, width = now.shape
    x = flow[..., 0] + np.arange(width, dtype=np.float32)
    y = flow[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    warped = cv2.remap(before, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    either = float(np.maximum(warped, now).sum())
    return float(np.minimum(warped, now).sum()) / either if either else 1.0
