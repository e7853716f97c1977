"""Placing prompts without a mouse: the crosshair, the box in the making, and typed coordinates."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from samannot_tui.errors import InputError
from samannot_tui.session.placed import PlacedPrompt
from samannot_tui.session.prompts import BoxPrompt, PointPrompt, Prompt
from samannot_tui.text import printable
from samannot_tui.tui.painting import PaintMode

PromptKind = Literal["point", "box"]
StepSize = Literal["coarse", "medium", "fine"]
MEDIUM_STEP = 5
_NUMBER = r"\s*([+-]?\d+(?:\.\d+)?)\s*"
_PAIR = re.compile(rf"{_NUMBER},{_NUMBER}")
_BOX = re.compile(rf"{_NUMBER},{_NUMBER}(?:\s|;){_NUMBER},{_NUMBER}")
_SYNTAX = "type x,y for a point, -x,y for a negative one, or x0,y0 x1,y1 for a box"


@dataclass(frozen=True)
class PromptMode:
    """What the next Enter or click places. Coordinates are frame pixels; `corner` is a box's first corner."""

    kind: PromptKind
    x: float
    y: float
    positive: bool = True
    corner: tuple[float, float] | None = None
    brush = None

    @property
    def draft(self) -> BoxPrompt | None:
        """The box in the making, up to the crosshair."""
        return BoxPrompt(*self.corner, self.x, self.y) if self.corner else None

    @property
    def settled(self) -> "PromptMode":
        """Without what is half made."""
        return replace(self, corner=None)

    def at(self, x: float, y: float) -> "PromptMode":
        """With the crosshair elsewhere."""
        return replace(self, x=x, y=y)

    def flipped(self) -> "PromptMode":
        return replace(self, positive=not self.positive)


Mode = PromptMode | PaintMode


@dataclass(frozen=True)
class Extent:
    """The frame's size in pixels, which bounds the crosshair, and how many times it is magnified."""

    width: int
    height: int
    zoom: float = 1.0

    @property
    def coarse_step(self) -> int:
        """About 24 steps across the short side of what is shown: few presses to anywhere, then the finer ones."""
        return max(2, round(min(self.width, self.height) / self.zoom / 24))

    def step(self, size: StepSize) -> int:
        """Pixels that one press of an arrow moves the crosshair."""
        return {"coarse": self.coarse_step, "medium": MEDIUM_STEP, "fine": 1}[size]

    def clamp(self, x: float, y: float) -> tuple[float, float]:
        return min(max(x, 0.0), self.width - 1.0), min(max(y, 0.0), self.height - 1.0)

    def holds(self, x: float, y: float) -> bool:
        """Is (x, y) on a pixel of the frame? Pixel centres are whole numbers."""
        return -0.5 <= x < self.width - 0.5 and -0.5 <= y < self.height - 0.5

    def moved(self, mode: Mode, dx: int, dy: int, size: StepSize) -> Mode:
        """The mode with its crosshair moved; it stops at the frame's edges."""
        step = self.step(size)
        return mode.at(*self.clamp(round(mode.x) + dx * step, round(mode.y) + dy * step))


def placed(mode: PromptMode) -> tuple[PromptMode, Prompt | None]:
    """Enter at the crosshair: the mode afterwards, and the prompt if one is complete."""
    if mode.kind == "point":
        return mode, PointPrompt(mode.x, mode.y, mode.positive)
    if mode.corner is None:
        return replace(mode, corner=(mode.x, mode.y)), None
    return replace(mode, corner=None), box_between(mode.corner, (mode.x, mode.y))


def box_between(first: tuple[float, float], second: tuple[float, float]) -> BoxPrompt:
    """The box with these two opposite corners.

    Raises:
        InputError: the corners leave it no width or no height.
    """
    (x0, x1), (y0, y1) = sorted((first[0], second[0])), sorted((first[1], second[1]))
    if x0 == x1 or y0 == y1:
        raise InputError("That box has no width or no height; place its second corner diagonally opposite.")
    return BoxPrompt(x0, y0, x1, y1)


def parse_prompt(text: str, positive: bool, extent: Extent) -> Prompt:
    """A typed prompt: `120,340` a point, `-120,340` a negative one, `10,20 90,80` a box.

    `positive` is the sign that a point without one gets.

    Raises:
        InputError: it is neither, or lies outside the frame.
    """
    if box := _BOX.fullmatch(text):
        x0, y0, x1, y1 = (float(number) for number in box.groups())
        _check_inside(((x0, y0), (x1, y1)), extent)
        return box_between((x0, y0), (x1, y1))
    if point := _PAIR.fullmatch(text):
        sign = point[1][0] if point[1][0] in "+-" else ""
        x, y = abs(float(point[1])), float(point[2])
        _check_inside(((x, y),), extent)
        return PointPrompt(x, y, sign == "+" or (not sign and positive))
    raise InputError(f"“{printable(text.strip())}” is not a prompt: {_SYNTAX}.")


def _check_inside(corners: Iterable[tuple[float, float]], extent: Extent) -> None:
    for x, y in corners:
        if not extent.holds(x, y):
            raise InputError(
                f"{x:g},{y:g} lies outside the frame: x goes from 0 to {extent.width - 1}, "
                f"y from 0 to {extent.height - 1}."
            )


def nearest_prompt(prompts: Iterable[PlacedPrompt], x: float, y: float) -> PlacedPrompt | None:
    """The prompt closest to (x, y), of equals the latest; a mask prompt counts as farthest away."""
    return min(prompts, key=lambda placed: (_distance(placed.prompt, x, y), -placed.seq), default=None)


def prompt_under(prompts: Iterable[PlacedPrompt], x: float, y: float, reach: float) -> PlacedPrompt | None:
    """The closest prompt whose point or outline is no farther than `reach` pixels from (x, y)."""
    found = nearest_prompt(prompts, x, y)
    return found if found is not None and _distance(found.prompt, x, y) <= reach else None


def _distance(prompt: Prompt, x: float, y: float) -> float:
    match prompt:
        case PointPrompt():
            return math.hypot(prompt.x - x, prompt.y - y)
        case BoxPrompt():
            return _distance_to_outline(prompt, x, y)
        case _:
            return math.inf


def _distance_to_outline(box: BoxPrompt, x: float, y: float) -> float:
    outside_x = max(box.x0 - x, x - box.x1, 0.0)
    outside_y = max(box.y0 - y, y - box.y1, 0.0)
    if outside_x or outside_y:
        return math.hypot(outside_x, outside_y)
    return min(x - box.x0, box.x1 - x, y - box.y0, box.y1 - y)


def describe(prompt: Prompt) -> str:
    """A prompt in a few words, for messages."""
    match prompt:
        case PointPrompt():
            return f"{'positive' if prompt.positive else 'negative'} point {prompt.x:g},{prompt.y:g}"
        case BoxPrompt():
            return f"box {prompt.x0:g},{prompt.y0:g} {prompt.x1:g},{prompt.y1:g}"
        case _:
            return "mask prompt"
