"""Where two labels may have exchanged places: what a person is asked about, never changed by itself."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import median

import numpy as np

from samannot_tui.masks.rle import BoolMask, Rle, decode, extent
from samannot_tui.session.state import State
from samannot_tui.text import printable

LOOKBACK = 8
"""Frames that a label's motion is taken from, and that it may be out of sight without being forgotten."""
LEAST_FIT = 0.3
"""Each mask must fit the other label's place at least so well, as intersection over union."""
LEAST_GAIN = 0.15
"""And by so much better than its own."""

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Swap:
    """From `frame` on, `labels` (IDs, the lower first) may each show what the other showed before.

    `score` (0 to 1) is how much better the masks fit the other label's place than their own.
    """

    frame: int
    labels: tuple[int, int]
    score: float


def find_swaps(masks: Iterable[tuple[int, Mapping[int, Rle]]]) -> Iterator[Swap]:
    """Look through masks for labels that exchange places from one frame to the next.

    Each label is expected where it was last seen, moved on by its own recent motion. A swap is where, for both
    labels, the mask fits the other's expected place clearly better than its own, and fits its own old place no
    better if nothing had moved: so objects that cross raise no question, and neither do those that meet and turn
    around. An exchange that is drawn out over many frames, the masks flowing into each other, is not seen.

    Args:
        masks: (frame, label -> mask), frames rising. Empty masks are as good as none. All of one size.

    Memory: one mask and LOOKBACK places a label.
    """
    tracks: dict[int, _Track] = {}
    for frame, by_label in masks:
        now = {label: look for label, rle in sorted(by_label.items()) if (look := _Look.at(frame, rle)) is not None}
        known = {label for label in now if label in tracks and frame - tracks[label].last.frame <= LOOKBACK}
        for first, second in combinations(sorted(known), 2):
            score = _exchange(tracks[first], tracks[second], now[first], now[second])
            if score is not None:
                yield Swap(frame, (first, second), score)
                # A track follows its object.
                tracks[first], tracks[second] = tracks[second], tracks[first]
        for label, look in now.items():
            if label not in known:
                tracks[label] = _Track(look)
            else:
                tracks[label].go_on(look)


def describe_swap(swap: Swap, state: State) -> str:
    """The question to ask about a swap; safe to show."""
    first, second = (
        printable(state.labels[label].name) if label in state.labels else f"label {label}" for label in swap.labels
    )
    return f"{first} and {second} may have exchanged places at frame {swap.frame}."


class _Look:
    """A mask on one frame; it is decoded only if it comes to that."""

    def __init__(self, frame: int, rle: Rle, area: int, box: Box) -> None:
        self.frame = frame
        self.area = area
        self.box = box
        self._rle = rle
        self._pixels: BoolMask | None = None

    @classmethod
    def at(cls, frame: int, rle: Rle) -> "_Look | None":
        """None if the mask is empty."""
        area, box = extent(rle)
        return None if box is None else cls(frame, rle, area, box)

    @property
    def centre(self) -> tuple[float, float]:
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2

    @property
    def pixels(self) -> BoolMask:
        """The mask inside its box."""
        if self._pixels is None:
            left, top, right, bottom = self.box
            self._pixels = decode(self._rle)[top : bottom + 1, left : right + 1].copy()
        return self._pixels


class _Track:
    """Where a label was last seen, and how it moved."""

    def __init__(self, last: _Look) -> None:
        self.last = last
        self._steps: deque[tuple[float, float]] = deque(maxlen=LOOKBACK)

    def go_on(self, look: _Look) -> None:
        frames = look.frame - self.last.frame
        (x0, y0), (x1, y1) = self.last.centre, look.centre
        self._steps.append(((x1 - x0) / frames, (y1 - y0) / frames))
        self.last = look

    def motion_until(self, frame: int) -> tuple[int, int]:
        """Pixels (right, down) that the label is expected to have moved since it was last seen."""
        if not self._steps:
            return 0, 0
        frames = frame - self.last.frame
        # The median, so that one jump (half of the object is covered, say) does not make a motion.
        return round(median(x for x, _ in self._steps) * frames), round(median(y for _, y in self._steps) * frames)


def _exchange(first: _Track, second: _Track, first_now: _Look, second_now: _Look) -> float | None:
    """How clearly two labels have exchanged places, 0 to 1; None if they have not."""
    frame = first_now.frame
    shifts = first.motion_until(frame), second.motion_until(frame)
    crossed = (
        _overlap(first.last, shifts[0], second_now, LEAST_FIT),
        _overlap(second.last, shifts[1], first_now, LEAST_FIT),
    )
    if min(crossed) < LEAST_FIT:
        return None
    own = _overlap(first.last, shifts[0], first_now), _overlap(second.last, shifts[1], second_now)
    gain = min(crossed[0] - own[0], crossed[1] - own[1])
    # Of an object that was hidden for a while only its motion says where it should be.
    seen_before = first.last.frame == second.last.frame == frame - 1
    if gain < LEAST_GAIN or (seen_before and _stayed(first.last, second.last, first_now, second_now)):
        return None
    return gain


def _stayed(first: _Look, second: _Look, first_now: _Look, second_now: _Look) -> bool:
    """Whether, motion apart, one of two labels lies nearer to its own old place than to the other's."""
    still = (0, 0)
    return _overlap(first, still, first_now) > _overlap(first, still, second_now) or (
        _overlap(second, still, second_now) > _overlap(second, still, first_now)
    )


def _overlap(old: _Look, shift: tuple[int, int], new: _Look, least: float = 0.0) -> float:
    """Intersection over union of a mask moved by `shift` (right, down) and another.

    0 where the boxes alone show that it cannot be `least`: then nothing is decoded.
    """
    right, down = shift
    moved = (old.box[0] + right, old.box[1] + down, old.box[2] + right, old.box[3] + down)
    left, top = max(moved[0], new.box[0]), max(moved[1], new.box[1])
    common = left, top, min(moved[2], new.box[2]), min(moved[3], new.box[3])
    width, height = common[2] - left + 1, common[3] - top + 1
    if width < 1 or height < 1 or min(width * height, old.area, new.area) < least * max(old.area, new.area):
        return 0.0
    both = np.count_nonzero(_part(old.pixels, moved, common) & _part(new.pixels, new.box, common))
    return both / (old.area + new.area - both)


def _part(pixels: BoolMask, box: Box, common: Box) -> BoolMask:
    """The part of a mask, whose pixels lie in `box`, that lies in `common`."""
    left, top, right, bottom = (each - box[axis % 2] for axis, each in enumerate(common))
    return pixels[top : bottom + 1, left : right + 1]
