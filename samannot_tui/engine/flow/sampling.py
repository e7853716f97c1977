"""Choosing training pixels evenly instead of by chance: the same input always gives the same sample."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from samannot_tui.engine.flow.grid import Bool, Float, signed_distance

Indices = npt.NDArray[np.intp]
_NEAR = 30.0  # work pixels


def shape_of(mask: Bool) -> "Shape":
    """Shape of a work-size mask; an empty one lies in the picture's middle."""
    moments = cv2.moments(mask.view(np.uint8), binaryImage=True)
    area = max(moments["m00"], 1.0)
    centre = (moments["m10"] / area, moments["m01"] / area)
    if not mask.any():
        centre = (mask.shape[1] / 2, mask.shape[0] / 2)
    distance = 2 * signed_distance(mask[::2, ::2] | mask[1::2, 1::2])
    return Shape(distance, centre, float(np.sqrt(area)) + 8)


@dataclass(frozen=True, eq=False)
class Shape:
    """A mask as the classifiers see it, in work pixels.

    Attributes:
        distance: signed distance at half size, positive inside.
        centre: (x, y) of the mask's centre of mass.
        scale: square root of its area, plus 8.
    """

    distance: Float
    centre: tuple[float, float]
    scale: float

    def position(self, rows: Indices, columns: Indices) -> Float:
        """(n, 2): where half-size pixels lie relative to the mask, in units of its scale, at most 3."""
        x = (2 * columns + 0.5 - self.centre[0]) / self.scale
        y = (2 * rows + 0.5 - self.centre[1]) / self.scale
        return np.clip(np.stack([x, y], axis=1), -3, 3).astype(np.float32)

    def background_weight(self, rivals: Bool | None) -> Float:
        """How much each half-size pixel counts as background: most near the mask, and on other instances."""
        reach = max(_NEAR, self.scale)
        weight: Float = np.exp(np.minimum(self.distance, 0) / np.float32(reach)) + np.float32(0.02)
        if rivals is not None:
            weight = np.where(rivals, 3 * weight, weight)
        return weight


def evenly_spaced(weight: Float, count: int) -> Indices:
    """Flat indices of at most `count` pixels, spaced evenly along the running sum of their weights."""
    total = np.cumsum(weight, dtype=np.float64)
    if not total[-1] > 0:
        return np.zeros(0, np.intp)
    count = min(count, int(np.count_nonzero(weight)))
    steps = (np.arange(count) + 0.5) * (total[-1] / count)
    chosen: Indices = np.searchsorted(total, steps, side="right").clip(max=weight.size - 1)
    return chosen
