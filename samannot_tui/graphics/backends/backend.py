"""What the ways to encode a picture have in common.

A backend is the encoding half of a protocol and knows neither the screen nor what was sent before; which layers
are sent, kept and dropped is the business of the canvas' wires, which tell layers apart by identity.
"""

from typing import Protocol

from samannot_tui.graphics.pictures import Encoded
from samannot_tui.graphics.quality import Quality
from samannot_tui.graphics.target import Target
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.viewport import Viewport


class Backend(Protocol):
    """Encodes for one protocol."""

    def __call__(self, picture: RgbFrame, viewport: Viewport, target: Target, quality: Quality) -> Encoded:
        """Encode a picture of `target.pixel_size`: uint8, shape (height, width, 3), RGB, made for `viewport`."""
        ...
