import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.graphics.coding import scaling
from samannot_tui.graphics.coding.scaling import Reduced, reduced_stripe
from samannot_tui.graphics.cut import cut_of
from samannot_tui.graphics.stripes import Piece
from samannot_tui.graphics.target import Target
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.viewport import Viewport

sides = st.integers(1, 300)


def reduced(picture: RgbFrame, viewport: Viewport, fraction: float, *, smoothed: bool = True) -> Reduced:
    height, width = picture.shape[:2]
    cut = cut_of(picture, viewport, Target("kitty", width, height, (1, 1)), Piece("rest"))
    return scaling.reduced(cut, fraction, smoothed=smoothed)


@settings(max_examples=60, deadline=None)
@given(sides, sides, sides, sides, st.sampled_from([1.0, 0.47, 0.2]))
def test_the_frame_stays_inside_and_nothing_is_made_larger(
    width: int, height: int, across: int, down: int, fraction: float
) -> None:
    viewport = Viewport((width, height), (across, down))
    small = reduced(np.zeros((down, across, 3), np.uint8), viewport, fraction)
    rows, columns = small.picture.shape[:2]
    assert 1 <= rows <= down and 1 <= columns <= across
    x, y, inner_width, inner_height = small.frame
    assert x >= 0 and y >= 0 and inner_width >= 1 and inner_height >= 1
    assert x + inner_width <= columns and y + inner_height <= rows


@pytest.mark.parametrize(
    ("frame", "fraction", "size"),
    [
        ((600, 400), 1.0, (600, 400)),  # twice magnified: the source's own resolution
        ((600, 400), 0.5, (300, 200)),
        ((2400, 1600), 1.0, (1200, 800)),  # made smaller already
        ((2400, 1600), 0.5, (600, 400)),
        ((300, 200), 1.0, (1200, 800)),  # magnified to squares
        ((300, 200), 0.5, (150, 100)),
    ],
)
def test_no_more_pixels_than_the_source_has_except_to_show_squares(
    frame: tuple[int, int], fraction: float, size: tuple[int, int]
) -> None:
    small = reduced(np.zeros((800, 1200, 3), np.uint8), Viewport(frame, (1200, 800)), fraction)
    assert small.picture.shape == (size[1], size[0], 3)


def test_edges_are_sharpened_only_for_terminals_that_blur_them() -> None:
    viewport = Viewport((600, 400), (1200, 800))
    picture = np.full((800, 1200, 3), 100, np.uint8)
    picture[:, 600:] = 150
    smoothed, nearest = (reduced(picture, viewport, 1.0, smoothed=choice).picture for choice in (True, False))
    assert int(smoothed.max()) - int(smoothed.min()) > int(nearest.max()) - int(nearest.min())


def test_black_bars_are_told_from_the_frame() -> None:
    viewport = Viewport((600, 200), (1200, 800))
    picture = np.zeros((800, 1200, 3), np.uint8)
    picture[200:600] = 200
    small = reduced(picture, viewport, 0.5)
    x, y, width, height = small.frame
    assert (small.picture[y : y + height, x : x + width] > 150).all()
    assert (small.picture[: y - 2] < 20).all()


@settings(max_examples=80, deadline=None)
@given(
    size=st.tuples(sides, sides),
    cell=st.tuples(st.integers(1, 12), st.integers(1, 24)),
    rows=st.integers(1, 20),
    cuts=st.tuples(st.integers(0, 19), st.integers(1, 20)),
    unit=st.sampled_from([1, 3, 4]),
)
def test_a_stripe_has_its_own_rows_and_those_beside_it_in_whole_units(
    size: tuple[int, int], cell: tuple[int, int], rows: int, cuts: tuple[int, int], unit: int
) -> None:
    target = Target("kitty", 20, rows, cell)
    first = min(cuts[0], rows - 1)
    piece = Piece("rest", (first, max(first + 1, min(cuts[1], rows))))
    width, height = target.pixel_size
    viewport = Viewport(size, (width, height))
    small = reduced_stripe(cut_of(np.zeros((height, width, 3), np.uint8), viewport, target, piece), 1.0, unit)
    assert small.part is not None
    own, total = small.part, small.picture.shape[0]
    assert own.y in (0, unit) and own.height % unit == 0 and total - own.y - own.height in (0, unit)
    assert own.width == small.picture.shape[1] <= width
    x, y, inner_width, inner_height = small.frame
    assert x >= 0 and x + inner_width <= own.width and y >= 0 and y + inner_height <= total
    assert inner_width >= 1 and inner_height >= 1
