"""Prompts, the crosshair, the brush and what is in the making, drawn at output resolution so that they stay crisp.

Kinds differ in shape as well as in colour: a positive click is a disc of the label's colour with a plus, a
negative one a black disc with a minus, a prompt without its mask yet has four arcs around it, the selected one
is held by four brackets.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from samannot_tui.masks.palette import voc_color
from samannot_tui.masks.rle import decode
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.layers import Layer, Polyline
from samannot_tui.render.viewport import Viewport
from samannot_tui.session.prompts import BoxPrompt, MaskPrompt, PointPrompt, Prompt

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)

FRACTION_BITS = 4
COARSE_BELOW = 5.0
"""Where discs have a smaller radius than this, there is no room for outlines (a picture of half blocks)."""
PIXEL_OUTLINED_FROM = 4.0
"""Magnified this much or more, the crosshair also frames the very pixel that it is on."""


def draw_prompts(picture: RgbFrame, layers: Sequence[Layer], viewport: Viewport) -> None:
    """Draw all prompts into `picture`, which shows `viewport.source` without letterbox; points on top."""
    prompts = [(layer, prompt) for layer in layers for prompt in layer.prompts]
    for layer, prompt in sorted(prompts, key=lambda placed: isinstance(placed[1], PointPrompt)):
        colour = voc_color(layer.label)
        match prompt:
            case PointPrompt(x=x, y=y, positive=positive):
                _draw_point(picture, _place(viewport, x, y), colour, positive)
            case BoxPrompt():
                _draw_box(picture, prompt, colour, viewport)
            case MaskPrompt():
                _draw_contour(picture, prompt, colour, viewport)
        if layer.pending:
            _draw_pending(picture, _place(viewport, *_middle(prompt, viewport)))


def draw_selected(picture: RgbFrame, prompt: Prompt, viewport: Viewport) -> None:
    """Draw brackets in white around a prompt, which is drawn already."""
    (left, top), (right, bottom) = (_place(viewport, *corner) for corner in _corners(prompt))
    gap = _radius(picture) * (1.7 if isinstance(prompt, PointPrompt) else 0.8)
    height, width = picture.shape[:2]
    # Inside the picture, where the prompt is: at its edge the brackets move in.
    left, top = max(left - gap, min(left, 2.0)), max(top - gap, min(top, 2.0))
    right, bottom = min(right + gap, max(right, width - 3.0)), min(bottom + gap, max(bottom, height - 3.0))
    arm = min(_radius(picture) * 3, (right - left) / 3, (bottom - top) / 3)
    for colour, thickness in _strokes(picture, WHITE, 3):
        for u, du in ((left, arm), (right, -arm)):
            for v, dv in ((top, arm), (bottom, -arm)):
                corner = [_fixed((u + du, v)), _fixed((u, v)), _fixed((u, v + dv))]
                cv2.polylines(picture, [np.array(corner)], False, colour, thickness, cv2.LINE_8, FRACTION_BITS)


def draw_draft(picture: RgbFrame, draft: BoxPrompt | Polyline, viewport: Viewport) -> None:
    """Draw a box or a polygon that is still being made, in white."""
    match draft:
        case BoxPrompt():
            _draw_box(picture, draft, WHITE, viewport)
        case Polyline(corners=corners):
            _draw_lines(picture, [_place(viewport, x, y) for x, y in corners])


def _draw_lines(picture: RgbFrame, corners: Sequence[tuple[float, float]]) -> None:
    line = np.array([_fixed(corner) for corner in corners], np.int32)
    for colour, thickness in _strokes(picture, WHITE, 2):
        cv2.polylines(picture, [line], False, colour, thickness, cv2.LINE_AA, FRACTION_BITS)
        # A square where it begins: there it is closed.
        _draw_square(picture, corners[0], colour, thickness)


def _draw_square(picture: RgbFrame, middle: tuple[float, float], colour: Colour, thickness: int) -> None:
    (u, v), half = middle, _radius(picture) / 2
    cv2.rectangle(
        picture,
        _fixed((u - half, v - half)),
        _fixed((u + half, v + half)),
        colour,
        thickness,
        cv2.LINE_8,
        FRACTION_BITS,
    )


def draw_brush(picture: RgbFrame, at: tuple[float, float], radius: float, viewport: Viewport) -> None:
    """Draw the rim of a round brush of so many source pixels around a source position."""
    size = round(max(1.0, radius * viewport.scale) * (1 << FRACTION_BITS))
    for colour, thickness in _strokes(picture, WHITE, 1):
        cv2.circle(picture, _fixed(_place(viewport, *at)), size, colour, thickness, cv2.LINE_AA, FRACTION_BITS)


def draw_crosshair(picture: RgbFrame, at: tuple[float, float], viewport: Viewport) -> None:
    """Draw four arms around a source position, which itself stays free."""
    u, v = _place(viewport, *at)
    radius = _radius(picture)
    free = max(radius / 2, viewport.scale / 2 + 1)
    reach = free + 3 * radius
    for colour, thickness in _strokes(picture, WHITE, 1):
        for du, dv in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            start, end = (u + du * free, v + dv * free), (u + du * reach, v + dv * reach)
            cv2.line(picture, _fixed(start), _fixed(end), colour, thickness, cv2.LINE_AA, FRACTION_BITS)
    if viewport.scale >= PIXEL_OUTLINED_FROM:
        x, y = round(at[0]), round(at[1])
        _draw_box(picture, BoxPrompt(x, y, x, y), WHITE, viewport)


def _place(viewport: Viewport, x: float, y: float) -> tuple[float, float]:
    """Position in the picture without letterbox, (0, 0) the centre of its top left pixel as in OpenCV."""
    u, v = viewport.to_output(x, y)
    return u - viewport.target.x - 0.5, v - viewport.target.y - 0.5


def _radius(picture: RgbFrame) -> float:
    shorter: int = min(picture.shape[:2])
    return min(9.0, max(3.0, shorter / 75))


def _fixed(point: tuple[float, float]) -> tuple[int, int]:
    """A point in OpenCV's fixed-point form."""
    return round(point[0] * (1 << FRACTION_BITS)), round(point[1] * (1 << FRACTION_BITS))


