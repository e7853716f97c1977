"""Commands of the kitty graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol/).

All are sent with q=2: an answer would be read as key presses.
"""

from dataclasses import dataclass

from samannot_tui.render.viewport import PixelRect

CHUNK = 4096
ABOVE_TEXT = 0
"""The lowest z index over text and background. Under either, kitty 0.26 smears old contents over the whole screen."""

PLACEHOLDER = "\U0010eeee"
"""The character that shows a part of an image; the diacritics after it say which part, and the image's number."""
DIACRITICS = "\u0305\u030d\u030e\u0310\u0312\u033d\u033e\u033f\u0346\u034a\u034b\u034c\u0350\u0351\u0352\u0357"
"""The first ones of kitty's list (rowcolumn-diacritics.txt); the place in it is the number that each stands for."""
NOTHING = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
"""One transparent pixel, as a PNG file in base64."""


@dataclass(frozen=True)
class Anchor:
    """A character that images are placed relative to, wherever a multiplexer moves it.

    The images go when the character does. Its colour is the image number's low byte, as one of the numbered
    colours, which multiplexers leave as they are; a diacritic carries the high byte.
    Reference: the protocol's "Unicode placeholders" and "Relative placements".

    Attributes:
        colour: 16 to 255.
        high: 1 to 15.
    """

    colour: int
    high: int

    @property
    def image(self) -> int:
        return self.high << 24 | self.colour

    @property
    def character(self) -> str:
        """What belongs into the cell, in the anchor's colour."""
        return PLACEHOLDER + DIACRITICS[0] + DIACRITICS[0] + DIACRITICS[self.high]

    def transmit(self) -> str:
        """To be sent before the character is drawn."""
        return transmit(self.image, NOTHING) + f"\x1b_Ga=p,U=1,i={self.image},p=1,c=1,r=1,q=2\x1b\\"

    def place(
        self,
        image: int,
        placement: int,
        part: PixelRect | None,
        offset: tuple[int, int],
        size: tuple[int, int],
        level: int,
    ) -> str:
        """As `place`, `offset` (columns, rows) from the character instead of at the cursor, `size` likewise."""
        where = f"P={self.image},Q=1,H={offset[0]},V={offset[1]},c={size[0]},r={size[1]}"
        return f"\x1b_Ga=p,i={image},p={placement},{_cut(part)}{where},z={ABOVE_TEXT + level},q=2\x1b\\"


def transmit(image: int, payload: str) -> str:
    """Send a PNG (base64) under the number `image` without showing it."""
    commands = []
    for start in range(0, len(payload), CHUNK):
        more = int(start + CHUNK < len(payload))
        head = f"a=t,f=100,i={image},q=2,m={more}" if start == 0 else f"q=2,m={more}"
        commands.append(f"\x1b_G{head};{payload[start : start + CHUNK]}\x1b\\")
    return "".join(commands)


def place(image: int, placement: int, part: PixelRect | None, columns: int, rows: int, level: int) -> str:
    """Show `part` of an image, None for all of it, at the cursor, `columns` x `rows` cells large; the cursor stays.

    A placement of the same number moves there. Images of higher levels, from 0, lie over those of lower ones.
    """
    return f"\x1b_Ga=p,i={image},p={placement},{_cut(part)}c={columns},r={rows},z={ABOVE_TEXT + level},C=1,q=2\x1b\\"


def hide(image: int, placement: int) -> str:
    """Take one placement off the screen; the image stays in the terminal."""
    return f"\x1b_Ga=d,d=i,i={image},p={placement},q=2\x1b\\"


def free(image: int) -> str:
    """Take an image off the screen and out of the terminal's memory."""
    return f"\x1b_Ga=d,d=I,i={image},q=2\x1b\\"


def _cut(part: PixelRect | None) -> str:
    return "" if part is None else f"x={part.x},y={part.y},w={part.width},h={part.height},"
