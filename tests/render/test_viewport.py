import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.render.viewport import Viewport
from samannot_tui.session.view import MAX_ZOOM

sizes = st.tuples(st.integers(1, 4000), st.integers(1, 3000))
shares = st.tuples(st.floats(0, 1), st.floats(0, 1))


@st.composite
def viewports(draw: st.DrawFn) -> Viewport:
    frame_size = draw(sizes)
    share = draw(shares)
    center = share[0] * frame_size[0], share[1] * frame_size[1]
    return Viewport(frame_size, draw(sizes), draw(st.floats(1, MAX_ZOOM)), center)


@given(viewports(), shares)
def test_output_to_source_and_back_is_identity(viewport: Viewport, share: tuple[float, float]) -> None:
    u, v = share[0] * viewport.output_size[0], share[1] * viewport.output_size[1]
    assert viewport.to_output(*viewport.to_source(u, v)) == pytest.approx((u, v), abs=1e-6)


@given(viewports(), shares)
def test_a_shown_pixel_is_found_under_its_own_centre(viewport: Viewport, share: tuple[float, float]) -> None:
    source = viewport.source
    column = source.x + min(source.width - 1, int(share[0] * source.width))
    row = source.y + min(source.height - 1, int(share[1] * source.height))
    assert viewport.pixel_at(*viewport.to_output(column, row)) == (column, row)


@given(viewports(), shares)
def test_what_is_drawn_where_agrees_with_area_exact_scaling(viewport: Viewport, share: tuple[float, float]) -> None:
    """The pixel under an output pixel's centre is the one that nearest-neighbour scaling puts there."""
    source, target = viewport.source, viewport.target
    i, j = min(target.width - 1, int(share[0] * target.width)), min(target.height - 1, int(share[1] * target.height))
    expected = (
        source.x + math.floor((2 * i + 1) * source.width / (2 * target.width)),
        source.y + math.floor((2 * j + 1) * source.height / (2 * target.height)),
    )
    found = viewport.pixel_at(target.x + i + 0.5, target.y + j + 0.5)
    assert found is not None
    assert max(abs(found[0] - expected[0]), abs(found[1] - expected[1])) <= 1  # ties at pixel borders
    exact = (2 * i + 1) * source.width % (2 * target.width) and (2 * j + 1) * source.height % (2 * target.height)
    assert found == expected or not exact


@given(viewports())
def test_source_and_target_lie_inside(viewport: Viewport) -> None:
    for part, whole in ((viewport.source, viewport.frame_size), (viewport.target, viewport.output_size)):
        assert part.x >= 0 and part.y >= 0 and part.width >= 1 and part.height >= 1
        assert part.x + part.width <= whole[0] and part.y + part.height <= whole[1]


@given(sizes, sizes)
def test_unzoomed_shows_the_whole_frame_undistorted(frame: tuple[int, int], output: tuple[int, int]) -> None:
    viewport = Viewport(frame, output)
    assert viewport.source == (0, 0, *frame)
    width, height = viewport.target[2:]
    assert width == output[0] or height == output[1]
    assert abs(width * frame[1] - height * frame[0]) <= max(frame)  # half a pixel of rounding either way


@given(viewports())
def test_black_bars_are_no_pixels(viewport: Viewport) -> None:
    x, y, width, height = viewport.target
    for u, v in ((x - 0.01, y + 0.5), (x + 0.5, y - 0.01), (x + width, y + 0.5), (x + 0.5, y + height)):
        assert viewport.pixel_at(u, v) is None


def test_a_click_on_a_pixel_is_its_whole_number() -> None:
    viewport = Viewport((4, 2), (40, 40))
    assert viewport.target == (0, 10, 40, 20)
    assert viewport.to_source(5.0, 15.0) == (0.0, 0.0)
    assert viewport.to_source(35.0, 25.0) == (3.0, 1.0)
    assert viewport.pixel_at(9.99, 29.99) == (0, 1)