def _draw_point(picture: RgbFrame, center: tuple[float, float], colour: Colour, positive: bool) -> None:
    radius = _radius(picture)
    fill, ring = (colour, WHITE) if positive else (BLACK, colour)
    if radius >= COARSE_BELOW:
        _disc(picture, center, radius + 2, _contrast(ring))
    _disc(picture, center, radius + 1, ring)
    _disc(picture, center, radius, fill)
    sign = _contrast(fill)
    arm = radius * 0.6
    thickness = max(1, round(radius / 4))
    arms = ((arm, 0.0), (0.0, arm)) if positive else ((arm, 0.0),)
    for du, dv in arms:
        start, end = (center[0] - du, center[1] - dv), (center[0] + du, center[1] + dv)
        cv2.line(picture, _fixed(start), _fixed(end), sign, thickness, cv2.LINE_8, FRACTION_BITS)


def _disc(picture: RgbFrame, center: tuple[float, float], radius: float, colour: Colour) -> None:
    size = round(radius * (1 << FRACTION_BITS))
    cv2.circle(picture, _fixed(center), size, colour, cv2.FILLED, cv2.LINE_AA, FRACTION_BITS)


def _contrast(colour: Colour) -> Colour:
    red, green, blue = colour
    return BLACK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else WHITE


def _strokes(picture: RgbFrame, colour: Colour, thickness: int) -> tuple[tuple[Colour, int], ...]:
    """Colours and thicknesses to draw a line with, one over the other: outlined where there is room."""
    if _radius(picture) < COARSE_BELOW:
        return ((colour, 1),)
    return (_contrast(colour), thickness + 2), (colour, thickness)


def _draw_box(picture: RgbFrame, box: BoxPrompt, colour: Colour, viewport: Viewport) -> None:
    """A frame around all pixels of the box, its corner pixels included."""
    (left, right), (top, bottom) = sorted((box.x0, box.x1)), sorted((box.y0, box.y1))
    start = _fixed(_place(viewport, left - 0.5, top - 0.5))
    end = _fixed(_place(viewport, right + 0.5, bottom + 0.5))
    for stroke, thickness in _strokes(picture, colour, 2):
        cv2.rectangle(picture, start, end, stroke, thickness, cv2.LINE_8, FRACTION_BITS)


def _draw_contour(picture: RgbFrame, prompt: MaskPrompt, colour: Colour, viewport: Viewport) -> None:
    x, y, width, height = viewport.source
    part = decode(prompt.rle)[y : y + height, x : x + width].view(np.uint8)
    scaled = cv2.resize(part, viewport.target[2:], interpolation=cv2.INTER_NEAREST_EXACT)
    edge = cv2.min(scaled, cv2.morphologyEx(scaled, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
    for stroke, thickness in _strokes(picture, colour, 1):
        picture[cv2.dilate(edge, np.ones((thickness, thickness), np.uint8)) > 0] = stroke


def _middle(prompt: Prompt, viewport: Viewport) -> tuple[float, float]:
    match prompt:
        case PointPrompt(x=x, y=y):
            return x, y
        case BoxPrompt(x0=x0, y0=y0, x1=x1, y1=y1):
            return (x0 + x1) / 2, (y0 + y1) / 2
        case MaskPrompt():
            x, y, width, height = cv2.boundingRect(decode(prompt.rle).view(np.uint8))
            return x + (width - 1) / 2, y + (height - 1) / 2


def _corners(prompt: Prompt) -> tuple[tuple[float, float], tuple[float, float]]:
    """Source positions of the top left and the bottom right corner of what a prompt covers."""
    match prompt:
        case PointPrompt(x=x, y=y):
            return (x, y), (x, y)
        case BoxPrompt(x0=x0, y0=y0, x1=x1, y1=y1):
            return (x0 - 0.5, y0 - 0.5), (x1 + 0.5, y1 + 0.5)
        case MaskPrompt():
            x, y, width, height = cv2.boundingRect(decode(prompt.rle).view(np.uint8))
            return (x - 0.5, y - 0.5), (x + width - 0.5, y + height - 0.5)


def _draw_pending(picture: RgbFrame, center: tuple[float, float]) -> None:
    radius = _radius(picture) * 1.6
    size = _fixed((radius, radius))
    for colour, thickness in _strokes(picture, WHITE, 2):
        for start in range(20, 380, 90):
            cv2.ellipse(
                picture, _fixed(center), size, 0, start, start + 50, colour, thickness, cv2.LINE_AA, FRACTION_BITS
            )
