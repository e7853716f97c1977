"""Blocks that went on from what has been replaced since: their masks stand, but a run would give others now."""

from collections import defaultdict

import numpy as np

from samannot_tui.engine.continuations import stands
from samannot_tui.engine.reach import Way
from samannot_tui.session import events as ev
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.plan import LabelPlan
from samannot_tui.session.state import State


def stale_blocks(state: State, live: LiveMasks) -> tuple[int, ...]:
    """Numbers of such blocks, counted from 0, rising: whatever they took over, masks, memory or points.

    A property of the annotation as it stands: running a block again or undoing what replaced its beginning takes
    it away.
    """
    runs: dict[int, list[int]] = defaultdict(list)
    for run, label in stale_runs(state, live):
        runs[label].append(run)
    # By run rather than by searching: this is asked for after every change, of 20,000 frames and 50 labels too.
    is_stale = np.zeros(1 + max(state.runs, default=0), np.bool_)
    frames = np.zeros(live.frame_count, np.bool_)
    for label, stale in runs.items():
        is_stale[stale] = True
        made_by = live.index.run[live.records(label)]
        # A stranger's mask log may name any run.
        frames |= is_stale[np.where(made_by < len(is_stale), made_by, 0)]
        is_stale[stale] = False
    return tuple(np.unique(np.flatnonzero(frames) // state.settings.block_size).tolist())


def stale_runs(state: State, live: LiveMasks) -> set[tuple[int, int]]:
    """(run, label) of each label of a run that went on from what has been replaced since."""
    stale: set[tuple[int, int]] = set()
    # In the order in which they ran: what a run took over was there before it.
    for run in state.runs.values():
        for sweep in run.plan.passes:
            for planned in sweep.labels:
                if _took_over_what_is_gone(planned, sweep.direction, state, live, stale):
                    stale.add((run.id, planned.label))
    return stale


def _took_over_what_is_gone(
    planned: LabelPlan, way: Way, state: State, live: LiveMasks, stale: set[tuple[int, int]]
) -> bool:
    label, continued = planned.label, planned.continues
    if continued:
        return not stands(continued, way, label, state, live) or (continued.run, label) in stale
    began = next((source for source in planned.sources if source.frame == planned.start), None)
    if began is None:
        return False
    if began.prompts:
        by = {seq: _handed_over_by(seq, state) for seq in began.prompts}
        return any(run and (seq not in state.prompts or (run, label) in stale) for seq, run in by.items())
    inside = any(span.first <= began.frame <= span.last for span in planned.writes)
    replaced = began.record != live.record(began.frame, label)
    return not inside and (replaced or (_run_on(began.frame, label, live), label) in stale)


def _run_on(frame: int, label: int, live: LiveMasks) -> int | None:
    record = live.record(frame, label)
    return None if record is None else int(live.index.run[record])


def _handed_over_by(seq: int, state: State) -> int | None:
    added = state.event(seq)
    return added.auto if isinstance(added, ev.PromptAdded) else None
