import numpy as np
import pytest

from samannot_tui.masks.palette import voc_color
from samannot_tui.masks.rle import BoolMask, encode
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.compose import compose
from samannot_tui.render.layers import Layer, Marks, Polyline, Tint
from samannot_tui.render.viewport import Viewport
from samannot_tui.session.prompts import BoxPrompt, MaskPrompt, PointPrompt, Prompt
from samannot_tui.session.view import VIEW_NAMES

SIZE = (320, 240)


@pytest.fixture
def frame() -> RgbFrame:
    return np.random.default_rng(1).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)


def box_mask(x: int, y: int, width: int, height: int) -> BoolMask:
    mask = np.zeros((SIZE[1], SIZE[0]), np.bool_)
    mask[y : y + height, x : x + width] = True
    return mask


def changed(picture: RgbFrame, other: RgbFrame) -> BoolMask:
    return np.asarray((picture != other).any(axis=2))


def drawn(prompt: Prompt, frame: RgbFrame, viewport: Viewport, pending: bool = False) -> BoolMask:
    """Pixels that a prompt of label 1 changes."""
    layer = Layer(1, "a", prompts=(prompt,), pending=pending)
    return changed(compose(frame, [layer], "prompts", viewport), compose(frame, [], "prompts", viewport))


@pytest.mark.parametrize("view", VIEW_NAMES)
@pytest.mark.parametrize("output", [(320, 240), (640, 480), (1000, 300), (140, 90), (3, 2)])
def test_every_view_has_the_size_asked_for(frame: RgbFrame, view: str, output: tuple[int, int]) -> None:
    layers = [Layer(1, "a", box_mask(10, 10, 50, 50), (PointPrompt(5, 5), BoxPrompt(1, 2, 300, 200)), pending=True)]
    picture = compose(frame, layers, view, Viewport(SIZE, output), Marks(True, (20, 20), BoxPrompt(0, 0, 9, 9)))  # type: ignore[arg-type]
    assert picture.shape == (output[1], output[0], 3)
    assert picture.dtype == np.uint8


def test_original_is_the_frame_and_nothing_else(frame: RgbFrame) -> None:
    before = frame.copy()
    layers = [Layer(1, "a", box_mask(10, 10, 50, 50), (PointPrompt(5, 5),))]
    assert np.array_equal(compose(frame, layers, "original", Viewport(SIZE, SIZE)), frame)
    compose(frame, layers, "overlay", Viewport(SIZE, SIZE), Marks(True, (9, 9)))
    assert np.array_equal(frame, before)


def test_letterbox_is_black_and_the_frame_between(frame: RgbFrame) -> None:
    picture = compose(frame, [], "original", Viewport(SIZE, (400, 240)))
    assert not picture[:, :40].any() and not picture[:, 360:].any()
    assert np.array_equal(picture[:, 40:360], frame)


def test_overlay_is_half_the_colour_inside_and_all_of_it_on_the_contour(frame: RgbFrame) -> None:
    picture = compose(frame, [Layer(3, "a", box_mask(50, 60, 80, 40))], "overlay", Viewport(SIZE, SIZE))
    colour = np.array(voc_color(3), int)
    half = (frame[61:99, 51:129].astype(int) + colour) / 2
    assert np.abs(picture[61:99, 51:129] - half).max() <= 0.5
    assert (picture[60, 50:130] == colour).all() and (picture[60:100, 129] == colour).all()
    outside = np.ones(frame.shape[:2], bool)
    outside[60:100, 50:130] = False
    assert np.array_equal(picture[outside], frame[outside])


@pytest.mark.parametrize("opacity", [0, 30, 100])
@pytest.mark.parametrize("outline", [True, False])
def test_the_tint_is_as_asked_for(frame: RgbFrame, opacity: int, outline: bool) -> None:
    layers = [Layer(3, "a", box_mask(50, 60, 80, 40))]
    picture = compose(frame, layers, "overlay", Viewport(SIZE, SIZE), tint=Tint(opacity, outline))
    colour = np.array(voc_color(3), float)
    mixed = frame + (colour - frame) * opacity / 100
    assert np.abs(picture[61:99, 51:129] - mixed[61:99, 51:129]).max() <= 0.5
    edge = np.broadcast_to(colour, (80, 3)) if outline else mixed[60, 50:130]
    assert np.abs(picture[60, 50:130] - edge).max() <= 0.5


def test_a_mask_at_the_frames_edge_has_no_contour_there(frame: RgbFrame) -> None:
    picture = compose(frame, [Layer(3, "a", box_mask(0, 0, 80, 40))], "overlay", Viewport(SIZE, SIZE))
    assert not (picture[0, 1:78] == voc_color(3)).all()


