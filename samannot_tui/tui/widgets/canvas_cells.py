"""Pictures of text cells as Textual strips."""

from functools import lru_cache

import numpy as np
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from samannot_tui.graphics.coding.quadrants import PATTERNS
from samannot_tui.graphics.pictures import CellPicture
from samannot_tui.tui.widgets.canvas_hole import BLACK

NUMBERED = 256
WORTH_A_GAP = 4
"""Unchanged cells in a row that are cheaper to jump over than to send again."""


class CellRows:
    """The rows on the screen; strips are made when Textual asks for them."""

    def __init__(self) -> None:
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
        numbered = self._picture.target.colours == NUMBERED
        segments = [
            Segment("".join(PATTERNS[pattern] for pattern in patterns), _style(front, back, numbered))
            for patterns, front, back in self._picture.runs(y)
        ]
        return Strip(segments, self._picture.target.columns)


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
def _style(front: int, back: int, numbered: bool) -> Style:
    return Style.from_color(_colour(front, numbered), _colour(back, numbered))


@lru_cache(maxsize=32768)
def _colour(number: int, numbered: bool) -> Color:
    return Color.from_ansi(number) if numbered else Color.from_rgb(number >> 16, number >> 8 & 255, number & 255)
