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

from samannot_tui.session.view import MAX_ZOOM

COMFORT = 1 / 8
"""What `showing` brings into view gets this fraction of the part shown as its distance from the edge."""


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
        zoom: 1 shows the whole frame as large as it gets; 2 magnifies it twice as much. At least 1.
        center: source coordinates of the middle of the picture; moved inwards where the part shown would
            leave the frame. None is the frame's own middle.

    Raises:
        ValueError: a size below one pixel, or a zoom below 1.
    """

    frame_size: tuple[int, int]
    output_size: tuple[int, int]
    zoom: float = 1.0
    center: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if min(*self.frame_size, *self.output_size) < 1:
            raise ValueError(f"a viewport of {self.output_size} on a frame of {self.frame_size} shows nothing")
        if self.zoom < 1.0:
            raise ValueError(f"the zoom is {self.zoom}; 1 shows the whole frame")

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

    def contains(self, x: float, y: float) -> bool:
        """Does a source position lie in the part that is shown?"""
        left, top, width, height = self.source
        return left <= x + 0.5 < left + width and top <= y + 0.5 < top + height

    def zoomed(self, factor: float, at: tuple[float, float] | None = None) -> "Viewport":
        """Magnified `factor` times more, from 1 to MAX_ZOOM; `at` (source coordinates) stays where it is."""
        middle = self.output_size[0] / 2, self.output_size[1] / 2
        return self.holding(at or self._middle, self.to_output(*at) if at else middle, self.zoom * factor)

    def holding(self, point: tuple[float, float], position: tuple[float, float], zoom: float) -> "Viewport":
        """Magnified `zoom` times, 1 to MAX_ZOOM, with a source point at an output position.

        It is only as near to there as whole source pixels and the frame's edges allow.
        """
        zoom = min(MAX_ZOOM, max(1.0, zoom))
        scale = self._fit_scale * zoom
        x, y = (
            wanted + (room / 2 - place) / scale
            for wanted, place, room in zip(point, position, self.output_size, strict=True)
        )
        return replace(self, zoom=zoom, center=(x, y))._settled

    def panned(self, dx: float, dy: float) -> "Viewport":
        """The part shown moved by source pixels, no further than the frame's edge."""
        x, y = self._middle
        return replace(self, center=(x + dx, y + dy))._settled

    def showing(self, x: float, y: float) -> "Viewport":
        """Moved as little as brings the pixel at a source position into view, and a bit away from the edge."""
        shifts, center = [], []
        for place, first, length in zip((x, y), self.source[:2], self.source[2:], strict=True):
            margin = int(COMFORT * (length - 1))
            shift = max(0, round(place) - (first + length - 1 - margin)) + min(0, round(place) - (first + margin))
            shifts.append(shift)
            center.append(first + shift + (length - 1) / 2)
        return replace(self, center=(center[0], center[1]))._settled if any(shifts) else self

    def pixel_for_pixel(self, at: tuple[float, float] | None = None) -> "Viewport":
        """One output pixel for each of the frame's, or the whole frame where it has fewer; `at` as in `zoomed`."""
        return self.zoomed(1 / (self._fit_scale * self.zoom), at)

    @cached_property
    def exact(self) -> "Viewport":
        """The same part in a picture without bars, a whole number of output pixels for each of the frame's.

        The picture is about as large as the frame, but never larger.
        """
        x, y, width, height = self.source
        zoom = max(whole / part for whole, part in zip(self.frame_size, (width, height), strict=True))
        times = min(whole // part for whole, part in zip(self.frame_size, (width, height), strict=True))
        center = x + (width - 1) / 2, y + (height - 1) / 2
        return Viewport(self.frame_size, (width * times, height * times), zoom, center)

    @cached_property
    def _settled(self) -> "Viewport":
        """The same view, its middle where it really is: the way back from beyond an edge takes no time."""
        return replace(self, center=self._middle if self.zoom > 1 else None)

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
