"""Pictures that go to the terminal beside Textual's text: what to write, and when.

A wire keeps what the terminal shows now, is told what it should show, and returns the difference as one
piece of text. It leaves the cursor where it was; the caller sends each piece in one write.
"""

from collections.abc import Iterator
from random import randrange
from typing import Protocol

from textual.geometry import Region

from samannot_tui.graphics import kitty
from samannot_tui.graphics.kept import TERMINAL_BYTES, Kept
from samannot_tui.graphics.link import TICKETS
from samannot_tui.graphics.pictures import Encoded, KittyLayer, KittyPicture, Stamp, StampPicture
from samannot_tui.graphics.target import Target
from samannot_tui.render.viewport import PixelRect
from samannot_tui.tui.widgets.canvas_layout import Placement, uncovered

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
SAVE_CURSOR, RESTORE_CURSOR = "\x1b7", "\x1b8"


TICKET_ROW = 1
"""Not 0: there, the answer could be mistaken for a function key (CSI 1 ; 2 R is shift+F3)."""
FIRST_TICKET = 1
LAST_TICKET = -1
"""Of the question that no other follows."""


class Wire(Protocol):
    """One way to show pictures.

    Attributes:
        settle: seconds to wait after Textual has repainted, because it often repaints again at once.
        overdraws: the picture is drawn over widgets that cover the canvas, which must be painted again.
    """

    settle: float
    overdraws: bool

    @property
    def anchor(self) -> kitty.Anchor | None:
        """The character that belongs into the canvas' top left cell, if any does."""
        ...

    def open(self) -> str:
        """What to write before the canvas is painted for the first time, or again after `clear`."""
        ...

    def damage(self) -> None:
        """Textual has written blanks where the picture is."""
        ...

    def preload(self, picture: Encoded) -> str:
        """What to write so that the terminal has `picture` at hand, "" where it cannot keep one."""
        ...

    def update(self, picture: Encoded | None, placement: Placement | None) -> str:
        """What to write so that `picture` is shown at `placement`, nothing if either is None; "" if it is."""
        ...

    def question(self, ticket: int) -> str:
        """Ask the terminal where its cursor is, told once all before is drawn; `ticket` says where that is."""
        ...

    def clear(self) -> str:
        """What to write so that nothing is left in the terminal, even if it is in doubt what it has."""
        ...


class StampWire:
    """Pictures that replace cells, and that any text replaces (sixel, OSC 1337)."""

    settle = 0.08
    overdraws = True
    anchor = None

    def __init__(self) -> None:
        self._shown: tuple[tuple[Stamp, ...], Region] | None = None

    def damage(self) -> None:
        self._shown = None

    def update(self, picture: Encoded | None, placement: Placement | None) -> str:
        if not isinstance(picture, StampPicture) or placement is None:
            self._shown = None
            return ""
        before = self._shown[0] if self._shown and self._shown[1] == placement.region else ()
        self._shown = picture.stamps, placement.region
        column, row = picture.target.origin
        x, y = placement.region.x + column, placement.region.y + row
        news = _news(before, picture.stamps)
        return wrapped("".join(move_to(x, y + stamp.row) + stamp.commands for stamp in news))

    def open(self) -> str:
        return ""

    def preload(self, picture: Encoded) -> str:
        return ""

    def question(self, ticket: int) -> str:
        return question(ticket)

    def clear(self) -> str:
        self._shown = None
        return ""


