from io import BytesIO
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from samannot_tui.graphics.coding.light import from_linear, to_linear
from samannot_tui.graphics.coding.multiplied import Grain, can_be_multiplied, multiplied
from samannot_tui.graphics.coding.scaling import Reduced
from samannot_tui.graphics.terminal import Blending
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.viewport import PixelRect

FINE = Grain(4, 1, 256)


def whole(picture: RgbFrame) -> Reduced:
    return Reduced(picture, PixelRect(0, 0, picture.shape[1], picture.shape[0]))


def blended(layers: tuple[bytes, bytes], blending: Blending) -> RgbFrame:
    """What a terminal shows of layers of the same size."""
    below = np.asarray(Image.open(BytesIO(layers[0])).convert("RGB")) / 255
    opacity = np.asarray(Image.open(BytesIO(layers[1])).convert("RGBA"))[..., 3:] / 255
    light = (to_linear(below) if blending == "linear" else below) * (1 - opacity)
    return np.rint(255 * (from_linear(light) if blending == "linear" else light)).astype(np.uint8)


@pytest.mark.parametrize("blending", get_args(Blending))
def test_a_ramp_of_greys_comes_back_to_half_a_step(blending: Blending) -> None:
    ramp = np.repeat(np.arange(40, 256, dtype=np.uint8)[np.newaxis, :, np.newaxis], 3, axis=2).repeat(20, axis=0)
    seen = blended(multiplied(whole(ramp), blending, FINE), blending)
    assert np.abs(seen.astype(int) - ramp).max() <= FINE.step / 2 + 1


@pytest.mark.parametrize("blending", get_args(Blending))
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 30, 10), (12, 90, 60), (128, 128, 0)])
def test_a_picture_of_one_colour_keeps_it(blending: Blending, colour: tuple[int, int, int]) -> None:
    picture = np.full((16, 24, 3), colour, np.uint8)
    seen = blended(multiplied(whole(picture), blending, FINE), blending)
    assert np.abs(seen.astype(int) - picture).max() <= FINE.step / 2 + 4


def test_the_layers_look_wrong_in_the_other_blending() -> None:
    picture = np.full((16, 24, 3), 100, np.uint8)
    layers = multiplied(whole(picture), "gamma", FINE)
    assert abs(int(blended(layers, "gamma")[0, 0, 0]) - 100) <= 3
    assert abs(int(blended(layers, "linear")[0, 0, 0]) - 100) > 30


def test_the_upper_layer_is_black_and_has_all_pixels_the_lower_few_and_bright() -> None:
    picture = np.random.default_rng(0).integers(30, 90, (45, 80, 3), np.uint8)
    below, above = (Image.open(BytesIO(png)) for png in multiplied(whole(picture), "gamma", Grain(10, 4, 64)))
    assert (below.size, above.size) == ((20, 12), (80, 45))
    assert not np.asarray(above.convert("RGBA"))[..., :3].any()
    assert np.asarray(below.convert("RGB")).max(axis=2).min() > 230
    assert len(set(np.asarray(below).ravel().tolist())) <= 64


def test_black_bars_do_not_darken_the_frame_beside_them() -> None:
    picture = np.zeros((60, 80, 3), np.uint8)
    picture[13:47] = (180, 60, 40)
    bars = Reduced(picture, PixelRect(0, 13, 80, 34))
    below = np.asarray(Image.open(BytesIO(multiplied(bars, "gamma", Grain(10, 4, 64))[0])).convert("RGB"))
    assert np.abs(below.astype(int) - (255, 85, 57)).max() <= 8, "the lower layer goes on in the frame's colour"


def test_one_pixel() -> None:
    seen = blended(multiplied(whole(np.full((1, 1, 3), 77, np.uint8)), "gamma", Grain(10, 4, 64)), "gamma")
    assert seen.shape == (1, 1, 3) and abs(int(seen[0, 0, 0]) - 77) <= 6


def test_dark_pictures_are_not_for_linear_blending() -> None:
    dark, bright = (whole(np.full((40, 40, 3), value, np.uint8)) for value in (20, 120))
    assert can_be_multiplied(dark, "gamma") and not can_be_multiplied(dark, "linear")
    assert can_be_multiplied(bright, "linear")


def test_a_picture_that_would_take_more_than_its_room_has_fewer_levels() -> None:
    rng = np.random.default_rng(0)
    picture = np.clip(120 + rng.normal(0, 12, (90, 160, 3)).cumsum(axis=1) / 4, 0, 255).astype(np.uint8)
    grain = Grain(9, 4, 256)
    free = multiplied(whole(picture), "linear", grain)
    room = 0.85 * sum(map(len, free))
    tight = multiplied(whole(picture), "linear", grain, room)
    assert tight[0] == free[0] and sum(map(len, tight)) <= room
    assert multiplied(whole(picture), "linear", grain, 1.1 * sum(map(len, free))) == free
