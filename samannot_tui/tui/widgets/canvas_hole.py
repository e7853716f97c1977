"""Blank cells that a picture lies on, and that tell when they are written to the terminal."""

from collections.abc import Callable, Iterable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

BLACK = Style(bgcolor="rgb(0,0,0)")


class Hole(Strip):
    """A row of blanks. `on_paint` is called by `painted`, whenever some of them are really sent to the terminal.

    Textual asks a widget for its lines far more often than it sends them (a region around all changes is
    composed, only the changed parts are sent). Only what is sent wipes out a sixel picture.
    """

    def __init__(self, width: int, on_paint: Callable[[], None]) -> None:
        super().__init__([Segment(" " * width, BLACK)], width)
        self._width = width
        self._on_paint = on_paint

    def painted(self) -> None:
        """It is being sent."""
        if self._width:
            self._on_paint()

    def crop(self, start: int, end: int | None = None) -> Strip:
        last = self._width if end is None else min(end, self._width)
        return Hole(max(0, last - max(0, start)), self._on_paint)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        pieces: list[Strip] = []
        position = 0
        for cut in cuts:
            if cut <= self._width:
                pieces.append(Hole(cut - position, self._on_paint))
                position = cut
        return pieces
