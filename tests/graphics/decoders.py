"""What a terminal makes of encoded pictures, by decoders that are not ours."""

import base64
import re
import shutil
import subprocess
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image
from rich._palettes import EIGHT_BIT_PALETTE

from samannot_tui.graphics.coding.light import from_linear, to_linear
from samannot_tui.graphics.coding.quadrants import NUMBERED, PATTERNS
from samannot_tui.graphics.pictures import CellPicture, CellRect, KittyPicture, StampPicture
from samannot_tui.render.viewport import PixelRect

SIXEL2PNG = shutil.which("sixel2png")


def psnr(picture: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Peak signal-to-noise ratio in dB."""
    return float(10 * np.log10(255**2 / max(1e-9, np.mean((picture.astype(float) - other.astype(float)) ** 2))))


def kitty_screen(picture: KittyPicture) -> npt.NDArray[np.uint8]:
    """The picture's layers, scaled and blended as the target does, at the target's size: uint8, RGB.

    Where its blending is unknown, a terminal that scales smoothly without regard to light.
    """
    linear = picture.target.blending == "linear"
    interpolation = cv2.INTER_NEAREST_EXACT if picture.target.blending == "gamma" else cv2.INTER_LINEAR
    screen: npt.NDArray[Any] = np.zeros((*picture.target.pixel_size[::-1], 3))
    for layer in sorted(picture.layers, key=lambda layer: layer.level):
        image = Image.open(BytesIO(base64.b64decode(layer.payload)))
        assert image.size == layer.size
        pixels = np.asarray(image.convert("RGBA")).astype(np.float32) / 255
        if linear:
            pixels[..., :3] = to_linear(pixels[..., :3])
        place = layer.area or CellRect(0, 0, picture.target.columns, picture.target.rows)
        across, down = picture.target.cell
        size = place.width * across, place.height * down
        pixels = _stretched(pixels, layer.part, size, interpolation)
        here = np.s_[place.y * down : place.y * down + size[1], place.x * across : place.x * across + size[0]]
        opacity = pixels[..., 3:]
        screen[here] = pixels[..., :3] * opacity + screen[here] * (1 - opacity)
    return np.rint(255 * (from_linear(screen) if linear else screen)).clip(0, 255).astype(np.uint8)


def _stretched(
    pixels: npt.NDArray[np.float32], part: PixelRect | None, size: tuple[int, int], interpolation: int
) -> npt.NDArray[np.float32]:
    """A part of an image, scaled to `size` with regard to the pixels around it."""
    if part is None:
        return np.asarray(cv2.resize(pixels, size, interpolation=interpolation), np.float32)
    columns = part.x - 0.5 + (np.arange(size[0], dtype=np.float32) + 0.5) * part.width / size[0]
    rows = part.y - 0.5 + (np.arange(size[1], dtype=np.float32) + 0.5) * part.height / size[1]
    at = np.meshgrid(columns.astype(np.float32), rows.astype(np.float32))
    return np.asarray(cv2.remap(pixels, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def iterm_screen(picture: StampPicture) -> npt.NDArray[np.uint8]:
    """The inline images, each scaled up to its cells: uint8, RGB."""
    target = picture.target
    screen = np.zeros((*target.pixel_size[::-1], 3), np.uint8)
    for stamp in picture.stamps:
        rows, pixels = _inline_image(stamp.commands, target.columns)
        top, size = stamp.row * target.cell[1], (target.pixel_size[0], rows * target.cell[1])
        screen[top : top + size[1]] = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
    return screen


def _inline_image(commands: str, columns: int) -> tuple[int, npt.NDArray[np.uint8]]:
    """How many rows of cells an inline image is high, and its pixels."""
    found = re.fullmatch(r"\x1b\]1337;File=([^:]*):([A-Za-z0-9+/=]*)\x07", commands)
    assert found
    file = base64.b64decode(found[2])
    options = dict(option.split("=") for option in found[1].split(";"))
    assert options["inline"] == "1" and int(options["size"]) == len(file)
    assert int(options["width"]) == columns
    return int(options["height"]), np.asarray(Image.open(BytesIO(file)).convert("RGB"))


def sixel_screen(picture: StampPicture) -> npt.NDArray[np.uint8]:
    """What libsixel reads: uint8, RGB. Needs SIXEL2PNG."""
    screen = np.zeros((*picture.target.pixel_size[::-1], 3), np.uint8)
    for stamp in picture.stamps:
        pixels, top = read_sixels(stamp.commands), stamp.row * picture.target.cell[1]
        screen[top : top + len(pixels)] = pixels
    return screen


def read_sixels(commands: str) -> npt.NDArray[np.uint8]:
    """A sixel picture's pixels: uint8, RGB. Needs SIXEL2PNG."""
    assert SIXEL2PNG
    with tempfile.TemporaryDirectory() as folder:
        source, png = Path(folder) / "a.six", Path(folder) / "a.png"
        source.write_text(commands)
        subprocess.run([SIXEL2PNG, "-i", source, "-o", png], check=True)
        return np.asarray(Image.open(png).convert("RGB"))


def cell_screen(picture: CellPicture) -> npt.NDArray[np.uint8]:
    """Two by two pixels for each cell: uint8, RGB."""
    rows, columns = picture.patterns.shape
    screen = np.zeros((2 * rows, 2 * columns, 3), np.uint8)
    for number in range(len(PATTERNS)):
        for quadrant in range(4):
            own = picture.front if number >> quadrant & 1 else picture.back
            here = picture.patterns == number
            screen[quadrant // 2 :: 2, quadrant % 2 :: 2][here] = _rgb(own)[here]
    return screen


def _rgb(numbers: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    table = np.array([EIGHT_BIT_PALETTE[number] for number in range(256)], np.uint8)
    mixed = np.stack((numbers >> 16, numbers >> 8 & 255, numbers & 255), axis=-1).astype(np.uint8)
    return np.where((numbers >= NUMBERED)[..., np.newaxis], table[numbers & 255], mixed)
