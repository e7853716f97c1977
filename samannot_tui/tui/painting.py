"""Painting without a mouse: the brush that is put down and lifted, the polygon in the making."""

from dataclasses import dataclass, replace
from typing import Literal

from samannot_tui.errors import InputError
from samannot_tui.masks.edits import MaskEdit, Polygon, Stroke
from samannot_tui.masks.painting import Point
from samannot_tui.render.layers import Polyline

PaintKind = Literal["brush", "polygon"]
RADII = (0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 128.0)
"""Of the brush, in pixels of the frame; the first is a single pixel."""


@dataclass(frozen=True)
class PaintMode:
    """What the next Enter or click draws on the active label's mask. Coordinates are frame pixels.

    Attributes:
        paint: false erases.
        stroke: what the brush, which is down, has drawn so far; None while it is lifted.
        corners: of the polygon in the making.
    """

    kind: PaintKind
    x: float
    y: float
    radius: float
    paint: bool = True
    stroke: Stroke | None = None
    corners: tuple[Point, ...] = ()

    @property
    def draft(self) -> Polyline | None:
        """The polygon in the making, up to the crosshair."""
        return Polyline((*self.corners, (self.x, self.y))) if self.corners else None

    @property
    def brush(self) -> float | None:
        """The radius of the brush at the crosshair."""
        return self.radius if self.kind == "brush" else None

    @property
    def settled(self) -> "PaintMode":
        """Without what is half made."""
        return replace(self, stroke=None, corners=())

    def at(self, x: float, y: float) -> "PaintMode":
        """With the crosshair elsewhere; a brush that is down draws its way there."""
        stroke = self.stroke
        if stroke is not None and stroke.points[-1] != (x, y):
            stroke = replace(stroke, points=(*stroke.points, (x, y)))
        return replace(self, x=x, y=y, stroke=stroke)

    def flipped(self) -> "PaintMode":
        return replace(self, paint=not self.paint)

    def put_down(self, *, paint: bool) -> "PaintMode":
        """The brush touches the mask at the crosshair."""
        return replace(self, stroke=Stroke(((self.x, self.y),), self.radius, paint))

    @property
    def lifted(self) -> "PaintMode":
        return replace(self, stroke=None)

    def sized(self, steps: int) -> "PaintMode":
        """With a brush so many sizes larger, smaller if negative."""
        at = RADII.index(self.radius) + steps
        return replace(self, radius=RADII[min(max(at, 0), len(RADII) - 1)])

    def closes(self, reach: float) -> bool:
        """Is the crosshair where the polygon began or got its last corner? `reach` pixels beside it count."""
        return any(max(abs(self.x - x), abs(self.y - y)) <= reach for x, y in (*self.corners[:1], *self.corners[-1:]))

    def with_corner(self) -> "PaintMode":
        return replace(self, corners=(*self.corners, (self.x, self.y)))

    def without_corner(self) -> "PaintMode":
        return replace(self, corners=self.corners[:-1])

    def closed(self) -> Polygon:
        """The finished polygon.

        Raises:
            InputError: it has fewer than three corners.
        """
        if len(self.corners) < 3:
            raise InputError("A polygon takes three corners or more; move on and place the next one.")
        return Polygon(self.corners, self.paint)


def brush_for(pixels: float) -> float:
    """The radius of the brush that comes nearest to so many pixels."""
    return min(RADII, key=lambda radius: abs(radius - pixels))


@dataclass(frozen=True)
class CellEdit:
    """An edit where it is made."""

    frame: int
    label: int
    edit: MaskEdit


def news_since(before: tuple[MaskEdit, ...], now: tuple[MaskEdit, ...]) -> tuple[MaskEdit, ...] | None:
    """What is left to draw where `before` is drawn already: the last stroke may have gone on, others been added.

    None where `now` does not go on from `before`.
    """
    if not before or before == now[: len(before)]:
        return now[len(before) :]
    done, drawn = len(before) - 1, before[-1]
    if len(now) <= done or before[:done] != now[:done]:
        return None
    grown = now[done]
    if not (isinstance(drawn, Stroke) and isinstance(grown, Stroke)):
        return None
    known = len(drawn.points)
    if replace(grown, points=grown.points[:known]) != drawn:
        return None
    return replace(grown, points=grown.points[known - 1 :]), *now[done + 1 :]
