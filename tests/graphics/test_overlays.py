import base64
from dataclasses import replace
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from samannot_tui.graphics.overlays import MASKS_LEVEL, mark_layer, mask_layer
from samannot_tui.graphics.pictures import KittyLayer
from samannot_tui.graphics.target import Target
from samannot_tui.graphics.terminal import Blending
from samannot_tui.masks.palette import voc_color
from samannot_tui.masks.rle import BoolMask
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.compose import compose
from samannot_tui.render.layers import Layer, Tint
from samannot_tui.render.markers import draw_crosshair, draw_prompts
from samannot_tui.render.names import draw_names
from samannot_tui.render.viewport import Viewport
from samannot_tui.session.prompts import BoxPrompt, PointPrompt, Prompt

TARGET = Target("kitty", 150, 50, (8, 16))
FRAME_SIZE = (854, 480)
VIEWPORT = Viewport(FRAME_SIZE, TARGET.pixel_size)
ZOOMED = VIEWPORT.zoomed(4, (400, 200))
SOLID = Tint(100, outline=False)
FRAME = np.random.default_rng(0).integers(0, 256, (480, 854, 3), np.uint8)


def decoded(layer: KittyLayer) -> npt.NDArray[np.uint8]:
    image = Image.open(BytesIO(base64.b64decode(layer.payload)))
    assert image.size == layer.size
    return np.asarray(image.convert("RGBA"))


def over(picture: RgbFrame, layer: KittyLayer) -> RgbFrame:
    """The layer blended over a picture of the target's size, without regard to light."""
    pixels = decoded(layer).astype(float)
    left, top, width, height = layer.area or (0, 0, TARGET.columns, TARGET.rows)
    across, down = TARGET.cell
    assert layer.size == (width * across, height * down)
    part = picture[top * down : (top + height) * down, left * across : (left + width) * across]
    opacity = pixels[..., 3:] / 255
    blended = picture.copy()
    blended[top * down : (top + height) * down, left * across : (left + width) * across] = np.rint(
        pixels[..., :3] * opacity + part * (1 - opacity)
    )
    return blended


def disc(x: int, y: int, radius: int) -> BoolMask:
    down, across = np.ogrid[: FRAME_SIZE[1], : FRAME_SIZE[0]]
    return np.asarray((across - x) ** 2 + (down - y) ** 2 < radius**2)


def test_masks_have_the_sources_resolution_and_lie_where_the_frame_does() -> None:
    mask = disc(300, 200, 90)
    pixels = decoded(mask_layer([Layer(7, "", mask)], VIEWPORT, TARGET, SOLID))
    width, height = FRAME_SIZE[0], round(800 / VIEWPORT.scale)
    assert pixels.shape == (height, width, 4)
    top = (height - 480) // 2
    inner = pixels[top : top + 480]
    assert np.count_nonzero((inner[..., 3] == 255) != mask) < 0.01 * mask.sum()
    assert not pixels[: top - 1, :, 3].any() and not pixels[top + 481 :, :, 3].any()
    assert {tuple(colour) for colour in pixels[pixels[..., 3] > 0]} == {(*voc_color(7), 255)}


@pytest.mark.parametrize("viewport", [ZOOMED, Viewport((3416, 1920), TARGET.pixel_size)])
def test_masks_are_exact_where_the_terminal_does_not_scale(viewport: Viewport) -> None:
    mask = np.zeros(viewport.frame_size[::-1], np.bool_)
    mask[150:250, 350:430] = True
    layers = [Layer(7, "", mask)]
    layer = mask_layer(layers, viewport, TARGET, SOLID)
    black = np.zeros((*viewport.frame_size[::-1], 3), np.uint8)
    assert layer.level == MASKS_LEVEL
    seen, wanted = over(np.zeros((800, 1200, 3), np.uint8), layer), compose(black, layers, "masks", viewport)
    assert np.count_nonzero((seen != wanted).any(axis=2)) < 0.02 * np.count_nonzero(wanted.any(axis=2))


