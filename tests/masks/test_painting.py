"""Painting against slow, plain definitions, pixel by pixel, in exact fractions where a border decides."""

import subprocess
import sys
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from samannot_tui.errors import InputError
from samannot_tui.masks.painting import THINNEST, Point, erase_piece, fill_enclosed, fill_polygon, stroke
from samannot_tui.masks.rle import BoolMask

masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.booleans())
# Quarters, so that exact fractions can say what is right; some of them far outside.
quarters = st.integers(-40, 88).map(lambda quarter: quarter / 4)
points = st.tuples(quarters, quarters)


def drawn(*rows: str) -> BoolMask:
    return np.array([[char == "#" for char in row] for row in rows])


def near(x: int, y: int, start: Point, end: Point, radius: float) -> bool:
    px, py = Fraction(x), Fraction(y)
    (x0, y0), (x1, y1) = ((Fraction(a), Fraction(b)) for a, b in (start, end))
    dx, dy = x1 - x0, y1 - y0
    length = dx * dx + dy * dy
    share = min(max(((px - x0) * dx + (py - y0) * dy) / length, Fraction(0)), Fraction(1)) if length else Fraction(0)
    return (px - x0 - share * dx) ** 2 + (py - y0 - share * dy) ** 2 <= Fraction(radius) ** 2


# A radius whose square no such distance equals: floating point need not decide ties.
@given(
    masks, st.lists(points, min_size=1, max_size=4), st.sampled_from([THINNEST + 1e-6, 1.3, 3.1, 8.7]), st.booleans()
)
def test_a_stroke_is_all_pixels_near_the_line(mask: BoolMask, line: list[Point], radius: float, paint: bool) -> None:
    before = mask.copy()
    result = stroke(mask, line, radius, paint=paint)
    segments = list(pairwise(line)) or [(line[0], line[0])]
    for (row, column), old in np.ndenumerate(before):
        touched = any(near(column, row, start, end, radius) for start, end in segments)
        assert result[row, column] == (paint if touched else old)
    assert (mask == before).all()


def test_a_disc_holds_the_pixels_at_exactly_its_radius() -> None:
    disc = stroke(np.zeros((7, 7), np.bool_), [(3, 3)], 2, paint=True)
    assert (disc == drawn(".......", "...#...", "..###..", ".#####.", "..###..", "...#...", ".......")).all()


def test_the_thinnest_brush_paints_one_pixel_on_its_centre_and_leaves_no_gap_on_a_line() -> None:
    empty = np.zeros((9, 30), np.bool_)
    assert stroke(empty, [(4, 4)], 0, paint=True).sum() == 1
    line = stroke(empty, [(1.3, 0.6), (27.7, 7.2)], 0, paint=True)
    assert line[:, 1:28].any(axis=0).all()


@given(points)
def test_a_dab_always_paints_the_pixel_that_it_is_in(point: Point) -> None:
    mask = stroke(np.zeros((22, 22), np.bool_), [point], 0, paint=True)
    row, column = (int(np.floor(value + 0.5)) for value in reversed(point))
    if 0 <= row < 22 and 0 <= column < 22:
        assert mask[row, column]


def test_no_points_paint_nothing() -> None:
    mask = np.eye(5, dtype=np.bool_)
    assert (stroke(mask, [], 3, paint=True) == mask).all()
    assert (fill_polygon(mask, [], paint=True) == mask).all()


