"""Pictures made of text."""

from dataclasses import replace

from samannot_tui.graphics.coding.quadrants import Cells, cells_of, halves_of, quadrants_of
from samannot_tui.graphics.cut import Cut
from samannot_tui.graphics.quality import Quality
from samannot_tui.graphics.terminal import HALF_BLOCKS

PRICES: dict[Quality, float] = {"rest": 500.0, "scrub": 2000.0, "glimpse": 4000.0}
"""Of a colour, in squared error: at rest a third of the bytes that exact colours take, for 0.2 dB."""
NUMBERED = 256


def encode(cut: Cut, quality: Quality) -> Cells:
    """Quadrants, or half blocks where the target's cells are made of them."""
    quadrants = halves_of(cut.picture) if cut.target.cell == HALF_BLOCKS else quadrants_of(cut.picture)
    cells = cells_of(quadrants, numbered=cut.target.colours == NUMBERED, price=PRICES[quality])
    return replace(cells, row=cut.area.y if cut.area else 0)
