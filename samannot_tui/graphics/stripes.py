"""A picture sent in stripes: whole rows of cells, from the top, so that none holds the link for long.

Until the last stripe is there the picture is a coarser one with the finer stripes of the same frame over it.
"""

from itertools import pairwise
from math import ceil
from typing import NamedTuple

from samannot_tui.graphics.quality import LADDER, Quality
from samannot_tui.graphics.target import Target

Bounds = tuple[int, ...]
"""The row below each stripe that there is, ascending; the first stripe begins in row 0."""


class Piece(NamedTuple):
    """Something encoded for itself.

    Attributes:
        rows: the rows of cells, the first one and the one below the last; None for the whole picture.
    """

    quality: Quality
    rows: tuple[int, int] | None = None


def rows_of(target: Target) -> int:
    """How many rows of cells a picture for this target has; fewer than the target where `limit` keeps it small."""
    return -(-target.pixel_size[1] // target.cell[1])


def pieces(quality: Quality, bounds: Bounds, rows: int) -> tuple[Piece, ...]:
    """What a picture of so many rows consists of: each piece lies over those before it.

    The last of the stripes leaves nothing of the picture below them, which is then not a piece any more.
    """
    stripes = tuple(Piece(LADDER[-1], stripe) for stripe in pairwise((0, *bounds)))
    return stripes if bounds and bounds[-1] == rows else (Piece(quality), *stripes)


def next_bound(top: int, rows: int, bytes_a_row: float, room: float) -> int:
    """The row below the stripe that begins at `top`, if it may take `room` bytes; at least one row.

    What is left of a picture of `rows` rows is divided evenly, so that no sliver remains for the end.
    """
    if bytes_a_row * (rows - top) <= room:
        return rows
    left, fitting = rows - top, max(1, int(room / bytes_a_row))
    return top + ceil(left / ceil(left / fitting))
