"""The sizes at which the engine works, and coordinates between them.

Everything is tracked at `work` size (long side about 428 pixels); `half` is exactly half of it and `fine`
exactly twice, so that crops line up across all three. `frame` is the video's own size.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, cast

import cv2
import numpy as np
import numpy.typing as npt

from samannot_tui.engine.flow.settings import FLOW_LONG_SIDE, WORK_LONG_SIDE

Float = npt.NDArray[np.float32]
Byte = npt.NDArray[np.uint8]
Bool = npt.NDArray[np.bool_]
Image = TypeVar("Image", Float, Byte)

Size = tuple[int, int]  # (height, width)


@dataclass(frozen=True)
class Grid:
    """Sizes as (height, width) for frames of size `frame`; the work size never exceeds the frame's by more
    than rounding up to an even number."""

    frame: Size

    @cached_property
    def work(self) -> Size:
        scale = min(1.0, WORK_LONG_SIDE / max(self.frame))
        height, width = (max(2, 2 * round(side * scale / 2)) for side in self.frame)
        return height, width

    @cached_property
    def half(self) -> Size:
        return self.work[0] // 2, self.work[1] // 2

    @cached_property
    def fine(self) -> Size:
        return self.work[0] * 2, self.work[1] * 2

    @cached_property
    def flow(self) -> Size:
        scale = min(1.0, FLOW_LONG_SIDE / max(self.work))
        return round(self.work[0] * scale), round(self.work[1] * scale)

    def to_work(self, x: float, y: float) -> tuple[float, float]:
        """Work coordinates of a point of the frame; pixel centres are whole numbers in both."""
        return (
            (x + 0.5) * self.work[1] / self.frame[1] - 0.5,
            (y + 0.5) * self.work[0] / self.frame[0] - 0.5,
        )

    def mask_to_frame(self, fine: Byte) -> Bool:
        """A mask of fine size (0 or 255) at frame size. Disjoint masks stay disjoint."""
        return resized(fine, self.frame) > 128

    def mask_to_work(self, mask: Bool) -> Byte:
        """Coverage of each work pixel by a mask of frame size, 0 to 255."""
        return resized(mask.view(np.uint8) * np.uint8(255), self.work)


def resized(image: Image, size: Size) -> Image:
    """The image at another (height, width): averaged where it shrinks, bilinear where it grows."""
    shrinks = size[0] * size[1] < image.shape[0] * image.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cast(Image, cv2.resize(image, (size[1], size[0]), interpolation=method))


def enlarged(image: Image) -> Image:
    """The image (height, width) at twice its size, bilinear."""
    height, width = image.shape[:2]
    return cast(Image, cv2.resize(image, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR))


@dataclass(frozen=True)
class Crop:
    """A rectangle of the work grid, rows y0..y1 and columns x0..x1 (ends excluded), all of them even."""

    y0: int
    y1: int
    x0: int
    x1: int

    @property
    def work(self) -> tuple[slice, slice]:
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    @property
    def half(self) -> tuple[slice, slice]:
        return slice(self.y0 // 2, self.y1 // 2), slice(self.x0 // 2, self.x1 // 2)

    @property
    def fine(self) -> tuple[slice, slice]:
        return slice(self.y0 * 2, self.y1 * 2), slice(self.x0 * 2, self.x1 * 2)


def crop_around(mask: Bool, margin: int) -> Crop:
    """The smallest crop with at least `margin` pixels around a mask that is not empty, cut at the edges."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    height, width = mask.shape
    return Crop(
        max(0, int(rows[0]) - margin) // 2 * 2,
        min(height, -(-(int(rows[-1]) + 1 + margin) // 2) * 2),
        max(0, int(columns[0]) - margin) // 2 * 2,
        min(width, -(-(int(columns[-1]) + 1 + margin) // 2) * 2),
    )


def length(vectors: Float) -> Float:
    """Length of each vector of an array (..., 2).

    Not by cv2.magnitude, whose last bit is not the same in every process.
    """
    x, y = vectors[..., 0], vectors[..., 1]
    return cast(Float, np.sqrt(x * x + y * y))


def signed_distance(mask: Bool) -> Float:
    """Distance in pixels to the mask's contour, positive inside. A mask without contour is 1e3 or -1e3."""
    if mask.all() or not mask.any():
        return np.full(mask.shape, 1e3 if mask.any() else -1e3, np.float32)
    inside = np.ascontiguousarray(mask).view(np.uint8)
    within = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    outside = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    # Distances run from pixel centre to pixel centre; the contour lies half a pixel nearer.
    return cast(Float, within - outside - np.where(mask, np.float32(0.5), np.float32(-0.5)))