@given(viewports(), shares, st.floats(0.1, 10))
def test_zooming_keeps_the_point_under_the_pointer(
    viewport: Viewport, share: tuple[float, float], factor: float
) -> None:
    x, y, width, height = viewport.target
    position = x + share[0] * width, y + share[1] * height
    at = viewport.to_source(*position)
    zoomed = viewport.zoomed(factor, at)
    # As near as a pixel of the frame, which is the least that the part shown moves by, unless that would leave
    # the frame; the bars, and the scale where the part does not fill the picture, are whole pixels too.
    found = zoomed.to_source(*position)
    for axis in (0, 1):
        first, length, whole = zoomed.source[axis], zoomed.source[axis + 2], zoomed.frame_size[axis]
        at_an_edge = first == 0 or first + length == whole
        per_pixel = length / zoomed.target[axis + 2]
        assert at_an_edge or abs(found[axis] - at[axis]) <= 1 + per_pixel


@given(viewports(), shares, shares, st.floats(1, MAX_ZOOM))
def test_a_point_that_is_held_stays_in_hand(
    viewport: Viewport, place: tuple[float, float], hand: tuple[float, float], zoom: float
) -> None:
    """Wherever the hand moves it, further drags bring it back: no drag adds to the rounding of those before."""
    point = place[0] * (viewport.frame_size[0] - 1), place[1] * (viewport.frame_size[1] - 1)
    position = hand[0] * viewport.output_size[0], hand[1] * viewport.output_size[1]
    held = viewport.holding(point, position, zoom)
    away = held.holding(point, (0.0, 0.0), zoom).holding(point, position, zoom)
    assert away.source == held.source and held.zoom == zoom
    assert all(0 <= middle <= size - 1 for middle, size in zip(held.center or (0, 0), held.frame_size, strict=True))


@given(viewports(), shares)
def test_what_is_brought_into_view_is_in_view(viewport: Viewport, share: tuple[float, float]) -> None:
    x, y = (round(part * (size - 1)) for part, size in zip(share, viewport.frame_size, strict=True))
    moved = viewport.showing(x, y)
    assert moved.contains(x, y)
    assert moved.source[2:] == viewport.source[2:]
    assert moved.showing(x, y).source == moved.source


def test_what_is_well_in_view_moves_nothing() -> None:
    viewport = Viewport((1000, 1000), (500, 500)).zoomed(10)
    assert viewport.source == (450, 450, 100, 100)
    assert viewport.showing(480, 520) is viewport
    assert viewport.showing(540, 520).source == (453, 450, 100, 100)


@given(viewports())
def test_the_exact_view_shows_the_same_part_in_whole_pixels(viewport: Viewport) -> None:
    exact = viewport.exact
    times = exact.output_size[0] // exact.source.width
    assert exact.source == viewport.source
    assert exact.output_size == (times * exact.source.width, times * exact.source.height)
    assert exact.target == (0, 0, *exact.output_size)
    assert all(size <= whole for size, whole in zip(exact.output_size, exact.frame_size, strict=True))


@given(sizes, sizes)
def test_pixel_for_pixel(frame: tuple[int, int], output: tuple[int, int]) -> None:
    viewport = Viewport(frame, output).pixel_for_pixel()
    fit = min(room / size for room, size in zip(output, frame, strict=True))
    if fit >= 1:
        assert viewport.source == (0, 0, *frame)
    elif 1 / fit <= MAX_ZOOM:
        assert viewport.source[2:] == viewport.target[2:]
        assert viewport.source[2:] == tuple(map(min, frame, output))


@given(viewports(), st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_panning_stays_on_the_frame_and_comes_back(viewport: Viewport, dx: float, dy: float) -> None:
    away = viewport.panned(dx, dy)
    assert away.source[2:] == viewport.source[2:]
    assert away.panned(1e6, 1e6).panned(-1e6, -1e6).source[:2] == (0, 0)


def test_small_pans_add_up() -> None:
    viewport = Viewport((1000, 1000), (1000, 1000)).zoomed(20)
    moved = viewport
    for _ in range(10):
        moved = moved.panned(0.2, 0)
    assert moved.source.x == viewport.source.x + 2


def test_zoom_ends_at_its_bounds() -> None:
    viewport = Viewport((640, 480), (640, 480))
    assert viewport.zoomed(1000).zoom == MAX_ZOOM
    assert viewport.zoomed(3).zoomed(0.01) == viewport


@pytest.mark.parametrize(("frame", "output", "zoom"), [((0, 5), (5, 5), 1), ((5, 5), (5, 0), 1), ((5, 5), (5, 5), 0.5)])
def test_senseless_viewports_are_refused(frame: tuple[int, int], output: tuple[int, int], zoom: float) -> None:
    with pytest.raises(ValueError):
        Viewport(frame, output, zoom)
