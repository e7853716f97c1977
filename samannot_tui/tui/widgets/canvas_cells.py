"""Pictures of text cells as Textual strips."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from samannot_tui.graphics.coding.quadrants import NUMBERED, PATTERNS
from samannot_tui.graphics.pictures import CellPicture
from samannot_tui.tui.widgets.canvas_hole import BLACK

WORTH_A_GAP = 4
"""Unchanged cells in a row that are cheaper to jump over than to send again."""


class CellRows:
    """The rows on the screen; strips are made when Textual asks for them.

    `on_paint` is called with the bytes of each update of the screen that cells are sent in.
    """

    def __init__(self, on_paint: Callable[[int], None] = lambda size: None) -> None:
        self._on_paint = on_paint
        self._picture: CellPicture | None = None

    def clear(self) -> None:
        self._picture = None

    def replace(self, picture: CellPicture) -> list[Region]:
        """Take a new picture and return the regions of the canvas that look different now."""
        last, self._picture = self._picture, picture
        if last is None or last.target != picture.target:
            return [Region(0, 0, picture.target.columns, picture.target.rows)]
        changed = picture.differs(last)
        return [
            Region(x, y, width, 1)
            for y, row in enumerate(changed)
            for x, width in _stretches(np.flatnonzero(row).tolist())
        ]

    def strip(self, y: int, width: int) -> Strip:
        """Row `y` of the canvas, black where there is no picture."""
        if self._picture is None or y >= self._picture.target.rows:
            return Strip([Segment(" " * width, BLACK)], width)
        segments = [
            Segment("".join(PATTERNS[pattern] for pattern in patterns), _style(front, back))
            for patterns, front, back in self._picture.runs(y)
        ]
        return CellStrip(segments, self._picture.target.columns, self._on_paint)


class CellStrip(Strip):
    """Cells of a picture. `on_paint` is called by `painted` with the bytes of an update that they are sent in."""

    def __init__(self, segments: Iterable[Segment], width: int, on_paint: Callable[[int], None]) -> None:
        super().__init__(segments, width)
        self._on_paint = on_paint

    def painted(self, size: int) -> None:
        """They have been sent, in an update of so many bytes."""
        self._on_paint(size)

    def crop(self, start: int, end: int | None = None) -> Strip:
        return self._part(super().crop(start, end))

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        return [self._part(piece) for piece in super().divide(cuts)]

    def _part(self, strip: Strip) -> "CellStrip":
        return CellStrip(strip._segments, strip.cell_length, self._on_paint)


def _stretches(columns: list[int]) -> list[tuple[int, int]]:
    """First column and width of the stretches that ascending columns form, small gaps included."""
    stretches: list[tuple[int, int]] = []
    for column in columns:
        if stretches and column - sum(stretches[-1]) < WORTH_A_GAP:
            stretches[-1] = stretches[-1][0], column + 1 - stretches[-1][0]
        else:
            stretches.append((column, 1))
    return stretches


@lru_cache(maxsize=32768)
def _style(front: int, back: int) -> Style:
    return Style.from_color(_colour(front), _colour(back))


@lru_cache(maxsize=32768)
def _colour(number: int) -> Color:
    if number >= NUMBERED:
        return Color.from_ansi(number - NUMBERED)
    return Color.from_rgb(number >> 16, number >> 8 & 255, number & 255)
