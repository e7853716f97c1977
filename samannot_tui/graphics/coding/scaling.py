"""Pictures made smaller for a terminal that scales them up again."""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from samannot_tui.graphics.cut import Cut
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.compose import PIXELS_SHOW_FROM
from samannot_tui.render.viewport import PixelRect

SHARPENING = 0.45
"""Undoes what being scaled down here and up again in the terminal blurs (measured: 2 to 4 dB on DAVIS frames)."""
SMALLER_THAN = 2 / 3
"""Below this fraction cubic interpolation would skip pixels."""


@dataclass(frozen=True, eq=False)
class Reduced:
    """A picture to be scaled up: uint8, shape (height, width, 3), RGB.

    Attributes:
        picture: all of it, black bars included.
        frame: the pixels that are the frame's wholly; the bars are around them.
        part: those that belong to the cut, None for all; the others lie above and below it.
    """

    picture: RgbFrame
    frame: PixelRect
    part: PixelRect | None = None


def reduced(cut: Cut, fraction: float, *, smoothed: bool = True) -> Reduced:
    """A part of a picture with `fraction` of the source's resolution, or of its own if that is lower.

    More pixels than the source has would be waste. Only where the source's pixels are to be seen as squares
    does the picture stay as it is at a fraction of 1, because most terminals scale smoothly.

    Args:
        smoothed: the terminal does; else it takes the nearest pixel, and there is no blur to undo.
    """
    squares = cut.scale >= PIXELS_SHOW_FROM and fraction == 1
    factor = 1.0 if squares else fraction / max(1.0, cut.scale)
    if factor >= 1:
        return Reduced(cut.picture, cut.frame)
    height, width = cut.picture.shape[:2]
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = cv2.resize(cut.picture, size, interpolation=cv2.INTER_AREA if factor < SMALLER_THAN else cv2.INTER_CUBIC)
    frame = _scaled_inwards(cut.frame, size[0] / width, size[1] / height)
    final = np.asarray(small, np.uint8)
    return Reduced(_sharpened(final) if smoothed else final, frame)


def reduced_stripe(cut: Cut, fraction: float, unit: int) -> Reduced:
    """As `reduced` for a terminal that scales smoothly, with the pixels above and below a cut of rows.

    Such a terminal fades the edge of each picture over half a pixel, which would be seen as a line between stripes.

    Args:
        unit: rows of the cut's own, and of those on either side, are a multiple of this.
    """
    assert cut.whole is not None
    whole, top = cut.whole
    height, width = cut.picture.shape[:2]
    squares = cut.scale >= PIXELS_SHOW_FROM and fraction == 1
    factor = 1.0 if squares else min(1.0, fraction / max(1.0, cut.scale))
    rows = unit * max(1, round(height * factor / unit))
    across, down = max(1, round(width * factor)), rows / height
    margin = unit / down
    before, after = (unit if room >= margin else 0 for room in (top, whole.shape[0] - top - height))
    box = (0, top - before / down, width, top + height + after / down)
    size = across, before + rows + after
    filtering = Image.Resampling.BOX if factor < SMALLER_THAN else Image.Resampling.BICUBIC
    small = np.asarray(Image.fromarray(whole).resize(size, filtering, box=box), np.uint8)
    frame = _scaled_inwards(cut.frame, across / width, down)
    y, bottom = frame.y, frame.y + frame.height
    y, bottom = (0 if y == 0 else y + before), (size[1] if bottom >= rows else bottom + before)
    around = PixelRect(frame.x, y, frame.width, bottom - y)
    return Reduced(_sharpened(small), around, PixelRect(0, before, across, rows))


def _sharpened(picture: RgbFrame) -> RgbFrame:
    blurred = cv2.GaussianBlur(picture, (5, 5), 0)
    return np.asarray(cv2.addWeighted(picture, 1 + SHARPENING, blurred, -SHARPENING, 0), np.uint8)


def _scaled_inwards(rect: PixelRect, across: float, down: float) -> PixelRect:
    """The whole pixels that lie in a rectangle after scaling; at least one."""
    left, top = -int(-rect.x * across // 1), -int(-rect.y * down // 1)
    right, bottom = int((rect.x + rect.width) * across), int((rect.y + rect.height) * down)
    left, top = min(left, max(0, right - 1)), min(top, max(0, bottom - 1))
    return PixelRect(left, top, max(1, right - left), max(1, bottom - top))
