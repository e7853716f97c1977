import numpy as np

from samannot_tui.engine.flow import appearance
from samannot_tui.engine.flow.picture import FEATURES
from samannot_tui.engine.flow.sampling import evenly_spaced, shape_of

RANDOM = np.random.RandomState(5)
MASK = np.zeros((40, 60), np.bool_)
MASK[10:30, 10:34] = True
SHAPE = shape_of(MASK)
FEATURE_MAP = RANDOM.standard_normal((20, 30, FEATURES)).astype(np.float32)
FEATURE_MAP[5:15, 5:17] += 1.5


def test_the_object_scores_high_and_the_rest_low() -> None:
    inside, outside = (SHAPE.distance > 0).astype(np.float32), (SHAPE.distance < 0).astype(np.float32)
    gram = appearance.observe(FEATURE_MAP, SHAPE, inside, outside, 500)
    score = appearance.score(gram, FEATURE_MAP, SHAPE, np.ones((20, 30), np.bool_))
    assert score[inside > 0].mean() > 0.3 > 0 > score[outside > 0].mean()


def test_pixels_off_the_region_score_zero() -> None:
    gram = appearance.observe(FEATURE_MAP, SHAPE, *[np.ones((20, 30), np.float32)] * 2, 100)
    where = np.zeros((20, 30), np.bool_)
    where[3, 4] = True
    assert np.flatnonzero(appearance.score(gram, FEATURE_MAP, SHAPE, where)).tolist() == [3 * 30 + 4]


def test_sums_do_not_depend_on_the_order_of_addition() -> None:
    rows, columns = np.divmod(np.arange(600), 30)
    x = appearance.fourier(FEATURE_MAP, SHAPE, rows, columns)
    order = RANDOM.permutation(600)
    assert np.array_equal(x.T @ x, x[order].T @ x[order])
    assert np.array_equal(appearance.fourier(FEATURE_MAP, SHAPE, rows[order], columns[order]), x[order])


def test_a_side_without_pixels_is_left_out() -> None:
    nothing = np.zeros((20, 30), np.float32)
    gram = appearance.observe(FEATURE_MAP, SHAPE, nothing, nothing, 100)
    assert not gram.moment.any()
    assert not gram.target.any()


def test_samples_are_spread_by_weight() -> None:
    weight = np.array([0, 1, 1, 0, 6, 0], np.float32)
    assert evenly_spaced(weight, 3).tolist() == [2, 4, 4]
    assert evenly_spaced(np.zeros(6, np.float32), 3).size == 0
    assert evenly_spaced(np.ones(6, np.float32), 100).tolist() == list(range(6))
