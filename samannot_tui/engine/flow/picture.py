"""One frame, prepared: what every label of a frame shares. A pure function of the frame's pixels."""

from functools import cached_property
from typing import cast

import cv2
import numpy as np

from samannot_tui.engine.flow.grid import Byte, Float, Grid, length, resized
from samannot_tui.media.source import RgbFrame

FEATURES = 13
_LAB_SCALE = np.array([100 / 255 / 25, 1 / 12, 1 / 12], np.float32)
_LAB_OFFSET = np.array([0, 128, 128], np.float32)


def normalised_lab(lab: Byte) -> Float:
    """8-bit Lab as float32, L/25, a/12, b/12: about equal weight for equal difference to the eye."""
    return (lab - _LAB_OFFSET) * _LAB_SCALE


class Picture:
    """A frame at the engine's sizes; each view is made when first asked for and kept with the picture."""

    def __init__(self, frame: RgbFrame, grid: Grid) -> None:
        """Take a frame uint8 (height, width, 3), RGB; only its fine-size version is kept."""
        self.grid = grid
        self._rgb: Byte = resized(frame, grid.fine)

    @cached_property
    def lab_fine(self) -> Byte:
        """8-bit Lab, uint8, fine size."""
        return cast(Byte, cv2.cvtColor(self._rgb, cv2.COLOR_RGB2LAB))

    @cached_property
    def lab_bytes(self) -> Byte:
        """8-bit Lab, uint8, work size."""
        rgb = resized(self._rgb, self.grid.work)
        return cast(Byte, cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB))

    @cached_property
    def lab(self) -> Float:
        """Normalised Lab, work size."""
        return normalised_lab(self.lab_bytes)

    @cached_property
    def grey(self) -> Byte:
        """Grey, flow size."""
        grey = cast(Byte, cv2.cvtColor(self._rgb, cv2.COLOR_RGB2GRAY))
        return resized(grey, self.grid.flow)

    @cached_property
    def features(self) -> Float:
        """Colour at three scales, local contrast and oriented edges: float32, half size x 13."""
        half = self.grid.half
        light = np.ascontiguousarray(self.lab[..., 0])
        colour = resized(self.lab, half)
        # Squares and products are taken before the picture is halved: afterwards the texture is gone.
        texture = resized(np.dstack([light * light, *_edge_products(light)]), half)
        near = cv2.GaussianBlur(np.dstack([colour, texture[..., :1]]), (0, 0), 1.5)
        edges = cv2.GaussianBlur(texture[..., 1:], (0, 0), 1.5) * np.float32(4)
        far = cv2.GaussianBlur(colour, (0, 0), 4) * np.float32(0.7)
        contrast = 2 * np.sqrt(np.maximum(near[..., 3] - near[..., 0] ** 2, 0))
        return np.dstack([colour, near[..., :3], far, contrast, edges])


def _edge_products(light: Float) -> tuple[Float, Float, Float]:
    gx = cv2.Sobel(light, cv2.CV_32F, 1, 0, ksize=3, scale=0.25)
    gy = cv2.Sobel(light, cv2.CV_32F, 0, 1, ksize=3, scale=0.25)
    magnitude = length(np.dstack([gx, gy]))
    divisor = magnitude + np.float32(1e-6)
    return (gx * gx - gy * gy) / divisor, 2 * gx * gy / divisor, magnitude
