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
from samannot_tui.graphics.coding.quadrants import PATTERNS
from samannot_tui.graphics.pictures import CellPicture, KittyPicture, StampPicture

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
    for layer in picture.layers:
        image = Image.open(BytesIO(base64.b64decode(layer.payload)))
        assert image.size == layer.size
        pixels = np.asarray(image.convert("RGBA")).astype(np.float32) / 255
        if linear:
            pixels[..., :3] = to_linear(pixels[..., :3])
        pixels = cv2.resize(pixels, picture.target.pixel_size, interpolation=interpolation)
        opacity = pixels[..., 3:]
        screen = pixels[..., :3] * opacity + screen * (1 - opacity)
    return np.rint(255 * (from_linear(screen) if linear else screen)).clip(0, 255).astype(np.uint8)


def iterm_screen(picture: StampPicture) -> npt.NDArray[np.uint8]:
    """The inline image, scaled up to the target's size: uint8, RGB."""
    found = re.fullmatch(r"\x1b\]1337;File=([^:]*):([A-Za-z0-9+/=]*)\x07", picture.commands)
    assert found
    file = base64.b64decode(found[2])
    options = dict(option.split("=") for option in found[1].split(";"))
    assert options["inline"] == "1" and int(options["size"]) == len(file)
    assert (int(options["width"]), int(options["height"])) == (picture.target.columns, picture.target.rows)
    pixels = np.asarray(Image.open(BytesIO(file)).convert("RGB"))
    return np.asarray(cv2.resize(pixels, picture.target.pixel_size, interpolation=cv2.INTER_LINEAR), np.uint8)


def sixel_screen(commands: str) -> npt.NDArray[np.uint8]:
    """What libsixel reads: uint8, RGB. Needs SIXEL2PNG."""
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
            screen[quadrant // 2 :: 2, quadrant % 2 :: 2][here] = _rgb(own, picture.target.colours == 256)[here]
    return screen


def _rgb(numbers: npt.NDArray[np.int32], numbered: bool) -> npt.NDArray[np.uint8]:
    if not numbered:
        return np.stack((numbers >> 16, numbers >> 8 & 255, numbers & 255), axis=-1).astype(np.uint8)
    return np.array([EIGHT_BIT_PALETTE[number] for number in range(256)], np.uint8)[numbers]
