"""Pictures that go to the terminal beside Textual's text: what to write, and when.

A wire keeps what the terminal shows now, is told what it should show, and returns the difference as one
piece of text. It leaves the cursor where it was; the caller sends each piece in one write.
"""

from random import randrange
from typing import Protocol

from textual.geometry import Region

from samannot_tui.graphics import kitty
from samannot_tui.graphics.pictures import Encoded, KittyLayer, KittyPicture, StampPicture
from samannot_tui.render.viewport import PixelRect
from samannot_tui.tui.widgets.canvas_layout import Placement, uncovered

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
SAVE_CURSOR, RESTORE_CURSOR = "\x1b7", "\x1b8"


class Wire(Protocol):
    """One way to show pictures.

    Attributes:
        settle: seconds to wait after Textual has repainted, because it often repaints again at once.
        overdraws: the picture is drawn over widgets that cover the canvas, which must be painted again.
    """

    settle: float
    overdraws: bool

    def damage(self) -> None:
        """Textual has written blanks where the picture is."""
        ...

    def forget(self) -> None:
        """The terminal has lost everything that it was sent."""
        ...

    def update(self, picture: Encoded | None, placement: Placement | None) -> str:
        """What to write so that `picture` is shown at `placement`, nothing if either is None; "" if it is."""
        ...

    def close(self) -> str:
        """What to write so that nothing is left in the terminal."""
        ...


class StampWire:
    """Pictures that replace cells, and that any text replaces (sixel, OSC 1337)."""

    settle = 0.08
    overdraws = True

    def __init__(self) -> None:
        self._shown: tuple[StampPicture, Region] | None = None

    def damage(self) -> None:
        self._shown = None

    forget = damage

    def update(self, picture: Encoded | None, placement: Placement | None) -> str:
        if not isinstance(picture, StampPicture) or placement is None:
            self._shown = None
            return ""
        if self._shown is not None and self._shown[0] is picture and self._shown[1] == placement.region:
            return ""
        self._shown = picture, placement.region
        column, row = picture.target.origin
        return wrapped(move_to(placement.region.x + column, placement.region.y + row) + picture.commands)

    def close(self) -> str:
        return ""


class KittyWire:
    """Classic placements over blank cells; cells that something covers are left out of the placements.

    Each layer is an image of its own: one that the last picture had too is not sent again.
    """

    settle = 0.0
    overdraws = False

    def __init__(self) -> None:
        self._last_image = randrange(1 << 20, 1 << 30)
        self._images: dict[KittyLayer, int] = {}
        self._placed: dict[int, int] = {}
        """How many pieces of each image are on the screen."""
        self._shown: tuple[KittyPicture, Region, tuple[Region, ...]] | None = None

    def damage(self) -> None:
        self._shown = None

    def forget(self) -> None:
        self._images.clear()
        self._placed.clear()
        self._shown = None

    def update(self, picture: Encoded | None, placement: Placement | None) -> str:
        if not isinstance(picture, KittyPicture) or placement is None:
            self._shown = None
            return wrapped("".join(self._shrink(image, 0) for image in [*self._placed]))
        wanted = picture, placement.region, uncovered(placement.region, placement.covered)
        if wanted == self._shown:
            return ""
        self._shown = wanted
        sent = "".join(self._send(layer) for layer in picture.layers if layer not in self._images)
        placed = "".join(self._place(layer, number, *wanted) for number, layer in enumerate(picture.layers))
        old = [layer for layer in self._images if layer not in picture.layers]
        return wrapped(sent + placed + "".join(self._free(layer) for layer in old))

    def close(self) -> str:
        return wrapped("".join(self._free(layer) for layer in [*self._images]))

    def _send(self, layer: KittyLayer) -> str:
        self._last_image += 1
        self._images[layer] = self._last_image
        return kitty.transmit(self._last_image, layer.payload)

    def _free(self, layer: KittyLayer) -> str:
        image = self._images.pop(layer)
        self._placed.pop(image, None)
        return kitty.free(image)

    def _place(
        self, layer: KittyLayer, number: int, picture: KittyPicture, region: Region, pieces: tuple[Region, ...]
    ) -> str:
        image = self._images[layer]
        commands = []
        for placement, piece in enumerate(pieces, start=1):
            part = _pixels(piece.translate(-region.offset), region, layer.size)
            commands.append(move_to(piece.x, piece.y))
            commands.append(kitty.place(image, placement, part, piece.width, piece.height, number))
        surplus = self._shrink(image, len(pieces))
        self._placed[image] = len(pieces)
        return "".join(commands) + surplus

    def _shrink(self, image: int, count: int) -> str:
        """Leave no more than `count` pieces of an image on the screen."""
        surplus = range(count + 1, self._placed.pop(image, 0) + 1)
        return "".join(kitty.hide(image, placement) for placement in surplus)


def _pixels(piece: Region, whole: Region, size: tuple[int, int]) -> PixelRect:
    """The pixels of an image of `size`, stretched over `whole`, that are nearest to those on a piece of it."""
    left, right = (round(x * size[0] / whole.width) for x in (piece.x, piece.right))
    top, bottom = (round(y * size[1] / whole.height) for y in (piece.y, piece.bottom))
    return PixelRect(left, top, max(1, right - left), max(1, bottom - top))


def move_to(column: int, row: int) -> str:
    """Put the cursor into a cell of the screen, (0, 0) the top left one."""
    return f"\x1b[{row + 1};{column + 1}H"


def wrapped(commands: str) -> str:
    """The commands as one synchronized update that leaves the cursor where it was; "" for none."""
    return f"{SYNC_START}{SAVE_CURSOR}{commands}{RESTORE_CURSOR}{SYNC_END}" if commands else ""