def in_polygon(x: int, y: int, corners: list[Point]) -> bool:
    inside = False
    exact = [(Fraction(a), Fraction(b)) for a, b in corners]
    for (x0, y0), (x1, y1) in pairwise([exact[-1], *exact]):
        on_line = (x1 - x0) * (y - y0) == (y1 - y0) * (x - x0)
        if on_line and min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1):
            return True
        if (y0 <= y) != (y1 <= y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            inside = not inside
    return inside


@given(masks, st.lists(points, min_size=1, max_size=7), st.booleans())
def test_a_polygon_is_its_inside_and_its_outline(mask: BoolMask, corners: list[Point], paint: bool) -> None:
    before = mask.copy()
    result = fill_polygon(mask, corners, paint=paint)
    for (row, column), old in np.ndenumerate(before):
        assert result[row, column] == (paint if in_polygon(column, row, corners) else old), (column, row)
    assert (mask == before).all()


def test_a_polygon_through_pixel_centres_holds_them() -> None:
    square = fill_polygon(np.zeros((5, 6), np.bool_), [(1, 1), (4, 1), (4, 3), (1, 3)], paint=True)
    assert (square == drawn("......", ".####.", ".####.", ".####.", "......")).all()


def flood(mask: BoolMask, row: int, column: int, steps: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """The pixels reached from one over pixels of the same value."""
    found, border = {(row, column)}, [(row, column)]
    while border:
        r, c = border.pop()
        for dr, dc in steps:
            at = r + dr, c + dc
            fits = 0 <= at[0] < mask.shape[0] and 0 <= at[1] < mask.shape[1] and at not in found
            if fits and mask[at] == mask[row, column]:
                found.add(at)
                border.append(at)
    return found


FOUR = [(0, 1), (1, 0), (0, -1), (-1, 0)]
EIGHT = [*FOUR, (1, 1), (1, -1), (-1, 1), (-1, -1)]


@given(masks, st.data())
def test_filling_by_flood(mask: BoolMask, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, mask.shape[0] - 1))
    column = data.draw(st.integers(0, mask.shape[1] - 1))
    before, expected = mask.copy(), mask.copy()
    if mask[row, column]:
        piece = np.zeros(np.add(mask.shape, 2), np.bool_)
        for r, c in flood(mask, row, column, EIGHT):
            piece[r + 1, c + 1] = True
        outside = flood(piece, 0, 0, FOUR)
        for r, c in np.ndindex(*mask.shape):
            expected[r, c] |= (r + 1, c + 1) not in outside
    else:
        hole = flood(mask, row, column, FOUR)
        if any(r in (0, mask.shape[0] - 1) or c in (0, mask.shape[1] - 1) for r, c in hole):
            with pytest.raises(InputError, match="no hole"):
                fill_enclosed(mask, column, row)
            return
        for at in hole:
            expected[at] = True
    assert (fill_enclosed(mask, column + 0.4, row - 0.4) == expected).all()
    assert (mask == before).all()


@given(masks, st.data())
def test_erasing_a_piece_by_flood(mask: BoolMask, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, mask.shape[0] - 1))
    column = data.draw(st.integers(0, mask.shape[1] - 1))
    expected, before = mask.copy(), mask.copy()
    if not mask[row, column]:
        with pytest.raises(InputError, match="no mask"):
            erase_piece(mask, column, row)
        return
    for at in flood(mask, row, column, EIGHT):
        expected[at] = False
    assert (erase_piece(mask, column, row) == expected).all()
    assert (mask == before).all()


@pytest.mark.parametrize("point", [(-1, 0), (0, 3), (5, 0), (float("nan"), 0)])
@pytest.mark.parametrize("change", [fill_enclosed, erase_piece])
def test_a_point_outside_is_refused(change: object, point: Point) -> None:
    with pytest.raises(InputError, match="outside the frame of 5x3"):
        change(np.ones((3, 5), np.bool_), *point)  # type: ignore[operator]


def test_a_full_mask_has_nothing_to_fill_and_is_one_piece() -> None:
    full = np.ones((4, 6), np.bool_)
    assert (fill_enclosed(full, 2, 2) == full).all()
    assert not erase_piece(full, 0, 0).any()


def test_importing_it_loads_no_heavy_library() -> None:
    code = "import sys, samannot_tui.masks.painting; sys.exit(bool({'cv2', 'skimage'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
