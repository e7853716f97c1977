"""A picture as two layers that the terminal multiplies: half the bytes of one palette picture.

Below lies a picture of the colours alone, each as bright as it gets, at a fraction of the resolution: the eye
and the codec lose little. Above lies a black picture whose opacity is what is missing in brightness, in few
steps at full resolution. Both are palette PNGs that the terminal stretches over the same cells. How opacity
acts depends on the space that the terminal blends in, and the wrong one ruins the picture.
"""

from dataclasses import dataclass
from math import inf

import cv2
import numpy as np
import numpy.typing as npt

from samannot_tui.graphics.coding.budget import within_budget
from samannot_tui.graphics.coding.light import Floats, from_linear, to_linear
from samannot_tui.graphics.coding.palettes import many_colours
from samannot_tui.graphics.coding.png import palette_png
from samannot_tui.graphics.coding.scaling import Reduced
from samannot_tui.graphics.terminal import Blending
from samannot_tui.media.source import RgbFrame

DARK = 40
"""A mean brightness below which linear blending has too few opacities to tell shades apart."""
SHARPENING = 0.3
"""Of the lower layer, against the blur of being scaled up smoothly: 0.2 dB for nothing."""
COARSEST = 1.7
"""Beyond that, plain areas show bands."""
POWER = 0.5
LIGHT_BITS = 2
LIGHT = np.round(65535 * to_linear(np.arange(256) / 255)).astype(np.uint16)
"""Light, 0 to 65535, of each sRGB value."""
BRIGHTNESS = np.round(255 * from_linear(np.arange(0, 65536, 1 << LIGHT_BITS) / 65535)).astype(np.uint8)
"""The sRGB value of light without its lowest bits, for a table that stays in the processor's cache."""
SUM = np.ones((1, 3), np.float32)


@dataclass(frozen=True)
class Grain:
    """How coarse the layers are.

    Attributes:
        step: between two levels of brightness, of 255 in all.
        divisor: how many pixels of the upper layer lie along the side of one of the lower.
        colours: at most, in the lower layer.
    """

    step: float
    divisor: int
    colours: int


def can_be_multiplied(reduced: Reduced, blending: Blending) -> bool:
    """Are there opacities enough for the picture's shades?"""
    return blending == "gamma" or float(_frame_part(reduced)[::8, ::8].max(axis=2).mean()) >= DARK


def multiplied(reduced: Reduced, blending: Blending, grain: Grain, room: float = inf) -> tuple[bytes, bytes]:
    """The lower and the upper layer as PNG files.

    Args:
        room: bytes that both may take; for a picture that would take more the step is up to COARSEST times larger.
    """
    picture = reduced.picture
    indices, palette = many_colours(_hues(reduced, grain.divisor, blending), grain.colours)
    height, width = picture.shape[:2]
    below = _scaled_by_terminal(palette[indices], (width, height), blending)
    # The brightness with which the colour below comes nearest to the pixel (least squares).
    wanted = cv2.transform(cv2.multiply(picture, below, dtype=cv2.CV_32F), SUM)
    own = cv2.transform(cv2.multiply(below, below, dtype=cv2.CV_32F), SUM)
    brightness = np.asarray(cv2.divide(wanted, own, scale=255, dtype=cv2.CV_8U), np.uint8)
    lower = palette_png(indices, palette, graded=False)
    upper = within_budget(
        lambda step: _upper(brightness, blending, step),
        len,
        room - len(lower),
        finest=grain.step,
        coarsest=COARSEST * grain.step,
        power=POWER,
    )
    return lower, upper


def _upper(brightness: npt.NDArray[np.uint8], blending: Blending, step: float) -> bytes:
    """A black picture that lets so much brightness through, uint8, shape (height, width), in steps."""
    steps = np.minimum(255, np.arange(0, 255 + step, step))
    opacities, seen = _opacities(steps, blending)
    level_of = np.abs(np.arange(256)[:, np.newaxis] - seen).argmin(axis=1).astype(np.uint8)
    black = np.zeros((len(steps), 3), np.uint8)
    return palette_png(np.asarray(cv2.LUT(brightness, level_of), np.uint8), black, opacities, graded=True)


def _scaled_by_terminal(picture: RgbFrame, size: tuple[int, int], blending: Blending) -> RgbFrame:
    """What terminals make of a lower layer: those that blend in linear light scale in it, and smoothly.

    The others take the nearest pixel. Held against screenshots of kitty 0.41 and 0.26: 58 dB.
    """
    if blending == "gamma":
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)
    light = cv2.resize(LIGHT[picture], size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(BRIGHTNESS[np.asarray(light, np.uint16) >> LIGHT_BITS], np.uint8)


def _hues(reduced: Reduced, divisor: int, blending: Blending) -> RgbFrame:
    """The frame's colours at full brightness and low resolution, going on into the black bars.

    Black at the bars would darken the frame's edge when the terminal scales up.
    """
    height, width = reduced.picture.shape[:2]
    left, top, inner_width, inner_height = reduced.frame
    right, bottom = width - left - inner_width, height - top - inner_height
    spread = cv2.copyMakeBorder(_frame_part(reduced), top, bottom, left, right, cv2.BORDER_REPLICATE)
    small = cv2.resize(spread, (-(-width // divisor), -(-height // divisor)), interpolation=cv2.INTER_AREA)
    if blending == "linear":
        small = cv2.addWeighted(small, 1 + SHARPENING, cv2.GaussianBlur(small, (3, 3), 0), -SHARPENING, 0)
    brightest = small.max(axis=2, keepdims=True)
    bright = np.minimum(255, small * (255 / np.maximum(brightest, 1).astype(np.float32)))
    hues: RgbFrame = np.where(brightest == 0, 255, bright).astype(np.uint8)
    return hues


def _frame_part(reduced: Reduced) -> RgbFrame:
    x, y, width, height = reduced.frame
    return reduced.picture[y : y + height, x : x + width]


def _opacities(steps: Floats, blending: Blending) -> tuple[npt.NDArray[np.uint8], Floats]:
    """Opacities that let so much brightness (0 to 255) through, uint8, and what they let through exactly."""
    wanted = to_linear(steps / 255) if blending == "linear" else steps / 255
    opacities = (255 - np.round(255 * wanted)).astype(np.uint8)
    through = 1 - opacities / 255
    return opacities, 255 * (from_linear(through) if blending == "linear" else through)