def test_masks_alone_on_black(frame: RgbFrame) -> None:
    layers = [Layer(2, "a", box_mask(10, 10, 50, 50), (PointPrompt(200, 200),))]
    picture = compose(frame, layers, "masks", Viewport(SIZE, SIZE))
    assert (picture[10:60, 10:60] == voc_color(2)).all()
    picture[10:60, 10:60] = 0
    assert not picture.any()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_smaller_mask_is_on_top(frame: RgbFrame, order: tuple[int, int]) -> None:
    both = [Layer(1, "big", box_mask(0, 0, 100, 100)), Layer(2, "small", box_mask(20, 20, 30, 30))]
    picture = compose(frame, [both[i] for i in order], "masks", Viewport(SIZE, SIZE))
    assert tuple(picture[30, 30]) == voc_color(2)
    assert tuple(picture[5, 5]) == voc_color(1)


@pytest.mark.parametrize("view", VIEW_NAMES)
def test_hidden_labels_are_left_out(frame: RgbFrame, view: str) -> None:
    layer = Layer(1, "a", box_mask(10, 10, 50, 50), (PointPrompt(5, 5),), hidden=True, pending=True)
    viewport = Viewport(SIZE, SIZE)
    picture = compose(frame, [layer], view, viewport, Marks(names=True))  # type: ignore[arg-type]
    assert np.array_equal(picture, compose(frame, [], view, viewport))  # type: ignore[arg-type]


def test_a_zoomed_frame_shows_its_pixels_as_squares(frame: RgbFrame) -> None:
    viewport = Viewport(SIZE, (320, 240), 10, (100, 100))
    picture = compose(frame, [Layer(1, "a", box_mask(100, 100, 1, 1))], "overlay", viewport)
    u, v = (int(place) for place in viewport.to_output(104, 104))
    assert (picture[v - 4 : v + 4, u - 4 : u + 4] == frame[104, 104]).all()
    u, v = (int(place) for place in viewport.to_output(100, 100))
    assert np.abs(picture[v, u].astype(int) - (frame[100, 100].astype(int) + voc_color(1)) / 2).max() <= 0.5


@pytest.mark.parametrize("positive", [True, False])
def test_a_click_is_drawn_around_its_pixel(frame: RgbFrame, positive: bool) -> None:
    viewport = Viewport(SIZE, (960, 720))
    rows, columns = np.nonzero(drawn(PointPrompt(100, 50, positive), frame, viewport))
    u, v = viewport.to_output(100, 50)
    assert columns.mean() + 0.5 == pytest.approx(u, abs=0.5)
    assert rows.mean() + 0.5 == pytest.approx(v, abs=0.5)
    assert np.ptp(rows) < 30 and np.ptp(columns) < 30


def test_signs_differ_in_shape(frame: RgbFrame) -> None:
    viewport = Viewport(SIZE, (960, 720))
    u, v = (int(place) for place in viewport.to_output(100, 100))
    for positive in (True, False):
        layer = Layer(1, "a", prompts=(PointPrompt(100, 100, positive),))
        picture = compose(frame, [layer], "prompts", viewport)
        above, beside, between = (tuple(picture[v + dv, u + du]) for dv, du in ((-4, 0), (0, 4), (-4, -4)))
        assert beside != between
        assert (above == beside) if positive else (above == between)


@pytest.mark.parametrize(
    "prompt",
    [PointPrompt(100, 100), BoxPrompt(60, 60, 140, 140), MaskPrompt(encode(box_mask(60, 60, 80, 80)))],
)
def test_a_pending_prompt_looks_different(frame: RgbFrame, prompt: Prompt) -> None:
    viewport = Viewport(SIZE, (960, 720))
    waiting = drawn(prompt, frame, viewport, pending=True)
    assert (waiting & ~drawn(prompt, frame, viewport)).sum() > 20


def test_a_box_frames_its_corner_pixels(frame: RgbFrame) -> None:
    viewport = Viewport(SIZE, SIZE, 8, (100, 100))
    rows, columns = np.nonzero(drawn(BoxPrompt(95, 96, 105, 103), frame, viewport))
    left, top = viewport.to_output(94.5, 95.5)
    right, bottom = viewport.to_output(105.5, 103.5)
    assert (columns.min(), rows.min()) == pytest.approx((left, top), abs=2)
    assert (columns.max(), rows.max()) == pytest.approx((right, bottom), abs=2)


def test_a_mask_prompt_is_hinted_by_its_contour(frame: RgbFrame) -> None:
    marked = drawn(MaskPrompt(encode(box_mask(60, 60, 80, 80))), frame, Viewport(SIZE, SIZE))
    assert marked[60, 60:140].all() and not marked[70:130, 70:130].any()


def test_the_crosshair_leaves_its_pixel_free(frame: RgbFrame) -> None:
    for zoom in (1, 8):
        viewport = Viewport(SIZE, (960, 720), zoom, (100, 100))
        plain = compose(frame, [], "original", viewport)
        marked = changed(compose(frame, [], "original", viewport, Marks(crosshair=(100, 100))), plain)
        u, v = (int(place) for place in viewport.to_output(100, 100))
        assert not marked[v - 1 : v + 2, u - 1 : u + 2].any()
        assert marked[v].any() and marked[:, u].any()


