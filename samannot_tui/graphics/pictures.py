"""Encoded pictures: ready to be shown, each for one target and of one viewport."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from samannot_tui.graphics.coding.quadrants import Cells, text_bytes
from samannot_tui.graphics.target import Target
from samannot_tui.render.viewport import PixelRect, Viewport


class CellRect(NamedTuple):
    """A rectangle of a target's cells: columns x .. x + width - 1, rows y .. y + height - 1."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, eq=False)
class KittyLayer:
    """A PNG file, stretched over cells of the target.

    Terminals keep layers: what pictures have in common should be one object, and is then sent once.

    Attributes:
        payload: the file in base64.
        size: its (width, height) in pixels.
        level: the higher lies over the lower; among equals the one sent later.
        area: the cells, None for all of them.
        part: the pixels that are stretched over them, None for all. Those around are for terminals that scale
            smoothly, and fade what is at a picture's edge.
        passing: not shown again once it has gone (a stroke in the making), so that no terminal need keep it.
    """

    payload: str
    size: tuple[int, int]
    level: int
    area: CellRect | None = None
    part: PixelRect | None = None
    passing: bool = False

    @property
    def pixel_bytes(self) -> int:
        """What the terminal needs to keep it."""
        return 4 * self.size[0] * self.size[1]


@dataclass(frozen=True, eq=False)
class KittyPicture:
    """Layers one upon the other, in any order."""

    target: Target
    viewport: Viewport
    layers: tuple[KittyLayer, ...]


@dataclass(frozen=True)
class Stamp:
    """What replaces all cells of a picture, or some rows of them.

    Attributes:
        commands: to be written while the cursor is in the leftmost cell of the topmost row.
        row: that row, of the picture's.
    """

    commands: str
    row: int = 0


@dataclass(frozen=True, eq=False)
class StampPicture:
    """Stamps, each over those before it. Those that pictures have in common are not sent again."""

    target: Target
    viewport: Viewport
    stamps: tuple[Stamp, ...]


@dataclass(frozen=True, eq=False)
class CellPicture:
    """Two colours and a pattern a cell, as `graphics.coding.quadrants.Cells`: arrays of shape (rows, columns)."""

    target: Target
    viewport: Viewport
    patterns: npt.NDArray[np.uint8]
    front: npt.NDArray[np.int32]
    back: npt.NDArray[np.int32]

    def runs(self, row: int) -> Iterator[tuple[list[int], int, int]]:
        """Stretches of cells with equal colours in a row, from the left: patterns, front and back colour."""
        front, back, patterns = self.front[row], self.back[row], self.patterns[row].tolist()
        starts = np.flatnonzero(np.r_[True, (front[1:] != front[:-1]) | (back[1:] != back[:-1])]).tolist()
        for start, end in zip(starts, [*starts[1:], len(patterns)], strict=True):
            yield patterns[start:end], int(front[start]), int(back[start])

    def size(self, first: int, end: int) -> int:
        """About how many bytes the rows from `first` to above `end` take."""
        return text_bytes(Cells(self.patterns[first:end], self.front[first:end], self.back[first:end]))

    def differs(self, other: "CellPicture") -> npt.NDArray[np.bool_]:
        """Which cells do not look the same in another picture for the same target: bool, shape (rows, columns)."""
        colours = (self.front != other.front) | (self.back != other.back)
        return np.asarray(colours | (self.patterns != other.patterns), np.bool_)


Encoded = KittyPicture | StampPicture | CellPicture
