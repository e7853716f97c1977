"""What the timeline shows, as arrays over screen columns: pure, so that it is tested without a screen."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from samannot_tui.session.live import Kinds, LiveMasks, MaskKind
from samannot_tui.session.state import State

FEWEST_FRAMES = 16
"""A timeline is not zoomed in further."""
NARROWEST_BLOCK = 4
"""Columns; where each begins is not marked on narrower ones."""
Columns = npt.NDArray[np.bool_]
Frames = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Window:
    """The frames that a timeline shows: `count` of them, from `first` on."""

    first: int
    count: int

    def column_of(self, frame: int, columns: int) -> int:
        """The screen column that shows a frame, the first of them where a frame is wider than a column."""
        return int(_starting(np.array([frame - self.first]), self.count, columns)[0])

    def frame_at(self, column: int, columns: int) -> int:
        """The first frame that a screen column shows; columns outside count as the nearest one inside."""
        return self.first + int(_first_frames(self.count, columns)[min(max(column, 0), columns - 1)])

    def resized(self, count: int, frame: int, frame_count: int) -> "Window":
        """With `count` frames, `frame` where it was on the screen, as far as the video's ends allow."""
        before = (frame - self.first) * count // self.count
        return Window(min(max(frame - before, 0), frame_count - count), count)

    def showing(self, frame: int, frame_count: int) -> "Window":
        """As it is where it shows `frame`, else with that in the middle, as far as the video's ends allow."""
        if self.first <= frame < self.first + self.count:
            return self
        return Window(min(max(frame - self.count // 2, 0), frame_count - self.count), self.count)


def window_size(zoom: int, frame_count: int) -> int:
    """Frames that a timeline of `frame_count` frames shows, magnified so many times."""
    return max(-(-frame_count // zoom), min(FEWEST_FRAMES, frame_count))


@dataclass(frozen=True, eq=False)
class Facts:
    """What there is to show of a video, by frame: bool (frames,), and MaskKind uint8 (frames,)."""

    masks: Kinds
    active_masks: Kinds
    prompts: Frames
    active_prompts: Frames
    barriers: Frames
    features: Frames
    stale: Frames
    flags: Frames
    active_flags: Frames
    block_size: int


def facts(
    state: State,
    live: LiveMasks,
    active: int | None,
    stale_blocks: Collection[int] = (),
    flagged: Callable[[int], npt.NDArray[np.intp]] = lambda label: np.zeros(0, np.intp),
) -> Facts:
    """All of it takes milliseconds in a large session: to be kept until the annotation or `active` changes.

    `flagged` gives the frames on which a label's mask is flagged.
    """
    frame_count, size = live.frame_count, state.settings.block_size

    def at(frames: Iterable[int]) -> Frames:
        found = np.zeros(frame_count, np.bool_)
        found[np.fromiter(frames, np.intp)] = True
        return found

    stale = np.zeros(-(-frame_count // size), np.bool_)
    stale[[block for block in stale_blocks if block < len(stale)]] = True
    features = state.features.get(active, {}) if active is not None else {}
    flags = np.zeros(frame_count, np.bool_)
    for label in state.labels:
        flags[flagged(label)] = True
    return Facts(
        masks=live.kinds(None),
        active_masks=live.kinds(active) if active is not None else np.zeros(frame_count, np.uint8),
        prompts=at(frame for label in state.labels for frame in state.prompted_frames(label)),
        active_prompts=at(state.prompted_frames(active) if active is not None else ()),
        barriers=at(state.barriers),
        features=at(frame for feature in features.values() for frame in feature.frames),
        stale=np.repeat(stale, size)[:frame_count],
        flags=flags,
        active_flags=at(flagged(active) if active is not None else ()),
        block_size=size,
    )


@dataclass(frozen=True, eq=False)
class Tracks:
    """Each field is an array over columns: does the column hold a frame that has this, or the highest MaskKind.

    Of the `whole` ones all frames of the column have a mask or "absent". `block_start` are the columns where a
    block other than the first begins; none where blocks are too narrow for that.
    """

    masks: Kinds
    whole: Columns
    active_masks: Kinds
    active_whole: Columns
    prompts: Columns
    active_prompts: Columns
    barriers: Columns
    features: Columns
    stale: Columns
    flags: Columns
    active_flags: Columns
    block_start: Columns


def tracks(facts: Facts, window: Window, columns: int) -> Tracks:
    """The frames of `window` on `columns` screen columns."""
    shown = slice(window.first, window.first + window.count)

    def highest(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return _gathered(values[shown], columns, np.maximum)

    def starts(frames: npt.NDArray[np.intp]) -> Columns:
        return _starts(frames, window.count, columns)

    block = facts.block_size
    first_block = -(-max(window.first, 1) // block) * block
    block_starts = np.arange(first_block, shown.stop, block) - window.first
    return Tracks(
        masks=highest(facts.masks),
        whole=_gathered(facts.masks[shown], columns, np.minimum) > MaskKind.NONE,
        active_masks=highest(facts.active_masks),
        active_whole=_gathered(facts.active_masks[shown], columns, np.minimum) > MaskKind.NONE,
        prompts=highest(facts.prompts),
        active_prompts=highest(facts.active_prompts),
        barriers=starts(np.flatnonzero(facts.barriers[shown])),
        features=starts(np.flatnonzero(facts.features[shown])),
        stale=highest(facts.stale),
        flags=highest(facts.flags),
        active_flags=highest(facts.active_flags),
        block_start=starts(block_starts if block * columns >= NARROWEST_BLOCK * window.count else block_starts[:0]),
    )


def spanned(first: int, last: int, window: Window, columns: int) -> Columns:
    """The columns that show any of the frames from `first` to `last`."""
    shown = _first_frames(window.count, columns) + window.first
    ends = np.append(shown[1:], window.first + window.count)
    covered: Columns = (shown <= last) & (np.maximum(ends - 1, shown) >= first)
    return covered


def _starting(frames: npt.NDArray[np.intp], count: int, columns: int) -> npt.NDArray[np.intp]:
    return frames * columns // count if count > columns else -(-frames * columns // count)


def _first_frames(count: int, columns: int) -> npt.NDArray[np.intp]:
    """The first frame of each column, counted from the window's."""
    at = np.arange(columns)
    return -(-at * count // columns) if count > columns else at * count // columns


def _starts(frames: npt.NDArray[np.intp], count: int, columns: int) -> Columns:
    """One column for each frame, also where a frame is wider than a column."""
    result = np.zeros(columns, np.bool_)
    result[_starting(frames, count, columns)] = True
    return result


def _gathered(values: npt.NDArray[Any], columns: int, combine: np.ufunc) -> npt.NDArray[Any]:
    """The values of each column's frames as one; a frame wider than a column counts in all of its columns."""
    first = _first_frames(len(values), columns)
    gathered: npt.NDArray[Any] = combine.reduceat(values, first) if len(values) > columns else values[first]
    return gathered
