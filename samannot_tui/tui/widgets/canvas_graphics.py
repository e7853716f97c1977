"""Pictures that go to the terminal beside Textual's text: what to write, and when.

A wire keeps what the terminal shows now, is told what it should show, and returns the difference as one
piece of text. It leaves the cursor where it was; the caller sends each piece in one write.
"""

from random import randrange
from typing import Protocol

from textual.geometry import Region

from samannot_tui.graphics import kitty
from samannot_tui.graphics.pictures import Encoded, KittyPicture, SixelPicture
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


class SixelWire:
    """Sixels replace cells, and any text replaces them."""

    settle = 0.08
    overdraws = True

    def __init__(self) -> None:
        self._shown: tuple[SixelPicture, Region] | None = None

    def damage(self) -> None:
        self._shown = None

    forget = damage

    def update(self, picture: Encoded | None, placement: Placement | None) -> str:
        if not isinstance(picture, SixelPicture) or placement is None:
            self._shown = None
            return ""
        if self._shown is not None and self._shown[0] is picture and self._shown[1] == placement.region:
            return ""
        self._shown = picture, placement.region
        column, row = picture.target.origin
        return wrapped(move_to(placement.region.x + column, placement.region.y + row) + picture.sixels)

    def close(self) -> str:
        return ""


class KittyWire:
    """Classic placements over blank cells; cells that something covers are left out of the placement."""

    settle = 0.0
    overdraws = False

    def __init__(self) -> None:
        self._last_image = randrange(1 << 20, 1 << 30)
        self._sent: tuple[KittyPicture, int] | None = None
        self._placed: tuple[Region, tuple[Region, ...]] | None = None
        self._damaged = False

    def damage(self) -> None:
        self._damaged = True

    def forget(self) -> None:
        self._sent = None
        self._placed = None

    def update(self, picture: Encoded | None, placement: Placement | None) -> str:
        if not isinstance(picture, KittyPicture) or placement is None:
            return wrapped(self._hide_all())
        wanted = placement.region, uncovered(placement.region, placement.covered)
        old = self._sent
        if old is not None and old[0] is picture:
            if wanted == self._placed and not self._damaged:
                return ""
            surplus = range(len(wanted[1]) + 1, len(self._placed[1]) + 1) if self._placed else range(0)
            hidden = "".join(kitty.hide(old[1], number) for number in surplus)
            return wrapped(self._place(picture, old[1], *wanted) + hidden)
        self._last_image += 1
        self._sent = picture, self._last_image
        sent = kitty.transmit(self._last_image, picture.payload)
        placed = self._place(picture, self._last_image, *wanted)
        return wrapped(sent + placed + (kitty.free(old[1]) if old else ""))

    def close(self) -> str:
        return wrapped(kitty.free(self._sent[1])) if self._sent else ""

    def _place(self, picture: KittyPicture, image: int, region: Region, pieces: tuple[Region, ...]) -> str:
        self._placed = region, pieces
        self._damaged = False
        width, height = picture.target.cell
        commands = []
        for number, piece in enumerate(pieces, start=1):
            column, row = piece.x - region.x, piece.y - region.y
            part = PixelRect(column * width, row * height, piece.width * width, piece.height * height)
            commands.append(move_to(piece.x, piece.y))
            commands.append(kitty.place(image, number, part, piece.width, piece.height))
        return "".join(commands)

    def _hide_all(self) -> str:
        if self._sent is None or self._placed is None:
            return ""
        image, pieces = self._sent[1], self._placed[1]
        self._placed = None
        return "".join(kitty.hide(image, number) for number in range(1, len(pieces) + 1))


def move_to(column: int, row: int) -> str:
    """Put the cursor into a cell of the screen, (0, 0) the top left one."""
    return f"\x1b[{row + 1};{column + 1}H"


def wrapped(commands: str) -> str:
    """The commands as one synchronized update that leaves the cursor where it was; "" for none."""
    return f"{SYNC_START}{SAVE_CURSOR}{commands}{RESTORE_CURSOR}{SYNC_END}" if commands else ""
