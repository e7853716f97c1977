"""Pictures made of text."""

from samannot_tui.graphics.coding.quadrants import cells_of, halves_of, quadrants_of
from samannot_tui.graphics.pictures import CellPicture
from samannot_tui.graphics.quality import Quality
from samannot_tui.graphics.target import Target
from samannot_tui.graphics.terminal import HALF_BLOCKS
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.viewport import Viewport

PRICES: dict[Quality, float] = {"rest": 500.0, "scrub": 2000.0, "glimpse": 4000.0}
"""Of a colour, in squared error: at rest a third of the bytes that exact colours take, for 0.2 dB."""
NUMBERED = 256


def encode(picture: RgbFrame, viewport: Viewport, target: Target, quality: Quality) -> CellPicture:
    """Quadrants, or half blocks where the target's cells are made of them."""
    quadrants = halves_of(picture) if target.cell == HALF_BLOCKS else quadrants_of(picture)
    cells = cells_of(quadrants, numbered=target.colours == NUMBERED, price=PRICES[quality])
    return CellPicture(target, viewport, cells.patterns, cells.front, cells.back)
