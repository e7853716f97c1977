"""Commands of the kitty graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol/).

All are sent with q=2: an answer would be read as key presses.
"""

from samannot_tui.render.viewport import PixelRect

CHUNK = 4096
ABOVE_TEXT = 0
"""The lowest z index over text and background. Under either, kitty 0.26 smears old contents over the whole screen."""


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
    cut = "" if part is None else f"x={part.x},y={part.y},w={part.width},h={part.height},"
    return f"\x1b_Ga=p,i={image},p={placement},{cut}c={columns},r={rows},z={ABOVE_TEXT + level},C=1,q=2\x1b\\"


def hide(image: int, placement: int) -> str:
    """Take one placement off the screen; the image stays in the terminal."""
    return f"\x1b_Ga=d,d=i,i={image},p={placement},q=2\x1b\\"


def free(image: int) -> str:
    """Take an image off the screen and out of the terminal's memory."""
    return f"\x1b_Ga=d,d=I,i={image},q=2\x1b\\"
