"""Half-block pictures as Textual strips."""

from functools import lru_cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from samannot_tui.graphics.pictures import CellPicture, Rgb
from samannot_tui.tui.widgets.canvas_hole import BLACK

UPPER_HALF = "▀"


class CellRows:
    """The rows on the screen; strips are made when Textual asks for them."""

    def __init__(self) -> None:
        self._picture: CellPicture | None = None

    def clear(self) -> None:
        self._picture = None

    def replace(self, picture: CellPicture) -> list[Region]:
        """Take a new picture and return the regions of the canvas that look different now."""
        last, self._picture = self._picture, picture
        width = picture.target.columns
        if last is None or last.target != picture.target:
            return [Region(0, 0, width, picture.target.rows)]
        changed = (last.upper != picture.upper).any(axis=2) | (last.lower != picture.lower).any(axis=2)
        regions = []
        for y in changed.any(axis=1).nonzero()[0]:
            columns = changed[y].nonzero()[0]
            regions.append(Region(int(columns[0]), int(y), int(columns[-1] - columns[0]) + 1, 1))
        return regions

    def strip(self, y: int, width: int) -> Strip:
        """Row `y` of the canvas, black where there is no picture."""
        if self._picture is None or y >= self._picture.target.rows:
            return Strip([Segment(" " * width, BLACK)], width)
        runs = self._picture.runs(y)
        segments = [Segment(UPPER_HALF * length, _style(upper, lower)) for length, upper, lower in runs]
        return Strip(segments, self._picture.target.columns)


@lru_cache(maxsize=32768)
def _style(upper: Rgb, lower: Rgb) -> Style:
    return Style.from_color(_colour(upper), _colour(lower))


@lru_cache(maxsize=32768)
def _colour(rgb: Rgb) -> Color:
    return Color.from_rgb(*rgb)