def test_masks_over_a_frame_are_half_strong_with_a_contour() -> None:
    layers = [Layer(1, "", disc(300, 200, 90)), Layer(2, "", disc(340, 200, 40))]
    pixels = decoded(mask_layer(layers, VIEWPORT, TARGET, Tint()))
    assert {tuple(colour) for colour in pixels.reshape(-1, 4)} == {
        (0, 0, 0, 0),
        *((*voc_color(label), opacity) for label in (1, 2) for opacity in (128, 255)),
    }
    outlined = np.count_nonzero(pixels[..., 3] == 255) / np.count_nonzero(pixels[..., 3] == 128)
    assert 0.02 < outlined < 0.1


@pytest.mark.parametrize(
    ("tint", "blending", "wanted"),
    [
        (Tint(), "linear", {166, 255}),
        (Tint(30), "gamma", {76, 255}),
        (Tint(30, outline=False), "gamma", {76}),
        (Tint(0), None, {0, 255}),
        (Tint(100), "linear", {255}),
    ],
)
def test_opacity_and_outline_are_as_asked_for(tint: Tint, blending: Blending, wanted: set[int]) -> None:
    layer = mask_layer([Layer(3, "", disc(300, 200, 90))], VIEWPORT, replace(TARGET, blending=blending), tint)
    alphas = decoded(layer)[..., 3]
    assert set(np.unique(alphas)) - {0} == wanted - {0}


def test_255_labels_fit_into_one_palette() -> None:
    layers = []
    for label in range(1, 256):
        mask = np.zeros(FRAME_SIZE[::-1], np.bool_)
        mask[:, label * 3 : label * 3 + 3] = True
        layers.append(Layer(label, "", mask))
    pixels = decoded(mask_layer(layers, VIEWPORT, TARGET, Tint()))
    assert len({tuple(colour) for colour in pixels.reshape(-1, 4)}) == 256


@pytest.mark.parametrize("viewport", [VIEWPORT, ZOOMED])
@pytest.mark.parametrize(
    "prompt", [PointPrompt(400, 200), PointPrompt(395, 205, False), BoxPrompt(350, 150, 430, 250), PointPrompt(0, 0)]
)
def test_a_mark_looks_as_if_it_was_drawn_on_the_frame(prompt: Prompt, viewport: Viewport) -> None:
    layers = [Layer(3, "", prompts=(prompt,), pending=True)]
    frame_only = compose(FRAME, [], "original", viewport)
    wanted = compose(FRAME, layers, "prompts", viewport)
    made = mark_layer(lambda picture: draw_prompts(picture, layers, viewport), viewport, TARGET, 20)
    if not viewport.shows(*viewport.to_output(0, 0)) and prompt == PointPrompt(0, 0):
        assert made == ()
        return
    (layer,) = made
    seen = over(frame_only, layer)
    marked = (wanted != frame_only).any(axis=2)
    difference = np.abs(seen.astype(int) - wanted).max(axis=2)
    assert difference[~marked].max() <= 16 and difference[marked].mean() < 10
    assert layer.level == 20


def test_a_mark_takes_no_more_cells_than_it_needs_and_few_bytes() -> None:
    points = [Layer(3, "", prompts=(PointPrompt(400, 200),))]
    (layer,) = mark_layer(lambda picture: draw_prompts(picture, points, VIEWPORT), VIEWPORT, TARGET, 20)
    assert layer.area is not None and layer.area.width <= 4 and layer.area.height <= 3
    assert len(layer.payload) < 700
    box = [Layer(3, "", prompts=(BoxPrompt(10, 10, 800, 470),))]
    (layer,) = mark_layer(lambda picture: draw_prompts(picture, box, VIEWPORT), VIEWPORT, TARGET, 20)
    assert len(layer.payload) < 4000
    (layer,) = mark_layer(lambda picture: draw_crosshair(picture, (400, 200), VIEWPORT), VIEWPORT, TARGET, 20)
    assert len(layer.payload) < 700


def test_a_name_in_any_colour_can_be_a_mark() -> None:
    named = [Layer(3, "left child", disc(300, 200, 90))]
    (layer,) = mark_layer(lambda picture: draw_names(picture, named, VIEWPORT), VIEWPORT, TARGET, 20)
    assert len(layer.payload) < 4000 and len({tuple(colour) for colour in decoded(layer).reshape(-1, 4)}) > 4


def test_nothing_drawn_is_no_layer() -> None:
    assert mark_layer(lambda picture: None, VIEWPORT, TARGET, 20) == ()
