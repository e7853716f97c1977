"""The frozen plan of a run: which frames, which labels, driven by what. Made by `engine.planner`."""

from typing import Literal

import msgspec

Direction = Literal["forward", "backward", "both", "frame"]
Transition = Literal["carry", "mask", "points", "off"]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What drives a label on one frame: a set of prompts (by seq, with an optional base) or a mask.

    Exactly one of the two: `prompts` not empty (then `record` is the set's base mask or None), or
    `prompts` empty and `record` the record id of the mask that is the source.
    """

    frame: int
    prompts: tuple[int, ...] = ()
    record: int | None = None


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Frames `first`..`last`, both included, first <= last whatever the direction."""

    first: int
    last: int


class Continued(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The engine memory that a run goes on from: what run `run` left behind at `frame`."""

    run: int
    frame: int


class LabelPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One label in one pass.

    `start` is the frame where its tracking begins: that of a source or, with `carried`, the first frame after
    the memory that it `continues`. `sources` are all that its reach holds, in the order of travel, those
    before `start` and after the last frame too: an engine may condition on them throughout. Frames outside
    `writes` are tracked, never written.
    """

    label: int
    start: int
    sources: tuple[Source, ...]
    writes: tuple[Span, ...]
    carried: bool = False
    continues: Continued | None = None


class Pass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sweep over `first`..`last` in steps of one: ascending when forward, else descending.

    `ahead` is the look-ahead: the frame just beyond, in the next block, on which the labels are tracked too;
    what is found there becomes points, never masks.
    """

    direction: Literal["forward", "backward"]
    first: int
    last: int
    labels: tuple[LabelPlan, ...]
    ahead: int | None = None

    @property
    def frame_count(self) -> int:
        """Frames that are tracked, the look-ahead included."""
        return self.last - self.first + 1 + (self.ahead is not None)


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one run will do; a replay needs nothing later than this.

    `barriers` are those that bound the reach, `transition` is how the block boundary was crossed
    ("carry" only when memory really is carried), `continues` the newest memory that any label goes on from,
    `notices` what the person was told before it started.
    """

    direction: Direction
    start: int
    passes: tuple[Pass, ...]
    barriers: tuple[int, ...]
    transition: Transition
    continues: Continued | None
    unsourced: tuple[int, ...]
    notices: tuple[str, ...]
