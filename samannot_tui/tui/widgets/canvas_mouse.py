"""From mouse events to positions in a picture and pixels of the frame."""

from typing import TYPE_CHECKING

from textual.events import MouseEvent

from samannot_tui.graphics.target import Target

if TYPE_CHECKING:
    from samannot_tui.render.viewport import Viewport


class Pointer:
    """Where the mouse is, as exactly as the terminal tells.

    Most terminals report whole cells: then the middle of the cell counts. A terminal that reports pixels
    gives itself away by its first position that is not a whole cell. `cell` is the size of a cell in the
    terminal's own pixels, where known.
    """

    def __init__(self, cell: tuple[int, int] | None) -> None:
        self._sub_cell = False
        self._half_pixel = (0.5 / cell[0], 0.5 / cell[1]) if cell else (0.0, 0.0)

    def position(self, event: MouseEvent, target: Target) -> tuple[float, float]:
        """Output position (see `render.viewport`) in a picture made for `target`."""
        x, y = event.pointer_x, event.pointer_y
        self._sub_cell = self._sub_cell or x != int(x) or y != int(y)
        half = self._half_pixel if self._sub_cell else (0.5, 0.5)
        column, row = target.origin
        return (x + half[0] - column) * target.cell[0], (y + half[1] - row) * target.cell[1]


def nearest(viewport: "Viewport", u: float, v: float) -> tuple[float, float]:
    """Source coordinates of an output position, or of the frame's pixel nearest to it."""
    x, y = viewport.to_source(u, v)
    width, height = viewport.frame_size
    return min(width - 1.0, max(0.0, x)), min(height - 1.0, max(0.0, y))
