"""What lies on a frame, as kitty layers of its own: masks and marks. A hundredth of the frame's bytes."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from samannot_tui.graphics.backends.kitty import kitty_layer
from samannot_tui.graphics.coding.png import SMALLEST, palette_png
from samannot_tui.graphics.pictures import CellRect, KittyLayer
from samannot_tui.graphics.target import Target
from samannot_tui.graphics.terminal import Blending
from samannot_tui.masks.palette import VOC_PALETTE
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.compose import PIXELS_SHOW_FROM, contour, index_map
from samannot_tui.render.layers import Layer, Tint
from samannot_tui.render.viewport import Viewport

MASKS_LEVEL = 10
"""Frames lie lower, marks higher."""
FULL = 255
LINEAR_LIGHT = 0.62
"""Exponent that opacity takes in a terminal that blends in linear light, where dark colours over bright ones are all
but lost: half becomes 166 of 255."""
OUTLINED = 127
"""So many labels at most have palette entries enough for an outline each."""
MARK_COLOURS = 32
Matte = npt.NDArray[np.uint8]


def mask_layer(layers: Sequence[Layer], viewport: Viewport, target: Target, tint: Tint) -> KittyLayer:
    """The masks of `layers`.

    At the source's resolution, or at the screen's where that is lower or single pixels are looked at.
    """
    indices = index_map(layers, viewport)
    width, height = target.pixel_size
    if 1 < viewport.scale < PIXELS_SHOW_FROM:
        width, height = round(width / viewport.scale), round(height / viewport.scale)
    columns, rows = _shown_pixels(viewport, (width, height))
    inside = np.ix_((rows >= 0).nonzero()[0], (columns >= 0).nonzero()[0])
    shown = indices[np.ix_(rows[rows >= 0], columns[columns >= 0])]
    labels = np.flatnonzero(np.bincount(shown.ravel(), minlength=256)[1:]) + 1
    number_of = np.zeros(256, np.uint8)
    number_of[labels] = np.arange(1, len(labels) + 1)
    numbers = np.asarray(number_of[shown], np.uint8)
    palette = [(0, 0, 0), *(VOC_PALETTE[label] for label in labels)]
    alphas = [0] + [_alpha(tint.opacity, target.blending)] * len(labels)
    if tint.outline and len(labels) <= OUTLINED:
        numbers += (contour(numbers) > 0) * np.uint8(len(labels))
        palette += palette[1:]
        alphas += [FULL] * len(labels)
    whole = np.zeros((height, width), np.uint8)
    whole[inside] = numbers
    png = palette_png(whole, np.array(palette, np.uint8), np.array(alphas, np.uint8), graded=False, level=SMALLEST)
    return kitty_layer(png, MASKS_LEVEL)


def _alpha(opacity: int, blending: Blending | None) -> int:
    """0 to FULL, for so many percent of opacity."""
    return round(FULL * (opacity / 100) ** (LINEAR_LIGHT if blending == "linear" else 1))


def mark_layer(
    draw: Callable[[RgbFrame], None], viewport: Viewport, target: Target, level: int
) -> tuple[KittyLayer, ...]:
    """What `draw` draws into a picture of `viewport.target`'s size, as a layer over no more cells than it needs.

    None where it draws nothing. Pixel for pixel as `draw` would have drawn it on the frame, soft edges included:
    drawn on black and on white, a colour's opacity is what the white lets through less.
    """
    x, y, width, height = viewport.target
    on_black = np.zeros((height, width, 3), np.uint8)
    on_white = np.full((height, width, 3), 255, np.uint8)
    draw(on_black)
    draw(on_white)
    touched = on_black.any(axis=2) | (on_white.min(axis=2) < 255)
    left, top, wide, high = cv2.boundingRect(touched.view(np.uint8))
    if not wide:
        return ()
    area = _cells_around((left + x, top + y, left + x + wide, top + y + high), target)
    own = np.s_[top : top + high, left : left + wide]
    matte = np.zeros((area.height * target.cell[1], area.width * target.cell[0], 4), np.uint8)
    at = top + y - area.y * target.cell[1], left + x - area.x * target.cell[0]
    matte[at[0] : at[0] + high, at[1] : at[1] + wide] = _matte(on_black[own], on_white[own])
    return (kitty_layer(_matte_png(matte), level, area),)


def _shown_pixels(viewport: Viewport, size: tuple[int, int]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The column of `viewport.source` at each column of a picture of `size`, likewise the rows; -1 beside the frame."""
    found = []
    for count, axis in zip(size, (0, 1), strict=True):
        start, length = viewport.target[axis], viewport.target[axis + 2]
        places = ((np.arange(count) + 0.5) * viewport.output_size[axis] / count - start) / length
        pixels = np.floor(places * viewport.source[axis + 2]).astype(np.intp)
        found.append(np.where((places >= 0) & (places < 1), pixels, -1))
    return found[0], found[1]


def _cells_around(pixels: tuple[int, int, int, int], target: Target) -> CellRect:
    """The cells that a rectangle of output pixels (left, top, right, bottom; the last two outside) lies on."""
    (across, down), (left, top, right, bottom) = target.cell, pixels
    column, row = left // across, top // down
    return CellRect(column, row, -(-right // across) - column, -(-bottom // down) - row)


def _matte(on_black: RgbFrame, on_white: RgbFrame) -> Matte:
    """Colours with opacity, uint8, shape (height, width, 4), from what they look like on black and on white."""
    opacity = 255 - (on_white.astype(np.int16) - on_black).mean(axis=2, keepdims=True).clip(0, 255)
    colour = on_black.astype(np.float32) * 255 / np.maximum(opacity, 1)
    return np.concatenate((colour, opacity), axis=2).round().clip(0, 255).astype(np.uint8)


def _matte_png(matte: Matte) -> bytes:
    image = Image.fromarray(matte).quantize(MARK_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    indices = np.asarray(image, np.uint8)
    entries = np.array(image.getpalette("RGBA"), np.uint8).reshape(-1, 4)[: int(indices.max()) + 1]
    return palette_png(indices, entries[:, :3].copy(), entries[:, 3].copy(), graded=False, level=SMALLEST)
