"""J and F against their definitions, counted by hand and by brute force."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from samannot_tui.masks.rle import BoolMask
from samannot_tui.review.metrics import contour_accuracy, region_similarity

Measure = Callable[[BoolMask, BoolMask], float]


def box(x: int, y: int, width: int, height: int, size: tuple[int, int] = (60, 80)) -> BoolMask:
    mask = np.zeros(size, np.bool_)
    mask[y : y + height, x : x + width] = True
    return mask


EMPTY = np.zeros((60, 80), np.bool_)
FULL = np.ones((60, 80), np.bool_)


@pytest.mark.parametrize("measure", [region_similarity, contour_accuracy])
def test_a_perfect_and_a_rightly_absent_mask_score_one(measure: Measure) -> None:
    assert measure(box(5, 5, 10, 10), box(5, 5, 10, 10)) == 1.0
    assert measure(EMPTY, EMPTY) == 1.0


@pytest.mark.parametrize("measure", [region_similarity, contour_accuracy])
def test_a_missed_and_an_invented_object_score_zero(measure: Measure) -> None:
    assert measure(EMPTY, box(5, 5, 10, 10)) == 0.0
    assert measure(box(5, 5, 10, 10), EMPTY) == 0.0


def test_region_similarity_is_intersection_over_union() -> None:
    assert region_similarity(box(0, 0, 10, 10), box(5, 0, 10, 10)) == 50 / 150


def test_contours_within_the_tolerance_match() -> None:
    """The diagonal of 80x60 is 100 pixels, so the tolerance is one pixel."""
    assert contour_accuracy(box(11, 10, 30, 30), box(10, 10, 30, 30)) == 1.0
    assert contour_accuracy(box(12, 10, 30, 30), box(10, 10, 30, 30)) < 1.0


def test_contour_accuracy_balances_precision_and_recall() -> None:
    """A second box as large as the first, far from it: precision one half, recall one."""
    both = box(5, 5, 20, 20) | box(50, 30, 20, 20)
    assert contour_accuracy(both, box(5, 5, 20, 20)) == pytest.approx(2 * 0.5 * 1 / 1.5)


def test_a_mask_over_the_whole_image_has_no_contour() -> None:
    assert contour_accuracy(FULL, FULL) == 1.0
    assert contour_accuracy(FULL, box(5, 5, 10, 10)) == 0.0


def contour_pixels(mask: BoolMask) -> set[tuple[int, int]]:
    """`seg2bmap` of the BSDS and DAVIS benchmarks, pixel by pixel."""
    height, width = mask.shape
    found = set()
    for row in range(height):
        for column in range(width):
            neighbours = {(row, column + 1), (row + 1, column), (row + 1, column + 1)}
            inside = {(r, c) for r, c in neighbours if r < height and c < width}
            if any(mask[row, column] != mask[place] for place in inside):
                found.add((row, column))
    return found


def accuracy_by_brute_force(predicted: BoolMask, truth: BoolMask) -> float:
    tolerance = math.ceil(0.008 * math.hypot(*truth.shape))
    ours, theirs = contour_pixels(predicted), contour_pixels(truth)
    if not ours or not theirs:
        return float(not ours and not theirs)
    precision = sum(any(math.dist(a, b) <= tolerance for b in theirs) for a in ours) / len(ours)
    recall = sum(any(math.dist(a, b) <= tolerance for a in ours) for b in theirs) / len(theirs)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@st.composite
def mask_pairs(draw: st.DrawFn) -> tuple[BoolMask, BoolMask]:
    """Two blocky masks of one size, touching the image's border now and then."""
    height, width, scale = draw(st.integers(1, 5)), draw(st.integers(1, 5)), draw(st.integers(1, 4))
    coarse = arrays(np.bool_, (height, width), elements=st.booleans())
    first, second = (np.kron(draw(coarse), np.ones((scale, scale))).astype(np.bool_) for _ in range(2))
    return first, second


@given(mask_pairs())
def test_contour_accuracy_by_brute_force(pair: tuple[BoolMask, BoolMask]) -> None:
    assert contour_accuracy(*pair) == pytest.approx(accuracy_by_brute_force(*pair))


@given(mask_pairs())
def test_both_measures_are_symmetric_and_within_bounds(pair: tuple[BoolMask, BoolMask]) -> None:
    for measure in (region_similarity, contour_accuracy):
        assert 0.0 <= measure(*pair) <= 1.0
        assert measure(*pair) == pytest.approx(measure(*reversed(pair)))
