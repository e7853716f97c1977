"""A picture -> what its target shows. Takes tens of milliseconds: for a thread, never for the event loop."""

import base64
import re
from io import BytesIO

import numpy as np
from PIL import Image
from textual_image._sixel import SixelOptions, image_to_sixels

from samannot_tui.graphics.pictures import CellPicture, Encoded, KittyPicture, SixelPicture
from samannot_tui.graphics.target import Target
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.viewport import Viewport

KITTY_COLOURS = 256
SIXEL_COLOURS = 128
DEFINITION = re.compile(r"(#\d+)(;2;\d+;\d+;\d+)")


def encode(picture: RgbFrame, viewport: Viewport, target: Target) -> Encoded:
    """Encode a picture of exactly `target.pixel_size`, uint8, shape (height, width, 3), RGB.

    `viewport` is the one that it was composed with, kept for the mouse.

    Raises:
        ValueError: the picture or the viewport has another size than the target.
    """
    height, width = picture.shape[:2]
    if not (width, height) == target.pixel_size == viewport.output_size:
        raise ValueError(
            f"the picture is {width}x{height}, its viewport {viewport.output_size}, its target {target.pixel_size}"
        )
    match target.protocol:
        case "kitty":
            return KittyPicture(target, viewport, base64.b64encode(_png(picture)).decode("ascii"))
        case "sixel":
            return SixelPicture(target, viewport, _sixels(picture, target.colours))
        case "cells":
            coarse = _coarse(picture)
            return CellPicture(target, viewport, coarse[0::2], coarse[1::2])


def _png(picture: RgbFrame) -> bytes:
    """A palette PNG: a quarter of the bytes of an RGB one."""
    buffer = BytesIO()
    paletted = Image.fromarray(picture).quantize(KITTY_COLOURS, method=Image.Quantize.FASTOCTREE)
    paletted.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def _sixels(picture: RgbFrame, registers: int | None) -> str:
    options = SixelOptions(colors=min(SIXEL_COLOURS, registers or SIXEL_COLOURS))
    sixels: str = image_to_sixels(Image.fromarray(picture), options)
    # xterm takes "#1;2;R;G;B" for a definition only, which does not yet select the colour; and after a last
    # "go to the next band" it scrolls when the picture ends near the screen's last row.
    return DEFINITION.sub(r"\1\2\1", sixels.removesuffix("-\x1b\\")) + "\x1b\\"


def _coarse(picture: RgbFrame) -> RgbFrame:
    """Colours in steps of 8, so that neighbours and successive frames are often equal and cost nothing."""
    coarse: RgbFrame = (picture & np.uint8(0xF8)) | (picture >> np.uint8(5))
    return coarse
