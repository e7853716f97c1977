"""A contact sheet: one instance on many frames side by side, cut out around it."""

from collections.abc import Sequence

import numpy as np

from samannot_tui.media.source import RgbFrame
from samannot_tui.render.compose import compose
from samannot_tui.render.layers import Layer
from samannot_tui.render.names import write_text
from samannot_tui.render.viewport import PixelRect, Viewport
from samannot_tui.session.view import MAX_ZOOM

Size = tuple[int, int]
Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
ROOM_FOR_TEXT = 48
"""Rows that a crop needs for its number."""
ROOM_FOR_EDGE = 24
"""Rows that a crop needs for an edge of two pixels; with fewer it has one."""
SURROUNDINGS = 2.0
"""A crop shows so many times the sides of the instance."""
TEXT_SIZE = 12


def zoom_for(boxes: Sequence[Box], frame_size: Size, crop_size: Size) -> float:
    """One magnification for all crops, so that an instance that grows or shrinks is seen to: by the usual box.

    Args:
        boxes: of the masks, XYXY with both corners inside.

    Returns:
        A zoom as `Viewport` takes it, for crops of that size.
    """
    if not boxes:
        return 1.0
    width, height = (float(np.median([box[i + 2] - box[i] + 1 for box in boxes])) for i in (0, 1))
    fit = min(room / size for room, size in zip(crop_size, frame_size, strict=True))
    wanted = min(crop_size[0] / (width * SURROUNDINGS), crop_size[1] / (height * SURROUNDINGS))
    return min(MAX_ZOOM, max(1.0, wanted / fit))


def crop(frame: RgbFrame, layer: Layer, box: Box | None, size: Size, zoom: float) -> RgbFrame:
    """The frame around the middle of `box`, all of it where there is none: uint8 (height, width, 3) of `size`."""
    center = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) if box else None
    viewport = Viewport((frame.shape[1], frame.shape[0]), size, zoom if box else 1.0, center)
    return compose(frame, [layer], "overlay", viewport)


def put(sheet: RgbFrame, picture: RgbFrame | None, place: PixelRect, edge: Colour, words: str) -> None:
    """Lay a crop into the sheet, in an edge of a colour and with words in its corner; None is not there yet."""
    part = sheet[place.y : place.y + place.height, place.x : place.x + place.width]
    thickness = edge_of(place.height)
    part[:] = edge
    inside = part[thickness:-thickness, thickness:-thickness]
    inside[:] = 0 if picture is None else picture
    if place.height >= ROOM_FOR_TEXT:
        write_text(inside, words, TEXT_SIZE, (0.0, 0.0), (255, 255, 255))


def edge_of(height: int) -> int:
    """Pixels of the edge around a crop of so many rows."""
    return 2 if height >= ROOM_FOR_EDGE else 1
