"""Pictures as iTerm2's inline images: JPEG files that the terminal scales up.

Reference: https://iterm2.com/documentation-images.html
"""

import base64

import cv2
import numpy as np
import numpy.typing as npt

from samannot_tui.graphics.coding.budget import within_budget
from samannot_tui.graphics.coding.scaling import reduced
from samannot_tui.graphics.cut import Cut
from samannot_tui.graphics.pictures import CellRect, Stamp
from samannot_tui.graphics.quality import Quality

FRACTIONS: dict[Quality, float] = {"rest": 1.0, "scrub": 0.5, "glimpse": 0.3}
JPEG_QUALITIES: dict[Quality, int] = {"rest": 75, "scrub": 70, "glimpse": 60}

ROOM = 98_000 * 3 / 4 / (1200 * 800)
"""Bytes of a JPEG file to a pixel of the screen at most; as base64 they are a third more."""
POWER = 0.6


def encode(cut: Cut, quality: Quality) -> Stamp:
    """One inline image over all cells of the part."""
    small = reduced(cut, FRACTIONS[quality]).picture
    blue_first = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)

    def jpeg_of(loss: float) -> npt.NDArray[np.uint8]:
        _, file = cv2.imencode(".jpg", blue_first, [cv2.IMWRITE_JPEG_QUALITY, round(100 - loss)])
        return np.asarray(file, np.uint8)

    height, width = cut.picture.shape[:2]
    finest = 100 - JPEG_QUALITIES[quality]
    jpeg = within_budget(jpeg_of, len, ROOM * width * height, finest=finest, coarsest=2 * finest, power=POWER)
    cells = cut.area or CellRect(0, 0, cut.target.columns, cut.target.rows)
    area = f"width={cells.width};height={cells.height};preserveAspectRatio=0;doNotMoveCursor=1"
    payload = base64.b64encode(jpeg.tobytes()).decode("ascii")
    return Stamp(f"\x1b]1337;File=inline=1;size={jpeg.size};{area}:{payload}\x07", cells.y)
