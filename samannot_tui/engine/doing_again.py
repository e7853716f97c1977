"""A run done again: what was asked for, how far each of its passes came, and passes that end there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec
import numpy as np
import numpy.typing as npt

from samannot_tui.engine.job import JobPass
from samannot_tui.engine.planner import Extent, RunRequest, reach_of
from samannot_tui.engine.reach import Way
from samannot_tui.masks.index import MaskIndex
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.plan import Pass, Plan, Span
from samannot_tui.session.state import State

Reached = Mapping[Way, int]
"""The last frame of each of a run's passes; a pass that is not named did nothing."""


def request_of(plan: Plan, state: State, live: LiveMasks) -> RunRequest:
    """What a person asked for who got this plan of the annotation as it was then; of a chain, this run alone."""
    planned = [each for sweep in plan.passes for each in sweep.labels]
    labels = tuple(sorted({each.label for each in planned} | set(plan.unsourced)))
    writes_edits = any(
        span.first <= frame <= span.last
        for each in planned
        for frame in live.edited_frames(each.label).tolist()
        for span in each.writes
    )
    request = RunRequest(plan.start, plan.direction, labels, overwrite_edits=writes_edits)
    return replace(request, extent=_extent(plan, request, state, live.frame_count))


def _extent(plan: Plan, request: RunRequest, state: State, frame_count: int) -> Extent:
    """Over how many frames: only a pass that stops before its block does tells."""
    for sweep in plan.passes if plan.direction != "frame" else ():
        reach = reach_of(state, frame_count, request, sweep.direction)
        stop = sweep.last if sweep.direction == "forward" else sweep.first
        if reach and reach.stop != stop:
            return max(1, reach.order(stop) + 1)
    return "block"


def reached(plan: Plan, index: MaskIndex, records: npt.NDArray[np.int32], memories: Reached) -> Reached:
    """How far the passes of a run went that wrote just these records and left memories at these frames.

    Frames that were tracked beyond the last mask are not known, nor does anything depend on them.
    """
    found: dict[Way, int] = {}
    for sweep in plan.passes:
        frames = index.frame[records][_written_by(sweep, index, records)].tolist()
        frames += [memories[sweep.direction]] if sweep.direction in memories else []
        if frames:
            found[sweep.direction] = max(frames) if sweep.direction == "forward" else min(frames)
    return found


def _written_by(sweep: Pass, index: MaskIndex, records: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Which records this pass wrote: no two passes of a run write the same label and frame."""
    written = np.zeros(len(records), np.bool_)
    for each in sweep.labels:
        for span in each.writes:
            written |= (index.label[records] == each.label) & _within(span, index.frame[records])
    return written


def _within(span: Span, frames: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    inside: npt.NDArray[np.bool_] = (frames >= span.first) & (frames <= span.last)
    return inside


def memories_used(events: Sequence[AnyEvent]) -> dict[int, dict[Way, int]]:
    """Of each run that later ones went on from, the frames of the memories that they took, by direction."""
    used: dict[int, dict[Way, int]] = {}
    for event in events:
        for sweep in event.plan.passes if isinstance(event, ev.RunStarted) else ():
            for continued in filter(None, (planned.continues for planned in sweep.labels)):
                used.setdefault(continued.run, {})[sweep.direction] = continued.frame
    return used


def cut(sweep: JobPass, frame: int) -> JobPass | None:
    """The pass up to `frame` in its direction; None where it would not come to any."""
    if sweep.direction == "forward":
        ended = msgspec.structs.replace(sweep, last=min(sweep.last, frame))
    else:
        ended = msgspec.structs.replace(sweep, first=max(sweep.first, frame))
    if ended.first > ended.last:
        return None
    whole = (ended.first, ended.last) == (sweep.first, sweep.last)
    return sweep if whole else msgspec.structs.replace(ended, ahead=None)
