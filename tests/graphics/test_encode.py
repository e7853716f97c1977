import base64
import re
from dataclasses import replace
from itertools import pairwise
from typing import get_args

import cv2
import numpy as np
import pytest

from samannot_tui.graphics import kitty
from samannot_tui.graphics.coding.quadrants import NUMBERED
from samannot_tui.graphics.cut import cut_of
from samannot_tui.graphics.encode import encode, encode_part, joined
from samannot_tui.graphics.pictures import CellPicture, Encoded, KittyPicture, StampPicture
from samannot_tui.graphics.quality import LADDER, Quality
from samannot_tui.graphics.stripes import Bounds, pieces, rows_of
from samannot_tui.graphics.target import Target
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.viewport import PixelRect, Viewport
from tests.graphics.decoders import SIXEL2PNG, cell_screen, iterm_screen, kitty_screen, psnr, sixel_screen

KITTY = Target("kitty", 30, 10, (8, 17))
LAYERED = [replace(KITTY, blending="gamma"), replace(KITTY, blending="linear")]
SIXEL = Target("sixel", 30, 10, (8, 17))
ITERM = Target("iterm", 30, 10, (8, 17))
CELLS = Target("cells", 30, 10, (2, 4))
HALVES = Target("cells", 30, 10, (1, 2), colours=16)
ALL = [KITTY, *LAYERED, SIXEL, ITERM, CELLS, HALVES, replace(CELLS, colours=256)]
BY_LIBRARY = [replace(KITTY, by_library=True), replace(SIXEL, by_library=True)]
needs_sixel2png = pytest.mark.skipif(SIXEL2PNG is None, reason="needs libsixel's sixel2png")


