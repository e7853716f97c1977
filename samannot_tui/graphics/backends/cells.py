"""Pictures made of text."""

from dataclasses import replace

from samannot_tui.graphics.coding.budget import within_budget
from samannot_tui.graphics.coding.quadrants import Cells, cells_of, halves_of, quadrants_of, text_bytes
from samannot_tui.graphics.cut import Cut
from samannot_tui.graphics.quality import Quality
from samannot_tui.graphics.terminal import HALF_BLOCKS

PRICES: dict[Quality, float] = {"rest": 500.0, "scrub": 2000.0, "glimpse": 12000.0}
"""Of a colour, in squared error: at rest a third of the bytes that exact colours take, for 0.2 dB."""
HIGHEST_PRICE = 8
"""Times that, for pictures that would take more than their room."""
POWER = 0.3
ROOM = 88_000 / (140 * 45)
"""Bytes a cell at most."""
NUMBERED_COLOURS = 256


def encode(cut: Cut, quality: Quality) -> Cells:
    """Quadrants, or half blocks where the target's cells are made of them.

    A glimpse has numbered colours where others would do as well: they take half the bytes.
    """
    quadrants = halves_of(cut.picture) if cut.target.cell == HALF_BLOCKS else quadrants_of(cut.picture)
    colours = cut.target.colours
    numbered = colours == NUMBERED_COLOURS or (quality == "glimpse" and colours is None)
    cells = within_budget(
        lambda price: cells_of(quadrants, numbered=numbered, price=price),
        text_bytes,
        ROOM * quadrants.shape[0] * quadrants.shape[1],
        finest=PRICES[quality],
        coarsest=HIGHEST_PRICE * PRICES[quality],
        power=POWER,
    )
    return replace(cells, row=cut.area.y if cut.area else 0)
