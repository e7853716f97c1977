"""A person's strokes, polygons and fills on a mask. Every function returns a new mask and leaves the old one alone.

Coordinates are pixels, x right and y down. Pixel centres lie on whole numbers, so mask[r, c] has its centre at
(c, r), and a pixel is painted where its centre is inside the shape. What lies beyond the frame is left out.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from samannot_tui.errors import InputError
from samannot_tui.masks.geometry import bounding_box
from samannot_tui.masks.rle import BoolMask

Point = tuple[float, float]
THINNEST = math.sqrt(0.5)
"""Half a pixel's diagonal: the smallest radius that reaches a pixel's centre from everywhere inside the pixel."""


def stroke(mask: BoolMask, points: Sequence[Point], radius: float, *, paint: bool) -> BoolMask:
    """Draw a disc along a line: every pixel centre at most `radius` away from the line is painted, or erased.

    Args:
        mask: shape (height, width).
        points: (x, y) of the line's corners; one alone is a dab.
        radius: in pixels. Below THINNEST it counts as that, so that a stroke is never without a pixel or with gaps.
        paint: false erases.
    """
    painted = mask.copy()
    radius = max(radius, THINNEST)
    for start, end in pairwise([*points[:1], *points]):
        _sweep(painted, start, end, radius, paint)
    return painted


def _sweep(mask: BoolMask, start: Point, end: Point, radius: float, paint: bool) -> None:
    (x0, y0), (x1, y1) = start, end
    left, right = _whole(min(x0, x1) - radius, max(x0, x1) + radius, mask.shape[1])
    top, bottom = _whole(min(y0, y1) - radius, max(y0, y1) + radius, mask.shape[0])
    y, x = np.ogrid[top:bottom, left:right]
    from_x, from_y, along_x, along_y = x - x0, y - y0, x1 - x0, y1 - y0
    length = along_x * along_x + along_y * along_y
    # How far along the segment its nearest point lies, 0 to 1.
    share = np.clip((from_x * along_x + from_y * along_y) / length, 0, 1) if length else 0.0
    near = np.square(from_x - share * along_x) + np.square(from_y - share * along_y) <= radius * radius
    mask[top:bottom, left:right][near] = paint


def _whole(low: float, high: float, size: int) -> tuple[int, int]:
    """The whole numbers from `low` to `high` within 0 to `size` - 1: the first, and the one after the last."""
    first = math.ceil(min(max(low, 0), size))
    return first, max(first, math.floor(min(max(high, -1), size - 1)) + 1)


def fill_polygon(mask: BoolMask, corners: Sequence[Point], *, paint: bool) -> BoolMask:
    """Paint or erase the inside of a polygon, its outline included.

    Where the polygon crosses itself the even-odd rule says what is inside. Neither OpenCV's polygons (which round
    the corners) nor scikit-image's (which look at every corner for every pixel) would do.

    Args:
        mask: shape (height, width).
        corners: (x, y), in order; the last is joined to the first.
        paint: false erases.
    """
    painted = mask.copy()
    if not corners:
        return painted
    xs, ys = zip(*corners, strict=True)
    left, right = _whole(min(xs), max(xs), mask.shape[1])
    top, bottom = _whole(min(ys), max(ys), mask.shape[0])
    # One column more than the box: an edge beyond it on the right turns nothing over.
    turns = np.zeros((bottom - top, right - left + 1), np.bool_)
    outline = np.zeros_like(turns)
    for start, end in pairwise([*corners[-1:], *corners]):
        _trace(turns, outline, start, end, left, top)
    inside = np.logical_xor.accumulate(turns, axis=1) | outline
    painted[top:bottom, left:right][inside[:, :-1]] = paint
    return painted


def _trace(turns: BoolMask, outline: BoolMask, start: Point, end: Point, left: int, top: int) -> None:
    """Mark where an edge of a polygon is met on each row of pixels.

    Args:
        turns: rows and columns from (`left`, `top`) on; gets turned over from where inside and outside change.
        outline: the same place; gets the pixels whose centres lie on the edge.
    """
    (x0, y0), (x1, y1) = sorted((start, end), key=lambda point: point[1])
    height, width = outline.shape
    if y0 == y1:
        if y0 == math.floor(y0) and 0 <= y0 - top < height:
            first, behind = _whole(min(x0, x1) - left, max(x0, x1) - left, width - 1)
            outline[int(y0) - top, first:behind] = True
        return
    first, behind = _whole(y0 - top, y1 - top, height)
    rows = np.arange(first, behind)
    # First the product, then the quotient: whole numbers that meet an edge exactly then do so in floating point.
    x = x0 - left + (rows + top - y0) * (x1 - x0) / (y1 - y0)
    columns = np.clip(np.ceil(x), 0, width - 1).astype(np.intp)
    # A corner belongs to the edge below it, or it would be counted twice.
    crossing = rows + top < y1
    turns[rows[crossing], columns[crossing]] ^= True
    on_pixel = (x == columns) & (columns < width - 1)
    outline[rows[on_pixel], columns[on_pixel]] = True


def fill_enclosed(mask: BoolMask, x: float, y: float) -> BoolMask:
    """Fill the hole under a point; on the mask itself, everything that the piece under the point encloses.

    Background that touches at a corner only is two holes, pixels of a mask that do so are one piece.

    Args:
        mask: shape (height, width).

    Raises:
        InputError: the point is outside the frame, or its surroundings are open to the frame's border.
    """
    row, column = _pixel(mask, x, y)
    if mask[row, column]:
        return mask | _enclosed(_piece(mask, row, column, connectivity=8))
    hole = _piece(~mask, row, column, connectivity=4)
    if hole[0].any() or hole[-1].any() or hole[:, 0].any() or hole[:, -1].any():
        raise InputError(f"What is around {x:g},{y:g} reaches the frame's border, so it is no hole; close it first.")
    return mask | hole


def erase_piece(mask: BoolMask, x: float, y: float) -> BoolMask:
    """Erase the piece of a mask (height, width) under a point; pixels that touch at a corner are one piece.

    Raises:
        InputError: the point is outside the frame, or not on the mask.
    """
    row, column = _pixel(mask, x, y)
    if not mask[row, column]:
        raise InputError(f"There is no mask at {x:g},{y:g}; point at the piece to erase.")
    return mask & ~_piece(mask, row, column, connectivity=8)


def _pixel(mask: BoolMask, x: float, y: float) -> tuple[int, int]:
    height, width = mask.shape
    if not (-0.5 <= x < width - 0.5 and -0.5 <= y < height - 0.5):
        raise InputError(f"The point {x:g},{y:g} is outside the frame of {width}x{height} pixels.")
    return math.floor(y + 0.5), math.floor(x + 0.5)


def _piece(mask: BoolMask, row: int, column: int, *, connectivity: int) -> BoolMask:
    """The piece of a mask that holds a pixel of it."""
    import cv2  # nobody needs OpenCV before the first fill, and it takes its time to load

    marked = mask.astype(np.uint8)
    cv2.floodFill(marked, None, (column, row), (2,), flags=connectivity)
    piece: BoolMask = marked == 2
    return piece


def _enclosed(piece: BoolMask) -> BoolMask:
    """The pixels of and inside a piece, other pieces in its holes included."""
    box = bounding_box(piece)
    assert box is not None, "a piece has at least the pixel that it was found by"
    window = (slice(box[1], box[3] + 1), slice(box[0], box[2] + 1))
    around = np.pad(~piece[window], 1, constant_values=True)
    inside = np.zeros_like(piece)
    inside[window] = ~_piece(around, 0, 0, connectivity=4)[1:-1, 1:-1]
    return inside
