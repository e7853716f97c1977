"""How far a run may go: the active block, cut by the barriers around the run's start."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from samannot_tui.session.plan import Direction, Span

Way = Literal["forward", "backward"]
WAYS: dict[Direction, tuple[Way, ...]] = {
    "forward": ("forward",),
    "backward": ("backward",),
    "both": ("forward", "backward"),
    "frame": (),
}


@dataclass(frozen=True)
class Reach:
    """The frames of one pass and where in them its run starts.

    Attributes:
        way: direction of travel.
        span: frames that may be written; never a barrier.
        start: the frame from which on all are written; those before it in `way` are the lead-in.
        edge: the frame just before the span in `way`, from which a label may be taken over; None where the
            video begins (or, backward, ends).
        barrier: whether `edge` is a barrier.
        beyond: the frame just after the span in `way`, where the neighbouring block begins; None where a barrier
            or the video's end closes the reach.
        stop: the last frame that the pass tracks; before the span's end where it is to go over fewer frames. What
            lies behind it drives the labels all the same, as if the run had been ended there.
    """

    way: Way
    span: Span
    start: int
    edge: int | None
    barrier: bool
    beyond: int | None
    stop: int

    @property
    def step(self) -> int:
        """Frames from one to the next: 1 or -1."""
        return 1 if self.way == "forward" else -1

    @property
    def begin(self) -> int:
        """The span's first frame in the direction of travel."""
        return self.span.first if self.way == "forward" else self.span.last

    @property
    def end(self) -> int:
        """The span's last frame in the direction of travel."""
        return self.span.last if self.way == "forward" else self.span.first

    def order(self, frame: int) -> int:
        """Steps of travel from `start` to `frame`; negative in the lead-in."""
        return (frame - self.start) * self.step


def find_reach(
    way: Way, start: int, block: Span, barriers: AbstractSet[int], frame_count: int, frames: int | None = None
) -> Reach | None:
    """The reach of a pass from `start` in `block`; None where a barrier at `start` leaves it no frame.

    Started on a barrier, the pass begins at the next frame in its direction. It stops after `frames` frames from
    there on, if that is before the reach ends.
    """
    step = 1 if way == "forward" else -1
    if start in barriers:
        start += step
        if start in barriers or not block.first <= start <= block.last:
            return None
    low = max((frame + 1 for frame in barriers if frame < start), default=0)
    high = min((frame - 1 for frame in barriers if frame > start), default=frame_count - 1)
    span = Span(max(low, block.first), min(high, block.last))
    edge, beyond = (span.first - 1, span.last + 1) if way == "forward" else (span.last + 1, span.first - 1)
    ahead = span.last - start if way == "forward" else start - span.first
    return Reach(
        way,
        span,
        start,
        edge if 0 <= edge < frame_count else None,
        edge in barriers,
        beyond if 0 <= beyond < frame_count and beyond not in barriers else None,
        start + step * (ahead if frames is None else min(ahead, frames - 1)),
    )


def bounding_barriers(reach: Reach, barriers: AbstractSet[int]) -> set[int]:
    """The barriers that touch the reach."""
    return {reach.span.first - 1, reach.span.last + 1} & set(barriers)


def stretches(block: Span, barriers: AbstractSet[int]) -> list[Span]:
    """The parts into which barriers cut a block, in rising order, barriers themselves left out."""
    cuts = [block.first - 1, *sorted(frame for frame in barriers if block.first <= frame <= block.last), block.last + 1]
    return [Span(before + 1, after - 1) for before, after in pairwise(cuts) if after - before > 1]
