"""Pictures as textual-image encodes them: for terminals where ours come out wrong, and the benchmark's baseline."""

import re

from PIL import Image
from textual_image._pixeldata import PixelData
from textual_image._sixel import SixelOptions, image_to_sixels

from samannot_tui.graphics.pictures import KittyLayer, KittyPicture, StampPicture
from samannot_tui.graphics.quality import Quality
from samannot_tui.graphics.target import Target
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.viewport import Viewport

COLOURS = 256
DEFINITION = re.compile(r"(#\d+)(;2;\d+;\d+;\d+)")


def encode(picture: RgbFrame, viewport: Viewport, target: Target, quality: Quality) -> KittyPicture | StampPicture:
    """A whole RGB PNG for kitty, else sixels; there is one quality only."""
    image = Image.fromarray(picture)
    if target.protocol == "kitty":
        return KittyPicture(target, viewport, (KittyLayer(PixelData(image).to_base64(), image.size, 0),))
    sixels: str = image_to_sixels(image, SixelOptions(colors=min(COLOURS, target.colours or COLOURS)))
    # xterm takes "#1;2;R;G;B" for a definition only, which does not yet select the colour; and after a last
    # "go to the next band" it scrolls when the picture ends near the screen's last row.
    sixels = DEFINITION.sub(r"\1\2\1", sixels.removesuffix("-\x1b\\")) + "\x1b\\"
    return StampPicture(target, viewport, sixels)