class KittyWire:
    """Classic placements over blank cells; cells that something covers are left out of the placements.

    Each layer is an image of its own. One that the terminal holds is not sent again, and one that lies where it
    should is not mentioned at all. Those not shown stay in the terminal within TERMINAL_BYTES.
    """

    settle = 0.0
    overdraws = False

    def __init__(self) -> None:
        self._last_image = randrange(1 << 16, 1 << 20)
        self._images: Kept[KittyLayer, int] = Kept(TERMINAL_BYTES)
        self._placed: dict[KittyLayer, list[str]] = {}
        """The commands that put each layer on the screen, one for each piece."""
        self._is_damaged = False
        self._target: Target | None = None

    @property
    def anchor(self) -> kitty.Anchor | None:
        return None

    def open(self) -> str:
        return ""

    def question(self, ticket: int) -> str:
        return question(ticket)

    def damage(self) -> None:
        self._is_damaged = True

    def update(self, picture: Encoded | None, placement: Placement | None) -> str:
        if not isinstance(picture, KittyPicture) or placement is None:
            return self._at_once("".join(self._shrink(layer, 0) for layer in [*self._placed]))
        if self._is_damaged:
            self._placed = {layer: [""] * len(pieces) for layer, pieces in self._placed.items()}
            self._is_damaged = False
        commands = [self._send(layer) for layer in picture.layers if layer not in self._images]
        commands += [self._place(layer, placement) for layer in picture.layers]
        gone = [layer for layer in self._placed if layer not in picture.layers]
        commands += [self._free(layer) if layer.passing else self._shrink(layer, 0) for layer in gone]
        commands += self._free_surplus(picture)
        return self._at_once("".join(commands))

    def preload(self, picture: Encoded) -> str:
        if not isinstance(picture, KittyPicture) or picture.target != self._target:
            return ""
        sent = "".join(self._send(layer) for layer in picture.layers if layer not in self._images)
        needed = [layer for layer in self._images if layer in self._placed]
        for layer in needed:
            self._images.get(layer)
        surplus = [self._free(layer) for layer in self._images.beyond_budget(len(needed))]
        return self._on_its_way(sent + "".join(surplus))

    def clear(self) -> str:
        return self._at_once("".join(self._free(layer) for layer in self._images))

    def _put(self, image: int, number: int, part: PixelRect | None, piece: Region, placement: Placement, z: int) -> str:
        """Show a part of an image on a piece of the screen."""
        return move_to(piece.x, piece.y) + kitty.place(image, number, part, piece.width, piece.height, z)

    def _on_its_way(self, commands: str) -> str:
        return commands

    def _at_once(self, commands: str) -> str:
        return wrapped(commands)

    def _send(self, layer: KittyLayer) -> str:
        self._last_image += 1
        self._images.put(layer, self._last_image, layer.pixel_bytes)
        return kitty.transmit(self._last_image, layer.payload)

    def _free_surplus(self, picture: KittyPicture) -> Iterator[str]:
        if picture.target != self._target:
            self._target = picture.target
            yield from [self._free(layer) for layer in self._images if layer not in picture.layers]
        for layer in self._images.beyond_budget(len(picture.layers)):
            yield self._free(layer)

    def _free(self, layer: KittyLayer) -> str:
        self._placed.pop(layer, None)
        return kitty.free(self._images.drop(layer))

    def _place(self, layer: KittyLayer, placement: Placement) -> str:
        image = self._images.get(layer)
        assert image is not None
        region = _region(layer, placement)
        commands = []
        for number, piece in enumerate(uncovered(region, placement.covered), start=1):
            part = layer.part if piece == region else _pixels(piece.translate(-region.offset), region, layer)
            commands.append(self._put(image, number, part, piece, placement, layer.level))
        surplus = self._shrink(layer, len(commands))
        before = [*self._placed.get(layer, []), *[""] * len(commands)]
        self._placed[layer] = commands
        return "".join(new for new, old in zip(commands, before, strict=False) if new != old) + surplus

    def _shrink(self, layer: KittyLayer, count: int) -> str:
        """Leave no more than `count` pieces of a layer on the screen."""
        pieces = self._placed.pop(layer, [])
        if count:
            self._placed[layer] = pieces[:count]
        image = self._images.peek(layer)
        return "".join(kitty.hide(image, number) for number in range(count + 1, len(pieces) + 1))


def _news(shown: tuple[Stamp, ...], wanted: tuple[Stamp, ...]) -> tuple[Stamp, ...]:
    """The stamps that are not on the screen; all, where one that is not wanted any more lies over one that is."""
    left = tuple(stamp for stamp in shown if stamp in wanted)
    on_top = shown[len(shown) - len(left) :] == left == wanted[: len(left)]
    return wanted[len(left) :] if on_top else wanted


def _region(layer: KittyLayer, placement: Placement) -> Region:
    """Where a layer belongs on the screen."""
    if layer.area is None:
        return placement.region
    return Region(*layer.area).translate(placement.region.offset)


def _pixels(piece: Region, whole: Region, layer: KittyLayer) -> PixelRect:
    """The pixels of a layer, stretched over `whole`, that are nearest to those on a piece of it."""
    x, y, width, height = layer.part or (0, 0, *layer.size)
    left, right = (x + round(column * width / whole.width) for column in (piece.x, piece.right))
    top, bottom = (y + round(row * height / whole.height) for row in (piece.y, piece.bottom))
    return PixelRect(left, top, max(1, right - left), max(1, bottom - top))


def move_to(column: int, row: int) -> str:
    """Put the cursor into a cell of the screen, (0, 0) the top left one."""
    return f"\x1b[{row + 1};{column + 1}H"


def question(ticket: int) -> str:
    """Ask the terminal where its cursor is, which it tells once all before is drawn; `ticket` says where that is."""
    return f"{SAVE_CURSOR}{move_to(FIRST_TICKET + ticket, TICKET_ROW)}\x1b[6n{RESTORE_CURSOR}"


def ticket_at(x: int, y: int) -> int | None:
    """The ticket of a `question` that was answered with this cell, None if it answers something else."""
    return x - FIRST_TICKET if y == TICKET_ROW and 0 <= x - FIRST_TICKET < TICKETS else None


def is_last_answer(x: int, y: int) -> bool:
    """Is this the answer to a `question` with LAST_TICKET?"""
    return (x, y) == (FIRST_TICKET + LAST_TICKET, TICKET_ROW)


def wrapped(commands: str) -> str:
    """The commands as one synchronized update that leaves the cursor where it was; "" for none."""
    return f"{SYNC_START}{SAVE_CURSOR}{commands}{RESTORE_CURSOR}{SYNC_END}" if commands else ""
