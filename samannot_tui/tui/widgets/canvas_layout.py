"""Where a canvas is on the screen, and which of its cells something else covers."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.errors import NoWidget
from textual.geometry import Region
from textual.widget import Widget


@dataclass(frozen=True)
class Placement:
    """A canvas on the screen; all regions in screen cells.

    Attributes:
        region: the canvas.
        covers: widgets of the same screen that lie over it (a toast, a tooltip, an open list).
        covered: their regions.
    """

    region: Region
    covers: tuple[Widget, ...] = ()
    covered: tuple[Region, ...] = ()


def placement_of(widget: Widget) -> Placement | None:
    """Where `widget` is; None where it is not wholly in view or another screen lies over its own."""
    screen = widget.screen
    if not screen.is_active:
        return None
    try:
        own = screen.find_widget(widget)
    except NoWidget:
        return None
    if not own.region or own.visible_region != own.region:
        return None
    covers: list[Widget] = []
    covered: list[Region] = []
    for other in screen.walk_children(Widget):
        if other is widget or not other.visible or not other.display:
            continue
        try:
            found = screen.find_widget(other)
        except NoWidget:
            continue
        if found.order > own.order and found.visible_region.overlaps(own.region):
            covers.append(other)
            covered.append(found.visible_region)
    return Placement(own.region, tuple(covers), tuple(covered))


def uncovered(region: Region, covered: Sequence[Region]) -> tuple[Region, ...]:
    """`region` without `covered`, as regions that do not overlap."""
    pieces = [region]
    for cover in covered:
        pieces = [part for piece in pieces for part in _without(piece, cover)]
    return tuple(pieces)


def _without(piece: Region, cover: Region) -> list[Region]:
    hit = piece.intersection(cover)
    if not hit:
        return [piece]
    parts = (
        Region.from_corners(piece.x, piece.y, piece.right, hit.y),
        Region.from_corners(piece.x, hit.bottom, piece.right, piece.bottom),
        Region.from_corners(piece.x, hit.y, hit.x, hit.bottom),
        Region.from_corners(hit.right, hit.y, piece.right, hit.bottom),
    )
    return [part for part in parts if part]
