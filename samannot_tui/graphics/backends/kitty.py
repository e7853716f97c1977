"""Pictures for the kitty graphics protocol. The terminal scales them up, so that they are sent small."""

import base64

from samannot_tui.graphics.coding.multiplied import Grain, can_be_multiplied, multiplied
from samannot_tui.graphics.coding.palettes import many_colours
from samannot_tui.graphics.coding.png import palette_png
from samannot_tui.graphics.coding.scaling import Reduced, reduced, reduced_stripe
from samannot_tui.graphics.cut import Cut
from samannot_tui.graphics.pictures import CellRect, KittyLayer
from samannot_tui.graphics.quality import Quality
from samannot_tui.render.compose import PIXELS_SHOW_FROM
from samannot_tui.render.viewport import PixelRect

GRAINS: dict[Quality, Grain] = {"rest": Grain(9, 4, 256), "scrub": Grain(18, 4, 64), "glimpse": Grain(20, 4, 32)}
FRACTIONS: dict[Quality, float] = {"rest": 1.0, "scrub": 0.47, "glimpse": 0.25}
PALETTE_FRACTIONS: dict[Quality, float] = {"rest": 1.0, "scrub": 0.36, "glimpse": 0.25}
PALETTE_COLOURS: dict[Quality, int] = {"rest": 256, "scrub": 64, "glimpse": 32}
ROOM = 158_000 * 3 / 4 / (1200 * 800)
"""Bytes of two PNG files to a pixel of the screen at most; as base64 they are a third more."""
STRIPES_LEVEL = 2
"""Stripes lie over the layers of whole frames."""


def encode(cut: Cut, quality: Quality) -> tuple[KittyLayer, ...]:
    """Two multiplied layers where the terminal's blending is known, else one palette picture.

    One also where single pixels are looked at: their colours must not run into each other.
    """
    level = STRIPES_LEVEL if cut.area else 0
    blending, squares = cut.target.blending, quality == "rest" and cut.scale >= PIXELS_SHOW_FROM
    if blending is not None and not squares:
        grain = GRAINS[quality]
        small = _reduced(cut, FRACTIONS[quality], grain.divisor)
        if can_be_multiplied(small, blending):
            room = ROOM * cut.picture.shape[0] * cut.picture.shape[1]
            below, above = multiplied(small, blending, grain, room)
            part = small.part and PixelRect(*(side // grain.divisor for side in small.part))
            wide = part and part._replace(width=_size(below)[0])
            return (
                kitty_layer(below, level, cut.area, wide),
                kitty_layer(above, level + 1, cut.area, small.part),
            )
    small = _reduced(cut, PALETTE_FRACTIONS[quality], 1)
    single = palette_png(*many_colours(small.picture, PALETTE_COLOURS[quality]), graded=False)
    return (kitty_layer(single, level, cut.area, small.part),)


def _reduced(cut: Cut, fraction: float, unit: int) -> Reduced:
    smoothed = cut.target.blending != "gamma"
    if cut.area is not None and smoothed:
        return reduced_stripe(cut, fraction, unit)
    return reduced(cut, fraction, smoothed=smoothed)


def kitty_layer(png: bytes, level: int, area: CellRect | None = None, part: PixelRect | None = None) -> KittyLayer:
    """A PNG file as a layer."""
    return KittyLayer(base64.b64encode(png).decode("ascii"), _size(png), level, area, part)


def _size(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