def picture_for(target: Target) -> RgbFrame:
    """A smooth picture with black above and below, as a letterboxed frame has."""
    width, height = target.pixel_size
    y, x = np.mgrid[0:height, 0:width]
    picture = np.stack((255 * x // width, 255 * y // height, 0 * x + 90), axis=2).astype(np.uint8)
    viewport = viewport_for(target)
    picture[: viewport.target.y] = 0
    picture[viewport.target.y + viewport.target.height :] = 0
    return picture


def viewport_for(target: Target) -> Viewport:
    width, height = target.pixel_size
    return Viewport((max(1, width * 2 // 3), max(1, height * 2 // 5)), target.pixel_size)


def encoded_for(target: Target, quality: Quality = "rest") -> Encoded:
    return encode(picture_for(target), viewport_for(target), target, quality)


@pytest.mark.parametrize("target", [*ALL, *BY_LIBRARY])
def test_a_picture_says_what_it_is_for(target: Target) -> None:
    encoded = encoded_for(target)
    assert encoded.target is target and encoded.viewport == viewport_for(target)


@pytest.mark.parametrize(
    ("target", "quality", "layers", "least"),
    [
        (KITTY, "rest", 1, 31),
        (KITTY, "scrub", 1, 24),
        (LAYERED[0], "rest", 2, 26),
        (LAYERED[0], "scrub", 2, 24),
        (LAYERED[1], "rest", 2, 31),
        (LAYERED[1], "scrub", 2, 26),
        (BY_LIBRARY[0], "rest", 1, 90),
    ],
)
def test_kitty_shows_the_picture(target: Target, quality: Quality, layers: int, least: float) -> None:
    encoded = encoded_for(target, quality)
    assert isinstance(encoded, KittyPicture) and len(encoded.layers) == layers
    assert psnr(kitty_screen(encoded), picture_for(target)) > least


@pytest.mark.parametrize("target", LAYERED)
def test_kitty_shows_single_pixels_sharp(target: Target) -> None:
    width, height = target.pixel_size
    viewport = Viewport((width, height), target.pixel_size, zoom=8)
    squares = np.random.default_rng(0).choice([30, 200], (height // 8 + 1, width // 8 + 1, 3)).astype(np.uint8)
    picture = np.ascontiguousarray(squares.repeat(8, axis=0).repeat(8, axis=1)[:height, :width])
    encoded = encode(picture, viewport, target)
    assert isinstance(encoded, KittyPicture) and encoded.layers[0].size == target.pixel_size
    assert psnr(kitty_screen(encoded), picture) > 40


def test_kitty_commands_are_small_and_want_no_answer() -> None:
    payload = "A" * (3 * kitty.CHUNK - 4)
    sent = kitty.transmit(7, payload)
    commands = re.findall("\x1b_G([^;]*);([^\x1b]*)\x1b\\\\", sent)
    assert "".join(data for _, data in commands) == payload
    assert [head.endswith("m=1") for head, _ in commands] == [True, True, False]
    assert all(len(data) <= kitty.CHUNK and len(data) % 4 == 0 for _, data in commands)
    others = kitty.place(7, 1, PixelRect(0, 0, 8, 17), 1, 1, 0) + kitty.hide(7, 1) + kitty.free(7)
    assert all("q=2" in command for command in re.findall("\x1b_G[^\x1b]*", sent + others))


@pytest.mark.parametrize(("quality", "least"), [("rest", 30), ("scrub", 26)])
def test_iterm_shows_the_picture(quality: Quality, least: float) -> None:
    encoded = encoded_for(ITERM, quality)
    assert isinstance(encoded, StampPicture)
    assert psnr(iterm_screen(encoded), picture_for(ITERM)) > least


@needs_sixel2png
@pytest.mark.parametrize(
    ("target", "quality", "least"), [(SIXEL, "rest", 33), (SIXEL, "scrub", 24), (BY_LIBRARY[1], "rest", 25)]
)
def test_sixels_show_the_picture(target: Target, quality: Quality, least: float) -> None:
    encoded = encoded_for(target, quality)
    assert isinstance(encoded, StampPicture)
    decoded = sixel_screen(encoded)
    assert decoded.shape == picture_for(target).shape
    assert psnr(decoded, picture_for(target)) > least


@pytest.mark.parametrize("by_library", [False, True])
@pytest.mark.parametrize("quality", get_args(Quality))
def test_sixels_use_no_more_colours_than_the_terminal_has(by_library: bool, quality: Quality) -> None:
    few = replace(SIXEL, colours=8, by_library=by_library)
    encoded = encoded_for(few, quality)
    assert isinstance(encoded, StampPicture)
    used = {int(number) for number in re.findall(r"#(\d+)", encoded.stamps[0].commands)}
    assert len(used) > 4 and max(used) < 8


@pytest.mark.parametrize("target", [SIXEL, BY_LIBRARY[1]])
def test_sixels_select_each_colour_they_paint_with_and_do_not_go_on_below(target: Target) -> None:
    encoded = encoded_for(target)
    assert isinstance(encoded, StampPicture)
    assert encoded.stamps[0].commands.startswith("\x1bP") and encoded.stamps[0].commands.endswith("\x1b\\")
    assert not encoded.stamps[0].commands.endswith("-\x1b\\")
    assert re.search(r"#\d+;2;\d+;\d+;\d+[?-~!]", encoded.stamps[0].commands) is None


@pytest.mark.parametrize(
    ("target", "least"), [(CELLS, 26), (replace(CELLS, colours=256), 22), (HALVES, 26)], ids=["all", "256", "halves"]
)
@pytest.mark.parametrize("quality", get_args(Quality))
def test_cells_show_the_picture(target: Target, least: float, quality: Quality) -> None:
    encoded = encoded_for(target, quality)
    assert isinstance(encoded, CellPicture)
    assert encoded.patterns.shape == encoded.front.shape == encoded.back.shape == (10, 30)
    width, height = target.pixel_size
    quadrants = picture_for(target).repeat(60 // width, axis=1).reshape(20, height // 20, 60, 3).mean(axis=1)
    assert psnr(cell_screen(encoded), quadrants) > (min(least, 21) if quality == "glimpse" else least)


def test_runs_of_cells_add_up_to_the_row() -> None:
    encoded = encoded_for(CELLS)
    assert isinstance(encoded, CellPicture)
    assert [(len(patterns), front, back) for patterns, front, back in encoded.runs(0)] == [(30, 0, 0)]
    runs = list(encoded.runs(5))
    cells = [(pattern, front, back) for patterns, front, back in runs for pattern in patterns]
    arrays = (encoded.patterns[5], encoded.front[5], encoded.back[5])
    assert cells == list(zip(*(array.tolist() for array in arrays), strict=True))
    assert all(left[1:] != right[1:] for left, right in pairwise(runs))


@pytest.mark.parametrize("target", ALL)
@pytest.mark.parametrize("quality", get_args(Quality))
@pytest.mark.parametrize("colour", [0, 255, (200, 20, 60)])
def test_a_picture_of_one_colour(target: Target, quality: Quality, colour: object) -> None:
    picture = np.empty((*target.pixel_size[::-1], 3), np.uint8)
    picture[:] = colour  # type: ignore[call-overload]
    encode(picture, Viewport((30, 20), target.pixel_size), target, quality)


@pytest.mark.parametrize("target", [replace(target, columns=1, rows=1) for target in ALL])
@pytest.mark.parametrize("quality", get_args(Quality))
def test_a_picture_of_one_cell(target: Target, quality: Quality) -> None:
    encode(picture_for(target), viewport_for(replace(target, columns=1, rows=1)), target, quality)


@pytest.mark.parametrize("target", [KITTY, *LAYERED, ITERM])
def test_pictures_that_the_terminal_scales_have_no_more_pixels_than_the_source(target: Target) -> None:
    viewport = Viewport((120, 60), target.pixel_size)
    encoded = encode(np.zeros((*target.pixel_size[::-1], 3), np.uint8), viewport, target)
    if isinstance(encoded, KittyPicture):
        assert max(layer.size[0] for layer in encoded.layers) == 120
    else:
        assert isinstance(encoded, StampPicture)
        jpeg = base64.b64decode(encoded.stamps[0].commands.split(":")[1].rstrip("\x07"))
        assert jpeg[:2] == b"\xff\xd8"


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="its target"):
        encode(picture_for(KITTY)[:-1], viewport_for(KITTY), KITTY)
    with pytest.raises(ValueError, match="its viewport"):
        encode(picture_for(KITTY), viewport_for(CELLS), KITTY)


@needs_sixel2png
@pytest.mark.parametrize("target", ALL)
@pytest.mark.parametrize("bounds", [(10,), (3, 7, 10), (1, 2, 5, 9, 10), (4,), (2, 3)])
def test_a_picture_in_stripes_is_the_same_picture(target: Target, bounds: Bounds) -> None:
    picture, viewport = picture_for(target), viewport_for(target)
    wanted = pieces("glimpse", bounds, rows_of(target))
    parts = [encode_part(cut_of(picture, viewport, target, piece), piece.quality) for piece in wanted]
    striped, whole = screen(joined(parts, viewport, target)), screen(encode(picture, viewport, target))
    if bounds[-1] == rows_of(target):
        assert psnr(striped, resized(picture, striped)) > psnr(whole, resized(picture, whole)) - 4
    glimpse = screen(encode(picture, viewport, target, "glimpse"))
    below = -(-bounds[-1] * len(striped) // rows_of(target))
    assert psnr(striped[below:], glimpse[below:]) > 60 if len(striped[below:]) else True
    assert psnr(striped[:below], resized(picture, striped)[:below]) > 25


def screen(encoded: Encoded) -> RgbFrame:
    match encoded:
        case KittyPicture():
            return kitty_screen(encoded)
        case CellPicture():
            return cell_screen(encoded)
        case _:
            return iterm_screen(encoded) if encoded.target.protocol == "iterm" else sixel_screen(encoded)


def resized(picture: RgbFrame, like: RgbFrame) -> RgbFrame:
    return np.asarray(cv2.resize(picture, like.shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8)


def test_sixteen_colours_are_never_numbered_as_those_of_256() -> None:
    for quality in LADDER:
        encoded = encoded_for(HALVES, quality)
        assert isinstance(encoded, CellPicture)
        assert max(encoded.front.max(), encoded.back.max()) < NUMBERED
