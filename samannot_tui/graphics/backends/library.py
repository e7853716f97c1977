"""Pictures as textual-image encodes them: for terminals where ours come out wrong, and the benchmark's baseline."""

import re

from PIL import Image
from textual_image._pixeldata import PixelData
from textual_image._sixel import SixelOptions, image_to_sixels

from samannot_tui.graphics.cut import Cut
from samannot_tui.graphics.pictures import KittyLayer, Stamp
from samannot_tui.graphics.quality import Quality

COLOURS = 256
DEFINITION = re.compile(r"(#\d+)(;2;\d+;\d+;\d+)")


def encode(cut: Cut, quality: Quality) -> tuple[KittyLayer, ...] | Stamp:
    """A whole RGB PNG for kitty, else sixels; there is one quality only."""
    image = Image.fromarray(cut.picture)
    if cut.target.protocol == "kitty":
        return (KittyLayer(PixelData(image).to_base64(), image.size, 0, cut.area),)
    sixels: str = image_to_sixels(image, SixelOptions(colors=min(COLOURS, cut.target.colours or COLOURS)))
    # xterm takes "#1;2;R;G;B" for a definition only, which does not yet select the colour; and after a last
    # "go to the next band" it scrolls when the picture ends near the screen's last row.
    sixels = DEFINITION.sub(r"\1\2\1", sixels.removesuffix("-\x1b\\")) + "\x1b\\"
    return Stamp(sixels, cut.area.y if cut.area else 0)
