"""Pictures as sixels, at the resolution of the screen: terminals do not scale them."""

import cv2
import numpy as np

from samannot_tui.graphics.coding.palettes import few_colours
from samannot_tui.graphics.coding.sixels import sixels
from samannot_tui.graphics.cut import Cut
from samannot_tui.graphics.pictures import Stamp
from samannot_tui.graphics.quality import Quality

COLOURS: dict[Quality, int] = {"rest": 64, "scrub": 16, "glimpse": 16}
MAGNIFIED: dict[Quality, int] = {"rest": 1, "scrub": 2, "glimpse": 3}
"""Screen pixels along the side of each pixel sent; a divisor of a sixel band's height."""


def encode(cut: Cut, quality: Quality) -> Stamp:
    """Sixels of no more colours than the terminal has registers for."""
    colours = min(COLOURS[quality], cut.target.colours or COLOURS[quality])
    height, width = cut.picture.shape[:2]
    factor = MAGNIFIED[quality]
    size = -(-width // factor), -(-height // factor)
    small = np.asarray(cv2.resize(cut.picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    indices, palette = few_colours(small, colours)
    magnified = indices.repeat(factor, axis=0).repeat(factor, axis=1)[:height, :width]
    return Stamp(sixels(magnified, palette), cut.area.y if cut.area else 0)
