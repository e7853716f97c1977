"""The engine contract: prompts in, masks out. Every engine is one more folder beside this file.

An engine runs in the worker's process (`engine.worker`), never in the one that draws the screen.
Frames are absolute indices into the whole video; coordinates are pixels, x right, y down.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from samannot_tui.masks.rle import BoolMask
from samannot_tui.media.source import FrameSource
from samannot_tui.session.events import EngineInfo

Arrays = Mapping[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, eq=False)
class PromptSet:
    """All of one label's prompts on one frame; applied together, they give one mask, reproducibly.

    Attributes:
        points: (x, y, positive) clicks.
        boxes: XYXY, positive; the mask of several is their union.
        mask: union of the mask prompts, bool (height, width), or None. With nothing else, it is the result.
        base: the mask that the prompts refine, bool (height, width), or None.
    """

    label: int
    frame: int
    points: tuple[tuple[float, float, bool], ...] = ()
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    mask: BoolMask | None = None
    base: BoolMask | None = None


@dataclass(frozen=True, eq=False)
class LabelResult:
    """One label on one frame.

    Attributes:
        mask: bool (height, width), empty where the instance is absent.
        object_score: is it there? A logit: > 0 present, <= 0 absent.
        quality: predicted quality of the mask (an estimate of its IoU), 0 to 1.
        source: "prompted" where a prompt set or mask of this very frame made it, else "propagated".
    """

    label: int
    mask: BoolMask
    object_score: float
    quality: float
    source: Literal["prompted", "propagated"]


@dataclass(frozen=True, eq=False)
class FrameResult:
    frame: int
    results: tuple[LabelResult, ...]


@dataclass(frozen=True, eq=False)
class TrackedLabel:
    """One label of a pass.

    Attributes:
        start: frame where tracking begins; no result is given for the label before it.
        prompts: its prompt sets and source masks (a PromptSet with only `mask`) in the whole reach, in the
            order of travel; some may lie before `start` or beyond the pass's last frame. An engine either
            conditions on all of them throughout (sam2), or applies each from its own frame on (flow); with
            neither `carried` nor a prompt at `start`, there is nothing to track before the first one ahead.
        carried: go on from the memory that the tracker holds for this label, made at the frame just
            before `start` in the direction of travel. Prompts before `start` are already in that memory.
    """

    label: int
    start: int
    prompts: tuple[PromptSet, ...]
    carried: bool = False


@dataclass(frozen=True, eq=False)
class TrackPass:
    """One sweep: frames `first`..`last` (first <= last), visited upwards when forward, else downwards."""

    direction: Literal["forward", "backward"]
    first: int
    last: int
    labels: tuple[TrackedLabel, ...]


class Tracker(Protocol):
    """An engine with a video opened. Used from one thread."""

    def segment(self, prompts: Sequence[PromptSet]) -> tuple[LabelResult, ...]:
        """Masks for prompt sets that all lie on one frame; the tracker's memory is left as it was.

        Raises:
            ValueError: a set computes nothing (negative points alone without a base, or no prompt at all).
        """
        ...

    def propagate(self, sweep: TrackPass) -> Iterator[FrameResult]:
        """Yield one FrameResult for each frame of the pass from the first `start` on, in order.

        Labels that are not `carried` start from nothing; memory of labels outside the pass is dropped.
        The iterator may be closed at any frame; memory then stands at the last frame yielded.
        """
        ...

    def snapshot(self, label: int) -> Arrays:
        """The memory of one label as named plain arrays (numbers only, no object dtype), enough to go on from.

        Raises:
            ValueError: the tracker holds no memory of this label.
        """
        ...

    def restore(self, label: int, arrays: Arrays) -> None:
        """Take back what `snapshot` gave, also in another process; memory of other labels is left alone.

        Raises:
            ValueError: the arrays are not such a snapshot, or not of a video of this size.
        """
        ...

    def close(self) -> None: ...


class Engine(Protocol):
    """A way to track, its model loaded; `info` answers before any video is open.

    Attributes:
        notices: sentences that the person should read about how it runs here.
    """

    info: EngineInfo
    notices: tuple[str, ...]

    def open(self, frames: FrameSource) -> Tracker: ...
