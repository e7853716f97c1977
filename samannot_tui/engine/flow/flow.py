"""Dense optical flow between two pictures, and what follows from it."""

from typing import cast

import cv2
import numpy as np

from samannot_tui.engine.flow.grid import Bool, Float, Image, length, resized
from samannot_tui.engine.flow.picture import Picture

_SMALLEST_SIDE = 16  # pixels; DIS reads outside of smaller pictures and crashes


class DenseFlow:
    """DIS optical flow (Kroeger et al., ECCV 2016), preset MEDIUM. No state between calls."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def between(self, origin: Picture, target: Picture) -> Float:
        """Where each pixel of `origin` lies in `target`: float32 (height, width, 2), (dx, dy) in work pixels.

        Zero where the picture is too small to measure.
        """
        height, width = origin.grid.work
        if min(origin.grid.flow) < _SMALLEST_SIDE:
            return np.zeros((height, width, 2), np.float32)
        flow = cast(Float, self._dis.calc(origin.grey, target.grey, cast(Float, None)))
        scale = np.array([width / flow.shape[1], height / flow.shape[0]], np.float32)
        result: Float = resized(flow, origin.grid.work) * scale
        return result


def warped(image: Image, flow: Float) -> Image:
    """`image` fetched along `flow` (of the same size, in its pixels): result(x) = image(x + flow(x))."""
    height, width = flow.shape[:2]
    x = flow[..., 0] + np.arange(width, dtype=np.float32)
    y = flow[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    return cast(Image, cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def occluded(backward: Float, forward: Float) -> Bool:
    """Where backward and forward flow (half size) disagree: the surface was hidden in the other frame."""
    returned = warped(forward, backward)
    error = length(backward + returned)
    tolerance = np.float32(0.5) + np.float32(0.1) * (length(backward) + length(returned))
    return error > tolerance
