"""Prompts: what a person says about one instance on one frame.

Coordinates are pixels of the frame as shown (rotation applied): x right, y down, (0, 0) the centre of
the top left pixel, so that a click on pixel (c, r) is exactly x = c, y = r.
"""

import msgspec

from samannot_tui.masks.rle import Rle


class PointPrompt(msgspec.Struct, frozen=True, tag="point", tag_field="kind", forbid_unknown_fields=True):
    """A click: `positive` pixels belong to the instance, negative ones do not."""

    x: float
    y: float
    positive: bool = True


class BoxPrompt(msgspec.Struct, frozen=True, tag="box", tag_field="kind", forbid_unknown_fields=True):
    """A positive box, XYXY, both corners inside it; normalised so that x0 <= x1 and y0 <= y1."""

    x0: float
    y0: float
    x1: float
    y1: float


class MaskPrompt(msgspec.Struct, frozen=True, tag="mask", tag_field="kind", forbid_unknown_fields=True):
    """A whole mask made elsewhere (a PNG of a prompts file, an import)."""

    rle: Rle


Prompt = PointPrompt | BoxPrompt | MaskPrompt
