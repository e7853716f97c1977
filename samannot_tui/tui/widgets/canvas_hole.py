"""Blank cells that a picture lies on, and that tell when they are written to the terminal."""

from collections.abc import Callable, Iterable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from samannot_tui.graphics.kitty import Anchor

BLACK = Style(bgcolor="rgb(0,0,0)")


class Hole(Strip):
    """A row of blanks. `on_paint` is called by `painted`, whenever some of them are really sent to the terminal.

    Textual asks a widget for its lines far more often than it sends them (a region around all changes is
    composed, only the changed parts are sent). Only what is sent wipes out a sixel picture.

    An `anchor` replaces the first blank.
    """

    def __init__(self, width: int, on_paint: Callable[[], None], anchor: Anchor | None = None) -> None:
        first = [Segment(anchor.character, Style(color=f"color({anchor.colour})", bgcolor="black"))] if anchor else []
        super().__init__([*first, Segment(" " * (width - len(first)), BLACK)], width)
        self._width = width
        self._on_paint = on_paint
        self._anchor = anchor

    def painted(self) -> None:
        """It is being sent."""
        if self._width:
            self._on_paint()

    def crop(self, start: int, end: int | None = None) -> Strip:
        last = self._width if end is None else min(end, self._width)
        return self._part(max(0, start), last)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        pieces: list[Strip] = []
        position = 0
        for cut in cuts:
            if cut <= self._width:
                pieces.append(self._part(position, cut))
                position = cut
        return pieces

    def _part(self, start: int, end: int) -> "Hole":
        return Hole(max(0, end - start), self._on_paint, self._anchor if start == 0 < end else None)
