"""The part of a picture that is encoded for itself: all of it, or some rows of cells."""

from dataclasses import dataclass

from samannot_tui.graphics.pictures import CellRect
from samannot_tui.graphics.stripes import Piece
from samannot_tui.graphics.target import Target
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.viewport import PixelRect, Viewport


@dataclass(frozen=True, eq=False)
class Cut:
    """A picture's part.

    Attributes:
        picture: its pixels, uint8, shape (height, width, 3), RGB.
        frame: those that show the video's frame; around them are black bars.
        scale: pixels to one of the video's.
        target: what the whole picture is for.
        area: the target's cells that the part fills, None for all of them.
        whole: the picture that it is cut from, and at which of its rows; None where it is that picture.
    """

    picture: RgbFrame
    frame: PixelRect
    scale: float
    target: Target
    area: CellRect | None = None
    whole: tuple[RgbFrame, int] | None = None


def cut_of(picture: RgbFrame, viewport: Viewport, target: Target, piece: Piece) -> Cut:
    """A piece of a picture of `target.pixel_size`, made for `viewport`."""
    if piece.rows is None:
        return Cut(picture, viewport.target, viewport.scale, target)
    first, end = piece.rows
    top, bottom = first * target.cell[1], min(end * target.cell[1], picture.shape[0])
    area = CellRect(0, first, target.columns, end - first)
    return Cut(
        picture[top:bottom], _between(viewport.target, top, bottom), viewport.scale, target, area, (picture, top)
    )


def _between(frame: PixelRect, top: int, bottom: int) -> PixelRect:
    """The rows of a rectangle from `top` to above `bottom`, counted from `top`; all of them where it has none."""
    upper, lower = max(frame.y, top), min(frame.y + frame.height, bottom)
    if upper >= lower:
        upper, lower = top, bottom
    return PixelRect(frame.x, upper - top, frame.width, lower - upper)
