"""Encoded pictures: ready to be shown, each for one target and of one viewport."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samannot_tui.graphics.target import Target
from samannot_tui.render.viewport import Viewport

Rgb = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class KittyPicture:
    """`payload` is a PNG of exactly `target.pixel_size`, base64."""

    target: Target
    viewport: Viewport
    payload: str


@dataclass(frozen=True, eq=False)
class SixelPicture:
    """`sixels` is the whole device control string; the cursor belongs in the picture's top left cell."""

    target: Target
    viewport: Viewport
    sixels: str


@dataclass(frozen=True, eq=False)
class CellPicture:
    """`upper` and `lower` are the half cells' colours: uint8, shape (rows, columns, 3), RGB."""

    target: Target
    viewport: Viewport
    upper: npt.NDArray[np.uint8]
    lower: npt.NDArray[np.uint8]

    def runs(self, row: int) -> Iterator[tuple[int, Rgb, Rgb]]:
        """Stretches of equal cells in a row, from the left: length, upper colour, lower colour."""
        both = np.concatenate((self.upper[row], self.lower[row]), axis=1)
        starts = np.flatnonzero(np.r_[True, (both[1:] != both[:-1]).any(axis=1)])
        lengths = np.diff(np.r_[starts, len(both)])
        for length, (r, g, b, lower_r, lower_g, lower_b) in zip(lengths.tolist(), both[starts].tolist(), strict=True):
            yield length, (r, g, b), (lower_r, lower_g, lower_b)


Encoded = KittyPicture | SixelPicture | CellPicture
