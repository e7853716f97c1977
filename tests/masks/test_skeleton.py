"""Skeleton points against drawn masks whose ends and junctions can be counted, and what must hold for any mask."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from samannot_tui.masks.rle import BoolMask
from samannot_tui.masks.skeleton import skeleton_points

masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=16), elements=st.booleans())
Y, X = np.mgrid[:80, :120]


def drawn(*rows: str) -> BoolMask:
    return np.array([[char == "#" for char in row] for row in rows])


def placed(mask: BoolMask, x: int, y: int, width: int, height: int) -> BoolMask:
    frame = np.zeros((height, width), np.bool_)
    frame[y : y + mask.shape[0], x : x + mask.shape[1]] = mask
    return frame


def bar(x0: int, y0: int, x1: int, y1: int) -> BoolMask:
    """Corners inside."""
    return (x0 <= X) & (x1 >= X) & (y0 <= Y) & (y1 >= Y)


def disc(x: int, y: int, radius: int) -> BoolMask:
    return (X - x) ** 2 + (Y - y) ** 2 <= radius**2


def ring(x: int, y: int, outer: int, inner: int) -> BoolMask:
    return disc(x, y, outer) & ~disc(x, y, inner)


def test_an_empty_mask_has_no_points() -> None:
    assert skeleton_points(np.zeros((4, 6), np.bool_)) == ()


def test_a_pixel_is_its_own_point_as_x_then_y() -> None:
    assert skeleton_points(drawn("....", "...#")) == ((3, 1),)


def test_a_line_has_its_two_ends() -> None:
    assert set(skeleton_points(drawn("......", ".####."))) == {(1, 1), (4, 1)}
    assert set(skeleton_points(drawn("#...", ".#..", "..#."))) == {(0, 0), (2, 2)}


def test_a_cross_has_four_ends_and_one_junction() -> None:
    cross = drawn("...#...", "...#...", "...#...", "#######", "...#...", "...#...", "...#...")
    assert skeleton_points(cross) == ((3, 3), (3, 0), (0, 3), (6, 3), (3, 6))


def test_a_thick_cross_has_a_point_in_each_arm_and_one_where_they_meet() -> None:
    points = skeleton_points(bar(10, 35, 110, 43) | bar(55, 5, 63, 75))
    assert len(points) == 5
    middle = points[0]
    assert abs(middle[0] - 59) <= 2 and abs(middle[1] - 39) <= 2
    assert [sum(test) for test in zip(*((x < 30, x > 90, y < 20, y > 60) for x, y in points), strict=True)] == [1] * 4


def test_two_junctions_that_do_not_touch_are_two_points() -> None:
    points = skeleton_points(drawn("#.......#", "#.......#", "#########", "#.......#", "#.......#"))
    assert set(points) == {(0, 0), (8, 0), (0, 4), (8, 4), (0, 2), (8, 2)}


@pytest.mark.parametrize(("outer", "inner"), [(30, 20), (30, 29), (3, 1)])
def test_a_ring_has_points_on_all_of_its_sides(outer: int, inner: int) -> None:
    points = skeleton_points(ring(60, 40, outer, inner))
    assert 2 <= len(points) <= 4
    assert all((x - 60) ** 2 + (y - 40) ** 2 > inner**2 for x, y in points)
    assert {x > 60 for x, _ in points} | {y > 40 for _, y in points} == {False, True}
    assert len(skeleton_points(ring(60, 40, outer, inner), limit=1)) == 1


@pytest.mark.parametrize("radius", [1, 4, 16, 39])
def test_a_discs_points_are_near_its_middle(radius: int) -> None:
    points = skeleton_points(disc(60, 40, radius))
    assert points
    assert all(np.hypot(x - 60, y - 40) <= radius / 5 for x, y in points)


def test_a_hole_has_no_point_in_it() -> None:
    mask = bar(10, 10, 100, 70) & ~bar(30, 25, 80, 60)
    points = skeleton_points(mask)
    assert points
    assert all(mask[y, x] for x, y in points)


def test_only_the_largest_piece_counts() -> None:
    points = skeleton_points(bar(5, 5, 9, 70) | bar(40, 20, 110, 30))
    assert points
    assert all(x >= 40 for x, _ in points)


def test_of_two_pieces_alike_the_first_in_reading_order_counts() -> None:
    twins = drawn("....#", "#...#", "#....")
    for x in range(3):
        for y in range(3):
            assert set(skeleton_points(placed(twins, x, y, 9, 9))) == {(4 + x, y), (4 + x, y + 1)}


def test_more_marks_than_the_limit_are_thinned_to_spread_ones() -> None:
    comb = bar(0, 40, 119, 40) | (bar(0, 5, 119, 75) & (X % 10 == 5))
    points = skeleton_points(comb)
    assert len(points) == 8
    gaps = [np.hypot(a[0] - b[0], a[1] - b[1]) for i, a in enumerate(points) for b in points[:i]]
    assert min(gaps) >= 30
    assert skeleton_points(comb, limit=3) == points[:3]


def test_the_frames_border_is_like_any_other_background() -> None:
    full = np.ones((30, 50), np.bool_)
    inside = skeleton_points(placed(full, 7, 9, 70, 60))
    assert inside
    assert [(x - 7, y - 9) for x, y in inside] == list(skeleton_points(full))


@pytest.mark.parametrize("scale", [1, 12, 40])
def test_a_mask_of_any_thickness_keeps_its_arms(scale: int) -> None:
    small = drawn("...#...", "...#...", "...#...", "#######", "...#...", "...#...", "...#...")
    mask = small.repeat(5 * scale, axis=0).repeat(5 * scale, axis=1)
    points = skeleton_points(mask)
    assert len(points) == 5
    assert all(mask[y, x] for x, y in points)
    cells = {(x // (5 * scale), y // (5 * scale)) for x, y in points}
    assert (3, 3) in cells
    assert {(x > 3) - (x < 3) + 2 * ((y > 3) - (y < 3)) for x, y in cells} == {0, -1, 1, -2, 2}


def test_points_of_a_thick_masks_thin_tails_lie_on_them() -> None:
    mask = placed(np.ones((200, 200), np.bool_), 0, 0, 300, 200)
    mask[[100, 131], 200:] = True
    points = skeleton_points(mask)
    assert all(mask[y, x] for x, y in points)
    assert any(x >= 290 for x, _ in points)


@given(masks, st.integers(1, 9))
def test_points_are_few_different_and_inside(mask: BoolMask, limit: int) -> None:
    points = skeleton_points(mask, limit)
    assert len(points) <= limit
    assert len(set(points)) == len(points)
    assert bool(points) == mask.any()
    assert all(mask[y, x] for x, y in points)
    assert all(type(number) is int for point in points for number in point)


@given(masks, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_a_mask_elsewhere_in_another_frame_has_the_same_points(
    mask: BoolMask, x: int, y: int, right: int, below: int
) -> None:
    height, width = mask.shape
    elsewhere = placed(mask, x, y, x + width + right, y + height + below)
    assert skeleton_points(elsewhere) == tuple((px + x, py + y) for px, py in skeleton_points(mask))


@given(masks)
def test_the_mask_is_left_as_it_was_and_its_layout_does_not_matter(mask: BoolMask) -> None:
    before = mask.copy()
    points = skeleton_points(mask)
    assert np.array_equal(mask, before)
    assert skeleton_points(np.asfortranarray(mask)) == points
