"""Kitty pictures behind tmux, which moves, hides and clips nothing but text.

The pictures hang on one character in the canvas' top left cell. tmux moves it with its pane, leaves it out while
the pane is not to be seen and puts it back, and the terminal does the same with the pictures.
"""

from random import randrange

from textual.geometry import Region

from samannot_tui.graphics import kitty
from samannot_tui.graphics.tmux import passed_on
from samannot_tui.render.viewport import PixelRect
from samannot_tui.tui.widgets.canvas_graphics import SYNC_END, SYNC_START, KittyWire, question
from samannot_tui.tui.widgets.canvas_layout import Placement

COMMAND_END = "\x1b\\"


class TmuxWire(KittyWire):
    """Placements relative to the canvas' top left cell; each command is wrapped for itself."""

    def __init__(self) -> None:
        super().__init__()
        self._anchor = _new_anchor()

    @property
    def anchor(self) -> kitty.Anchor:
        return self._anchor

    def open(self) -> str:
        return self._on_its_way(self._anchor.transmit())

    def question(self, ticket: int) -> str:
        return passed_on(question(ticket))

    def clear(self) -> str:
        commands = super().clear() + self._on_its_way(kitty.free(self._anchor.image))
        # The same character again would not be drawn again, and an image that comes after it not be seen.
        self._anchor = _new_anchor()
        return commands

    def _put(self, image: int, number: int, part: PixelRect | None, piece: Region, placement: Placement, z: int) -> str:
        offset = piece.offset - placement.region.offset
        return self._anchor.place(image, number, part, (offset.x, offset.y), (piece.width, piece.height), z)

    def _on_its_way(self, commands: str) -> str:
        return "".join(passed_on(command + COMMAND_END) for command in commands.split(COMMAND_END)[:-1])

    def _at_once(self, commands: str) -> str:
        return passed_on(SYNC_START) + self._on_its_way(commands) + passed_on(SYNC_END) if commands else ""


def _new_anchor() -> kitty.Anchor:
    return kitty.Anchor(randrange(16, 256), randrange(1, len(kitty.DIACRITICS)))
