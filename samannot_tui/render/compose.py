"""A frame, its masks and its prompts -> one picture. Numpy and OpenCV only: no terminal here."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from samannot_tui.masks.palette import VOC_PALETTE
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.layers import Layer, Marks, Tint
from samannot_tui.render.markers import draw_brush, draw_crosshair, draw_draft, draw_prompts, draw_selected
from samannot_tui.render.names import draw_names
from samannot_tui.render.viewport import Viewport
from samannot_tui.session.view import ViewName

PIXELS_SHOW_FROM = 3.0
"""Magnified this much or more, a frame is shown as squares: a person there is after single pixels."""

IndexMap = npt.NDArray[np.uint8]
_COLOURS = np.array(VOC_PALETTE, np.uint8)[:, np.newaxis, :]


def compose(
    frame: RgbFrame,
    layers: Sequence[Layer],
    view: ViewName,
    viewport: Viewport,
    marks: Marks | None = None,
    tint: Tint | None = None,
) -> RgbFrame:
    """Draw what a person sees, at the size of the output.

    Views: "original" the frame; "prompts" the frame and the prompts; "overlay" the frame, the masks as `tint`
    says, and the prompts; "masks" the masks alone on black. `marks` go on top of any. Where masks overlap the
    smaller one is on top. Hidden layers are left out.

    Args:
        frame: uint8, shape (height, width, 3), RGB, of `viewport.frame_size`.
        layers: masks of the frame's size.

    Returns:
        uint8, shape (height, width, 3), RGB, of `viewport.output_size`; black beside the frame.

    Raises:
        ValueError: the frame or a mask has another size than the viewport's frame.
    """
    marks = marks or Marks()
    shown = [layer for layer in layers if not layer.hidden]
    _check_sizes(frame, shown, viewport)
    if view == "masks":
        picture = _colour_in(_scaled_index_map(shown, viewport))
    else:
        picture = _scaled_frame(frame, viewport)
        if view == "overlay":
            picture = _tinted(picture, _scaled_index_map(shown, viewport), tint or Tint())
    if view in ("prompts", "overlay"):
        draw_prompts(picture, shown, viewport)
        if marks.selected is not None:
            draw_selected(picture, marks.selected, viewport)
    if marks.names and view in ("overlay", "masks"):
        draw_names(picture, shown, viewport)
    if marks.draft is not None:
        draw_draft(picture, marks.draft, viewport)
    if marks.crosshair is not None:
        draw_crosshair(picture, marks.crosshair, viewport)
        if marks.brush is not None:
            draw_brush(picture, marks.crosshair, marks.brush, viewport)
    return _letterboxed(picture, viewport)


def _check_sizes(frame: RgbFrame, layers: Sequence[Layer], viewport: Viewport) -> None:
    width, height = viewport.frame_size
    if frame.shape != (height, width, 3):
        raise ValueError(f"the frame's shape is {frame.shape}, its viewport is for {width}x{height} pixels")
    for layer in layers:
        if layer.mask is not None and layer.mask.shape != (height, width):
            raise ValueError(f"the mask of label {layer.label} has shape {layer.mask.shape}, not the frame's")


def _scaled_frame(frame: RgbFrame, viewport: Viewport) -> RgbFrame:
    x, y, width, height = viewport.source
    if viewport.scale < 1:
        interpolation = cv2.INTER_AREA
    elif viewport.scale < PIXELS_SHOW_FROM:
        interpolation = cv2.INTER_LINEAR
    else:
        interpolation = cv2.INTER_NEAREST_EXACT
    part = frame[y : y + height, x : x + width]
    scaled = cv2.resize(part, viewport.target[2:], interpolation=interpolation)
    return np.asarray(scaled, np.uint8)


def index_map(layers: Sequence[Layer], viewport: Viewport) -> IndexMap:
    """The topmost label of every pixel of `viewport.source`, 0 for none: uint8, of the source's size.

    Hidden layers count like any.
    """
    x, y, width, height = viewport.source
    indices = np.zeros((height, width), np.uint8)
    masks = [(np.count_nonzero(layer.mask), layer) for layer in layers if layer.mask is not None]
    for _, layer in sorted(masks, key=lambda sized: -sized[0]):
        assert layer.mask is not None
        indices[layer.mask[y : y + height, x : x + width]] = layer.label
    return indices


def contour(indices: IndexMap) -> IndexMap:
    """The pixels of an index map that have neighbours of another label; 0 elsewhere, and no edge at its rim."""
    edge = cv2.morphologyEx(indices, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.copyTo(indices, edge), np.uint8)


def _scaled_index_map(layers: Sequence[Layer], viewport: Viewport) -> IndexMap:
    scaled = cv2.resize(index_map(layers, viewport), viewport.target[2:], interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(scaled, np.uint8)


def _colour_in(indices: IndexMap) -> RgbFrame:
    return np.asarray(cv2.LUT(cv2.merge([indices, indices, indices]), _COLOURS), np.uint8)


def _tinted(picture: RgbFrame, indices: IndexMap, tint: Tint) -> RgbFrame:
    """Each mask's colour over the picture, all of it along the mask's edge where there is an outline."""
    colours, opacity = _colour_in(indices), tint.opacity / 100
    mixed = cv2.addWeighted(picture, 1 - opacity, colours, opacity, 0.0)
    tinted = cv2.copyTo(mixed, indices, picture)
    if tint.outline:
        tinted = cv2.copyTo(colours, contour(indices), tinted)
    return np.asarray(tinted, np.uint8)


def _letterboxed(picture: RgbFrame, viewport: Viewport) -> RgbFrame:
    x, y, width, height = viewport.target
    if (width, height) == viewport.output_size:
        return picture
    output = np.zeros((viewport.output_size[1], viewport.output_size[0], 3), np.uint8)
    output[y : y + height, x : x + width] = picture
    return output
