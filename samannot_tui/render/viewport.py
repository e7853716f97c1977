"""Which part of a frame is shown where in a picture, and the mapping between the two, exact both ways.

Two kinds of coordinates, x right and y down in both:

- *source*: pixels of the frame, (0, 0) the centre of the top left pixel, as in `session.prompts`: pixel
  (c, r) covers c - 0.5 <= x < c + 0.5;
- *output*: positions in the picture measured from its top left corner: output pixel (i, j) covers
  i <= u < i + 1 and has its centre at i + 0.5.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from math import floor
from typing import NamedTuple

MAX_ZOOM = 64.0


class PixelRect(NamedTuple):
    """A rectangle of whole pixels: columns x .. x + width - 1, rows y .. y + height - 1."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Viewport:
    """A frame's part shown in a picture, undistorted up to rounding, with black bars where it does not fill.

    Attributes:
        frame_size: (width, height) of the frame in pixels.
        output_size: (width, height) of the picture in pixels.
        zoom: 1 shows the whole frame as large as it gets; 2 magnifies it twice as much. 1 to MAX_ZOOM.
        center: source coordinates of the middle of the picture; moved inwards where the part shown would
            leave the frame. None is the frame's own middle.

    Raises:
        ValueError: a size below one pixel, or a zoom out of range.
    """

    frame_size: tuple[int, int]
    output_size: tuple[int, int]
    zoom: float = 1.0
    center: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if min(*self.frame_size, *self.output_size) < 1:
            raise ValueError(f"a viewport of {self.output_size} on a frame of {self.frame_size} shows nothing")
        if not 1.0 <= self.zoom <= MAX_ZOOM:
            raise ValueError(f"the zoom is {self.zoom}; it goes from 1 to {MAX_ZOOM:g}")

    @cached_property
    def source(self) -> PixelRect:
        """The part of the frame that is shown."""
        width, height = self._visible_size
        x, y = (
            round(middle - (visible - 1) / 2) for middle, visible in zip(self._middle, (width, height), strict=True)
        )
        return PixelRect(x, y, width, height)

    @cached_property
    def target(self) -> PixelRect:
        """Where in the picture `source` is drawn; black bars around it."""
        width, height = (
            max(1, min(room, round(visible * self._fit_scale * self.zoom)))
            for room, visible in zip(self.output_size, self._visible_size, strict=True)
        )
        return PixelRect((self.output_size[0] - width) // 2, (self.output_size[1] - height) // 2, width, height)

    @property
    def scale(self) -> float:
        """Output pixels per source pixel, along x (along y it differs by rounding only)."""
        return self.target.width / self.source.width

    def to_source(self, u: float, v: float) -> tuple[float, float]:
        """Source coordinates of an output position; outside the frame for positions on the black bars."""
        source, target = self.source, self.target
        return (
            (u - target.x) * source.width / target.width + source.x - 0.5,
            (v - target.y) * source.height / target.height + source.y - 0.5,
        )

    def to_output(self, x: float, y: float) -> tuple[float, float]:
        """Output position of source coordinates; outside the picture for what is not shown."""
        source, target = self.source, self.target
        return (
            (x + 0.5 - source.x) * target.width / source.width + target.x,
            (y + 0.5 - source.y) * target.height / source.height + target.y,
        )

    def shows(self, u: float, v: float) -> bool:
        """Does an output position lie on the frame, not on a black bar?"""
        x, y, width, height = self.target
        return x <= u < x + width and y <= v < y + height

    def pixel_at(self, u: float, v: float) -> tuple[int, int] | None:
        """The (column, row) of the frame's pixel under an output position, None on a black bar."""
        if not self.shows(u, v):
            return None
        x, y = self.to_source(u, v)
        right, bottom = self.source.x + self.source.width - 1, self.source.y + self.source.height - 1
        return min(floor(x + 0.5), right), min(floor(y + 0.5), bottom)

    def resized(self, output_size: tuple[int, int]) -> "Viewport":
        """The same zoom and middle in a picture of another size (width, height)."""
        return replace(self, output_size=output_size)

    def zoomed(self, factor: float, at: tuple[float, float] | None = None) -> "Viewport":
        """Magnified `factor` times more, within bounds; `at` (source coordinates) stays where it is."""
        zoom = min(MAX_ZOOM, max(1.0, self.zoom * factor))
        kept = at or self._middle
        shrink = self.zoom / zoom
        center = tuple(point + (middle - point) * shrink for point, middle in zip(kept, self._middle, strict=True))
        return replace(self, zoom=zoom, center=(center[0], center[1]))

    def panned(self, dx: float, dy: float) -> "Viewport":
        """The part shown moved by source pixels, no further than the frame's edge."""
        x, y = self._middle
        moved = replace(self, center=(x + dx, y + dy))
        return replace(self, center=moved._middle)

    @cached_property
    def _fit_scale(self) -> float:
        return min(room / size for room, size in zip(self.output_size, self.frame_size, strict=True))

    @cached_property
    def _visible_size(self) -> tuple[int, int]:
        scale = self._fit_scale * self.zoom
        width, height = (
            max(1, min(size, round(room / scale))) for room, size in zip(self.output_size, self.frame_size, strict=True)
        )
        return width, height

    @cached_property
    def _middle(self) -> tuple[float, float]:
        wanted = self.center or tuple((size - 1) / 2 for size in self.frame_size)
        x, y = (
            min(size - 1 - (visible - 1) / 2, max((visible - 1) / 2, middle))
            for middle, size, visible in zip(wanted, self.frame_size, self._visible_size, strict=True)
        )
        return x, y
