"""A picture -> what its target shows. Takes tens of milliseconds: for a thread, never for the event loop."""

from collections.abc import Sequence

import numpy as np

from samannot_tui.graphics.backends import cells, iterm, kitty, library, sixel
from samannot_tui.graphics.backends.backend import Backend, Part
from samannot_tui.graphics.coding.quadrants import Cells
from samannot_tui.graphics.cut import Cut, cut_of
from samannot_tui.graphics.pictures import CellPicture, Encoded, KittyPicture, Stamp, StampPicture
from samannot_tui.graphics.quality import Quality
from samannot_tui.graphics.stripes import Piece
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
    return joined([encode_part(cut_of(picture, viewport, target, Piece(quality)), quality)], viewport, target)


def encode_part(cut: Cut, quality: Quality) -> Part:
    """Encode a part of a picture."""
    backend = library.encode if cut.target.by_library else BACKENDS[cut.target.protocol]
    return backend(cut, quality)


def joined(parts: Sequence[Part], viewport: Viewport, target: Target) -> Encoded:
    """The picture of parts made for one target, each over those before it; the first fills the target, or all do."""
    stamps = tuple(part for part in parts if isinstance(part, Stamp))
    if stamps:
        return StampPicture(target, viewport, stamps)
    patches = [part for part in parts if isinstance(part, Cells)]
    if patches:
        whole = _patched(patches, target)
        return CellPicture(target, viewport, whole.patterns, whole.front, whole.back)
    return KittyPicture(target, viewport, tuple(layer for part in parts if isinstance(part, tuple) for layer in part))


def _patched(patches: Sequence[Cells], target: Target) -> Cells:
    size = target.rows, target.columns
    whole = Cells(np.zeros(size, np.uint8), np.zeros(size, np.int32), np.zeros(size, np.int32))
    for patch in patches:
        rows = slice(patch.row, patch.row + len(patch.patterns))
        whole.patterns[rows], whole.front[rows], whole.back[rows] = patch.patterns, patch.front, patch.back
    return whole
