import base64
import re
import shutil
import subprocess
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samannot_tui.graphics import kitty
from samannot_tui.graphics.encode import encode
from samannot_tui.graphics.pictures import CellPicture, KittyPicture, SixelPicture
from samannot_tui.graphics.target import Target
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.viewport import PixelRect, Viewport

KITTY = Target("kitty", 30, 10, (8, 17))
SIXEL = Target("sixel", 30, 10, (8, 17))
CELLS = Target("cells", 30, 10, (1, 2))


def picture_for(target: Target) -> RgbFrame:
    """A smooth picture with black above and below, as a letterboxed frame has."""
    width, height = target.pixel_size
    y, x = np.mgrid[0:height, 0:width]
    picture = np.stack((255 * x // width, 255 * y // height, 0 * x + 90), axis=2).astype(np.uint8)
    picture[: height // 5] = 0
    picture[-height // 5 :] = 0
    return picture


def viewport_for(target: Target) -> Viewport:
    return Viewport((640, 480), target.pixel_size)


def psnr(picture: RgbFrame, other: RgbFrame) -> float:
    return float(10 * np.log10(255**2 / np.mean((picture.astype(float) - other.astype(float)) ** 2)))


def test_kitty_gets_a_png_of_the_picture() -> None:
    picture = picture_for(KITTY)
    encoded = encode(picture, viewport_for(KITTY), KITTY)
    assert isinstance(encoded, KittyPicture)
    decoded = np.asarray(Image.open(BytesIO(base64.b64decode(encoded.payload))).convert("RGB"))
    assert decoded.shape == picture.shape
    assert psnr(picture, decoded) > 28
    assert encoded.target is KITTY and encoded.viewport == viewport_for(KITTY)


def test_kitty_commands_are_small_and_want_no_answer() -> None:
    payload = "A" * (3 * kitty.CHUNK - 4)
    sent = kitty.transmit(7, payload)
    commands = re.findall("\x1b_G([^;]*);([^\x1b]*)\x1b\\\\", sent)
    assert "".join(data for _, data in commands) == payload
    assert [head.endswith("m=1") for head, _ in commands] == [True, True, False]
    assert all(len(data) <= kitty.CHUNK and len(data) % 4 == 0 for _, data in commands)
    others = kitty.place(7, 1, PixelRect(0, 0, 8, 17), 1, 1) + kitty.hide(7, 1) + kitty.free(7)
    assert all("q=2" in command for command in re.findall("\x1b_G[^\x1b]*", sent + others))


def test_sixels_select_each_colour_they_define_and_do_not_go_on_below() -> None:
    encoded = encode(picture_for(SIXEL), viewport_for(SIXEL), SIXEL)
    assert isinstance(encoded, SixelPicture)
    assert encoded.sixels.startswith("\x1bP") and encoded.sixels.endswith("\x1b\\")
    assert not encoded.sixels.endswith("-\x1b\\")
    definitions = re.findall(r"#(\d+);2;\d+;\d+;\d+(#\d+)?", encoded.sixels)
    assert definitions and all(select == f"#{register}" for register, select in definitions)


def test_sixels_use_no_more_colours_than_the_terminal_has() -> None:
    few = Target("sixel", 30, 10, (8, 17), colours=16)
    encoded = encode(picture_for(few), viewport_for(few), few)
    assert isinstance(encoded, SixelPicture)
    assert len(set(re.findall(r"#(\d+)", encoded.sixels))) <= 16


@pytest.mark.skipif(shutil.which("sixel2png") is None, reason="needs libsixel's sixel2png")
def test_sixels_decode_to_the_picture(tmp_path: Path) -> None:
    picture = picture_for(SIXEL)
    encoded = encode(picture, viewport_for(SIXEL), SIXEL)
    assert isinstance(encoded, SixelPicture)
    source, png = tmp_path / "a.six", tmp_path / "a.png"
    source.write_text(encoded.sixels)
    subprocess.run(["sixel2png", "-i", source, "-o", png], check=True)
    decoded = np.asarray(Image.open(png).convert("RGB"))
    assert decoded.shape == picture.shape
    assert psnr(picture, decoded) > 25


def test_cells_hold_two_pixels_each() -> None:
    picture = picture_for(CELLS)
    encoded = encode(picture, viewport_for(CELLS), CELLS)
    assert isinstance(encoded, CellPicture)
    assert encoded.upper.shape == encoded.lower.shape == (10, 30, 3)
    assert np.abs(encoded.upper.astype(int) - picture[0::2]).max() < 8
    assert np.abs(encoded.lower.astype(int) - picture[1::2]).max() < 8
    assert (encoded.upper[0] == 0).all()


def test_runs_of_cells_add_up_to_the_row() -> None:
    encoded = encode(picture_for(CELLS), viewport_for(CELLS), CELLS)
    assert isinstance(encoded, CellPicture)
    assert list(encoded.runs(0)) == [(30, (0, 0, 0), (0, 0, 0))]
    runs = list(encoded.runs(5))
    cells = [colours for length, *colours in runs for _ in range(length)]
    assert [upper for upper, _ in cells] == [tuple(rgb) for rgb in encoded.upper[5].tolist()]
    assert [lower for _, lower in cells] == [tuple(rgb) for rgb in encoded.lower[5].tolist()]
    assert all(left[1:] != right[1:] for left, right in pairwise(runs))


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="its target"):
        encode(picture_for(KITTY)[:-1], viewport_for(KITTY), KITTY)
    with pytest.raises(ValueError, match="its viewport"):
        encode(picture_for(KITTY), viewport_for(CELLS), KITTY)
