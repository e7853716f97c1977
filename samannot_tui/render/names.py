"""Labels' IDs and names, written on their masks. Names may be in any script."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from samannot_tui.masks.geometry import centroid
from samannot_tui.masks.palette import voc_color
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.layers import Layer
from samannot_tui.render.viewport import Viewport
from samannot_tui.text import printable

LONGEST = 32
ROOM_FOR_NAMES = 240
"""Rows that a picture needs for whole names; with fewer (half blocks) the ID alone is written."""
WIDE_FONTS = ("DejaVuSans.ttf", "NotoSansCJK-Regular.ttc", "unifont.otf", "Arial Unicode.ttf")
"""Fonts looked for on the machine, in this order, when Pillow's own lacks a letter of a name."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Coverage = npt.NDArray[np.float32]


def draw_names(picture: RgbFrame, layers: Sequence[Layer], viewport: Viewport) -> None:
    """Write "ID name" at each mask's centre of mass into `picture`, which shows `viewport.source`.

    A name near the picture's edge is moved inwards; one whose centre of mass is not shown is left out.
    """
    rows = picture.shape[0]
    size = min(20, max(10, rows // 36))
    for layer in layers:
        middle = None if layer.mask is None else centroid(layer.mask)
        if middle is None:
            continue
        u, v = viewport.to_output(*middle)
        if viewport.shows(u, v):
            text = f"{layer.label} {printable(layer.name)}" if rows >= ROOM_FOR_NAMES else str(layer.label)
            at = u - viewport.target.x, v - viewport.target.y
            write_text(picture, _shortened(text), size, at, voc_color(layer.label))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def write_text(
    picture: RgbFrame, text: str, size: int, middle: tuple[float, float], colour: tuple[int, int, int]
) -> None:
    """Letters in a light tone of the colour, on a dark rim that keeps them legible on anything.

    `middle` is where the text's middle is to be, in pixels of the picture; it is moved inwards at an edge.
    """
    letters, rim = _rasterized(text, size)
    rows, columns = (min(needed, room) for needed, room in zip(letters.shape, picture.shape[:2], strict=True))
    left = int(min(max(0, middle[0] - columns / 2), picture.shape[1] - columns))
    top = int(min(max(0, middle[1] - rows / 2), picture.shape[0] - rows))
    part = picture[top : top + rows, left : left + columns]
    ink = (np.array(colour, np.float32) + 2 * 255) / 3
    darkened = part * (1 - rim[:rows, :columns, np.newaxis])
    cover = letters[:rows, :columns, np.newaxis]
    part[:] = (darkened * (1 - cover) + ink * cover).round().astype(np.uint8)


@lru_cache(maxsize=512)
def _rasterized(text: str, size: int) -> tuple[Coverage, Coverage]:
    """Coverage (0 to 1) of a text's letters, and of the letters with a rim around them."""
    font = _font(text, size)
    rim = max(1, size // 7)
    box = ImageDraw.Draw(Image.new("L", (1, 1))).textbbox((0, 0), text, font=font, stroke_width=rim)
    left, top, right, bottom = (int(edge) for edge in box)
    coverages = []
    for stroke in (0, rim):
        image = Image.new("L", (max(1, right - left), max(1, bottom - top)))
        draw = ImageDraw.Draw(image)
        draw.text((-left, -top), text, fill=255, font=font, stroke_width=stroke, stroke_fill=255)
        coverages.append(np.asarray(image, np.float32) / np.float32(255))
    return coverages[0], coverages[1]


def _font(text: str, size: int) -> Font:
    """Pillow's own font where it has all letters, else the first on this machine that has them."""
    fonts = _fonts(size)
    return next((font for font in fonts if _covers(font, text)), fonts[0])


@lru_cache(maxsize=8)
def _fonts(size: int) -> tuple[Font, ...]:
    fonts: list[Font] = [ImageFont.load_default(size)]
    for name in WIDE_FONTS:
        try:
            fonts.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    return tuple(fonts)


def _covers(font: Font, text: str) -> bool:
    missing = bytes(font.getmask("\U0010ffff"))
    return not any(char != " " and bytes(font.getmask(char)) == missing for char in text)
