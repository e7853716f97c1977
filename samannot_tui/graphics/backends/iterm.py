"""Pictures as iTerm2's inline images: JPEG files that the terminal scales up.

Reference: https://iterm2.com/documentation-images.html
"""

import base64

import cv2

from samannot_tui.graphics.coding.scaling import reduced
from samannot_tui.graphics.pictures import StampPicture
from samannot_tui.graphics.quality import Quality
from samannot_tui.graphics.target import Target
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.viewport import Viewport

FRACTIONS: dict[Quality, float] = {"rest": 1.0, "scrub": 0.5, "glimpse": 0.3}
JPEG_QUALITIES: dict[Quality, int] = {"rest": 75, "scrub": 70, "glimpse": 60}


def encode(picture: RgbFrame, viewport: Viewport, target: Target, quality: Quality) -> StampPicture:
    """One inline image over all cells of the target."""
    small = reduced(picture, viewport, FRACTIONS[quality]).picture
    blue_first = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", blue_first, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITIES[quality]])
    area = f"width={target.columns};height={target.rows};preserveAspectRatio=0;doNotMoveCursor=1"
    payload = base64.b64encode(jpeg.tobytes()).decode("ascii")
    return StampPicture(target, viewport, f"\x1b]1337;File=inline=1;size={jpeg.size};{area}:{payload}\x07")
