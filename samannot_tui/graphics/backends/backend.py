"""What the ways to encode a picture have in common.

A backend is the encoding half of a protocol and knows neither the screen nor what was sent before; which layers
are sent, kept and dropped is the business of the canvas' wires, which tell layers apart by identity.
"""

from typing import Protocol

from samannot_tui.graphics.coding.quadrants import Cells
from samannot_tui.graphics.cut import Cut
from samannot_tui.graphics.pictures import KittyLayer, Stamp
from samannot_tui.graphics.quality import Quality

Part = tuple[KittyLayer, ...] | Stamp | Cells
"""A part of a picture, encoded: layers that are shown together, a stamp, or rows of cells."""


class Backend(Protocol):
    """Encodes for one protocol."""

    def __call__(self, cut: Cut, quality: Quality) -> Part:
        """Encode a part of a picture."""
        ...
