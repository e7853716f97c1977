"""Mask geometry against hand-counted masks and against slow, plain definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from samannot_tui.masks.geometry import bounding_box, centroid, component_count
from samannot_tui.masks.rle import BoolMask

masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.booleans())


def drawn(*rows: str) -> BoolMask:
    return np.array([[char == "#" for char in row] for row in rows])


def test_centroid_is_x_then_y() -> None:
    assert centroid(drawn("....", "...#")) == (3.0, 1.0)
    assert centroid(drawn("##..", "....")) == (0.5, 0.0)


def test_bounding_box_holds_both_corners() -> None:
    assert bounding_box(drawn("....", ".##.", "..#.")) == (1, 1, 2, 2)


def test_empty_mask_is_nowhere() -> None:
    empty = np.zeros((3, 5), np.bool_)
    assert centroid(empty) is None
    assert bounding_box(empty) is None
    assert component_count(empty) == 0


def test_pieces_that_touch_at_a_corner_are_one() -> None:
    assert component_count(drawn("#...", ".#..", "...#")) == 2


@given(masks)
def test_centroid_and_box_by_definition(mask: BoolMask) -> None:
    rows, columns = np.nonzero(mask)
    if not rows.size:
        return
    assert centroid(mask) == pytest.approx((columns.mean(), rows.mean()))
    assert bounding_box(mask) == (columns.min(), rows.min(), columns.max(), rows.max())


@given(masks)
def test_component_count_by_flood_fill(mask: BoolMask) -> None:
    left = {(int(r), int(c)) for r, c in zip(*np.nonzero(mask), strict=True)}
    pieces = 0
    while left:
        pieces += 1
        border = [left.pop()]
        while border:
            row, column = border.pop()
            near = {(row + dr, column + dc) for dr in (-1, 0, 1) for dc in (-1, 0, 1)} & left
            left -= near
            border.extend(near)
    assert component_count(mask) == pieces
