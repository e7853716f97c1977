"""From an annotation to the frozen plan of a run: what section 5 of the design calls runs and transitions.

Pure: nothing here touches an engine, a video or a disk, and the same annotation gives the same plan.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from samannot_tui.engine.blocks import block_of
from samannot_tui.engine.continuations import Memory
from samannot_tui.engine.passes import PassPlanner, Remarks
from samannot_tui.engine.reach import WAYS, Reach, Way, bounding_barriers, find_reach
from samannot_tui.engine.sources import Sources
from samannot_tui.errors import InputError
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.plan import Direction, LabelPlan, Pass, Plan, Span, Transition
from samannot_tui.session.state import State

Extent = Literal["block", "all"] | int

# Of several ways in which labels cross into a block, the one that a plan names.
_TOLD_FIRST: tuple[Transition, ...] = ("carry", "mask", "points")


@dataclass(frozen=True)
class RunRequest:
    """What a person asks for: propagate from frame `start`.

    Attributes:
        labels: ids of the labels to run; None for all.
        overwrite_edits: write over a person's own masks ahead of the start; they are no sources then.
        extent: how far, in each direction: to the end of the block, over so many frames from the start on, or on to
            the video's end ("all"); a barrier ends it before. Beyond its block a request is a chain of runs, one
            for each block, each an undo step of its own: see `engine.chain`. Of no account for "frame".
    """

    start: int
    direction: Direction
    labels: tuple[int, ...] | None = None
    overwrite_edits: bool = False
    extent: Extent = "block"

    @property
    def frames(self) -> int | None:
        """How many frames at most, in each direction; None where it is not a number that ends it."""
        return self.extent if isinstance(self.extent, int) else None


class NothingToRunError(InputError):
    """The request is sound, but there is nothing that a run could write."""


def plan_run(
    state: State, live: LiveMasks, frame_count: int, request: RunRequest, memories: Collection[Memory] = ()
) -> Plan:
    """The plan of a run that starts now, in the block of its start whatever the request's extent.

    Args:
        memories: what is kept of earlier passes of the engine that is to run.

    Raises:
        NothingToRunError: no label has both a source and a frame to write; says why and what to do.
        InputError: there is no such frame or label, it is to go over no frame, or a run is going on.
    """
    if state.active_run:
        raise InputError("A run is going on; end it, or wait for it, before you start another.")
    if not 0 <= request.start < frame_count:
        raise InputError(f"There is no frame {request.start}; the video has frames 0 to {frame_count - 1}.")
    if request.frames is not None and request.frames < 1:
        raise InputError(f"A run cannot go over {request.frames} frames; give 1 or more.")
    labels = labels_asked_for(state, request.labels)
    if not labels:
        raise NothingToRunError("There is no label to run; add one, prompt it on a frame, then run.")
    if request.direction == "frame":
        return _plan_frame(state, live, request, labels)
    return _plan_sweeps(state, live, frame_count, request, labels, memories)


def reach_of(state: State, frame_count: int, request: RunRequest, way: Way) -> Reach | None:
    """How far a request's first run goes in a direction; None where a barrier at its start leaves it no frame."""
    block = block_of(request.start, state.settings.block_size, frame_count)
    return find_reach(way, request.start, block, state.barriers, frame_count, request.frames)


def labels_asked_for(state: State, labels: tuple[int, ...] | None) -> tuple[int, ...]:
    """Ids of those labels, or of all where none are named; rising.

    Raises:
        InputError: there is no such label.
    """
    found = tuple(sorted(state.labels if labels is None else set(labels)))
    for label in found:
        if label not in state.labels:
            raise InputError(f"There is no label {label}; add one first.")
    return found


def _plan_sweeps(
    state: State,
    live: LiveMasks,
    frame_count: int,
    request: RunRequest,
    labels: tuple[int, ...],
    memories: Collection[Memory],
) -> Plan:
    found = (reach_of(state, frame_count, request, way) for way in WAYS[request.direction])
    reaches = [reach for reach in found if reach]
    if not reaches:
        block = block_of(request.start, state.settings.block_size, frame_count)
        raise NothingToRunError(
            f"Frame {request.start} is a barrier with no frame to write beside it in its block "
            f"({block.first} to {block.last}); start from another frame."
        )
    planner = PassPlanner(state, live, memories, overwrite_edits=request.overwrite_edits)
    passes = tuple(sweep for reach in reaches if (sweep := planner.plan(reach, labels)))
    plans = [plan for sweep in passes for plan in sweep.labels]
    unsourced = tuple(label for label in labels if label not in {plan.label for plan in plans})
    for label in unsourced:
        planner.remarks.add(_why_left_alone(label in planner.kept, reaches), label)
    notices = planner.remarks.sentences(state)
    if not passes:
        raise NothingToRunError(_nothing_to_run(notices, unsourced_only=not planner.kept))
    transition: Transition = next((way for way in _TOLD_FIRST if way in planner.crossed), "off")
    barriers = sorted(set[int]().union(*(bounding_barriers(reach, state.barriers) for reach in reaches)))
    continued = [plan.continues for plan in plans if plan.continues]
    continues = max(continued, key=lambda each: each.run, default=None)
    return Plan(request.direction, request.start, passes, tuple(barriers), transition, continues, unsourced, notices)


def _why_left_alone(kept: bool, reaches: Sequence[Reach]) -> str:
    frames = [frame for reach in reaches for frame in (reach.begin, reach.stop)]
    first, last = min(frames), max(frames)
    if kept:
        return f"Nothing to write on frames {first} to {last} that a person has not edited, left alone"
    return f"No prompt or mask to start from on frames {first} to {last}, left alone"


def _nothing_to_run(notices: tuple[str, ...], *, unsourced_only: bool) -> str:
    remedy = "Prompt a label on one of these frames" if unsourced_only else "Prompt another label or clear edited masks"
    return " ".join(("There is nothing to run.", *notices, f"{remedy}, then run."))


def _plan_frame(state: State, live: LiveMasks, request: RunRequest, labels: tuple[int, ...]) -> Plan:
    frame = request.start
    if frame in state.barriers:
        raise InputError(f"Frame {frame} is a barrier, which no run writes; clear the barrier, or pick another frame.")
    sources, remarks = Sources(state, live), Remarks()
    planned = []
    for label in labels:
        source = sources.prompted(frame, label)
        if source and (request.overwrite_edits or not sources.is_edited(frame, label)):
            planned.append(LabelPlan(label, frame, (source,), (Span(frame, frame),)))
        elif source:
            remarks.add(f"Edited by a person on frame {frame}, left alone", label)
        elif sources.is_mute(frame, label):
            remarks.add(f"Only negative points on frame {frame}, which compute nothing", label)
        else:
            remarks.add(f"No prompt on frame {frame}, left alone", label)
    notices = remarks.sentences(state)
    if not planned:
        raise NothingToRunError(" ".join(("There is nothing to run.", *notices, "Prompt a label there, then run.")))
    sourced = {plan.label for plan in planned}
    unsourced = tuple(label for label in labels if label not in sourced)
    sweep = Pass("forward", frame, frame, tuple(planned))
    return Plan("frame", frame, (sweep,), (), "off", None, unsourced, notices)
