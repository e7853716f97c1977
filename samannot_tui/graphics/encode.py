"""A picture -> what its target shows. Takes tens of milliseconds: for a thread, never for the event loop."""

from samannot_tui.graphics.backends import cells, iterm, kitty, library, sixel
from samannot_tui.graphics.backends.backend import Backend
from samannot_tui.graphics.pictures import Encoded
from samannot_tui.graphics.quality import Quality
from samannot_tui.graphics.target import Target
from samannot_tui.graphics.terminal import Protocol
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.viewport import Viewport

BACKENDS: dict[Protocol, Backend] = {
    "kitty": kitty.encode,
    "sixel": sixel.encode,
    "iterm": iterm.encode,
    "cells": cells.encode,
}


def encode(picture: RgbFrame, viewport: Viewport, target: Target, quality: Quality = "rest") -> Encoded:
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
    backend = library.encode if target.by_library else BACKENDS[target.protocol]
    return backend(picture, viewport, target, quality)