@pytest.mark.parametrize(
    ("prompt", "box"),
    [
        (PointPrompt(100, 80), (100, 80, 100, 80)),
        (BoxPrompt(40, 30, 90, 70), (40, 30, 90, 70)),
        (MaskPrompt(encode(box_mask(60, 60, 80, 80))), (60, 60, 139, 139)),
        (BoxPrompt(0, 0, 90, 70), (0, 0, 90, 70)),
    ],
)
@pytest.mark.parametrize("output", [(960, 720), (140, 90)])
def test_brackets_hold_the_selected_prompt(
    frame: RgbFrame, prompt: Prompt, box: tuple[int, int, int, int], output: tuple[int, int]
) -> None:
    viewport = Viewport(SIZE, output)
    layers = [Layer(1, "a", prompts=(prompt,))]
    plain = compose(frame, layers, "prompts", viewport)
    marked = changed(compose(frame, layers, "prompts", viewport, Marks(selected=prompt)), plain)
    rows, columns = np.nonzero(marked)
    (left, top), (right, bottom) = viewport.to_output(*box[:2]), viewport.to_output(*box[2:])
    # Around the prompt, where the picture has room for it, and on its corners alone.
    assert columns.min() <= max(left, 4) and rows.min() <= max(top, 4)
    assert columns.max() >= right and rows.max() >= bottom
    assert not marked[:, round((left + right) / 2)].any() and not marked[round((top + bottom) / 2)].any()
    assert not changed(
        compose(frame, layers, "original", viewport, Marks(selected=prompt)), frame_of(frame, viewport)
    ).any()


def frame_of(frame: RgbFrame, viewport: Viewport) -> RgbFrame:
    return compose(frame, [], "original", viewport)


@pytest.mark.parametrize("zoom", [1, 8])
def test_the_brush_is_shown_at_its_size(frame: RgbFrame, zoom: float) -> None:
    viewport = Viewport(SIZE, (960, 720), zoom, (100, 100))
    plain = compose(frame, [], "original", viewport, Marks(crosshair=(100, 100)))
    marked = changed(compose(frame, [], "original", viewport, Marks(crosshair=(100, 100), brush=8.0)), plain)
    rows, columns = np.nonzero(marked)
    u, v = viewport.to_output(100, 100)
    distance = np.hypot(columns + 0.5 - u, rows + 0.5 - v)
    assert abs(distance.mean() - 8 * viewport.scale) < 1
    assert distance.max() - distance.min() < 9


def test_a_polygon_in_the_making_is_open(frame: RgbFrame) -> None:
    viewport = Viewport(SIZE, SIZE)
    plain = compose(frame, [], "original", viewport)
    draft = Polyline(((20, 20), (80, 20), (80, 80)))
    marked = changed(compose(frame, [], "original", viewport, Marks(draft=draft)), plain)
    assert marked[20, 20:80].all() and marked[20:80, 80].all()
    assert not marked[50, 50]


def test_names_are_written_at_the_centre_of_mass(frame: RgbFrame) -> None:
    viewport = Viewport(SIZE, (960, 720))
    layer = Layer(1, "left child", box_mask(100, 100, 100, 60))
    plain = compose(frame, [layer], "masks", viewport)
    rows, columns = np.nonzero(changed(compose(frame, [layer], "masks", viewport, Marks(names=True)), plain))
    u, v = viewport.to_output(149.5, 129.5)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(u, abs=6)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(v, abs=6)


@pytest.mark.parametrize("name", ["", "犬 собака عربى", "\x1b[31m", "x" * 500, "\ud800"])
@pytest.mark.parametrize("output", [(960, 720), (140, 90), (4, 4)])
def test_any_name_can_be_written(frame: RgbFrame, name: str, output: tuple[int, int]) -> None:
    viewport = Viewport(SIZE, output)
    layer = Layer(1, name, box_mask(0, 0, 60, 60))
    plain = compose(frame, [layer], "masks", viewport)
    assert changed(compose(frame, [layer], "masks", viewport, Marks(names=True)), plain).any()


def test_an_empty_mask_has_no_name(frame: RgbFrame) -> None:
    viewport = Viewport(SIZE, (960, 720))
    picture = compose(frame, [Layer(1, "gone", box_mask(0, 0, 0, 0))], "masks", viewport, Marks(names=True))
    assert not picture.any()


def test_sizes_that_do_not_fit_are_refused(frame: RgbFrame) -> None:
    with pytest.raises(ValueError, match="the frame's shape"):
        compose(frame[:-1], [], "original", Viewport(SIZE, SIZE))
    with pytest.raises(ValueError, match="mask of label 4"):
        compose(frame, [Layer(4, "a", np.zeros((5, 5), np.bool_))], "overlay", Viewport(SIZE, SIZE))
