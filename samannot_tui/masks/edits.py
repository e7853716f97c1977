"""What a person draws on a mask, as plain data: apart from the mask that it is drawn on."""

from dataclasses import dataclass

from samannot_tui.masks.painting import Point, erase_piece, fill_enclosed, fill_polygon, stroke
from samannot_tui.masks.rle import BoolMask


@dataclass(frozen=True)
class Stroke:
    """A disc of `radius` pixels drawn along `points`, see `painting.stroke`; `paint` false erases."""

    points: tuple[Point, ...]
    radius: float
    paint: bool


@dataclass(frozen=True)
class Polygon:
    """A polygon and its inside, see `painting.fill_polygon`; `paint` false erases."""

    corners: tuple[Point, ...]
    paint: bool


@dataclass(frozen=True)
class Fill:
    """What is enclosed around a point is filled, see `painting.fill_enclosed`; `paint` false erases the piece there."""

    x: float
    y: float
    paint: bool


MaskEdit = Stroke | Polygon | Fill


def edited(mask: BoolMask, edit: MaskEdit) -> BoolMask:
    """A mask (height, width) after an edit; the old one is left alone.

    Raises:
        InputError: there is nothing to fill, or no piece to erase, at the point.
    """
    match edit:
        case Stroke(points=points, radius=radius, paint=paint):
            return stroke(mask, points, radius, paint=paint)
        case Polygon(corners=corners, paint=paint):
            return fill_polygon(mask, corners, paint=paint)
        case Fill(x=x, y=y, paint=True):
            return fill_enclosed(mask, x, y)
        case Fill(x=x, y=y):
            return erase_piece(mask, x, y)
