"""Blocks that went on from what has been replaced since: their masks stand, but a run would give others now."""

from samannot_tui.engine.continuations import stands
from samannot_tui.engine.reach import Way
from samannot_tui.session import events as ev
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.plan import LabelPlan
from samannot_tui.session.state import State


def stale_blocks(state: State, live: LiveMasks) -> tuple[int, ...]:
    """Numbers of such blocks, counted from 0, rising: whatever they took over, masks, memory or points."""
    stale: set[tuple[int, int]] = set()
    # In the order in which they ran: what a run took over was there before it.
    for run in state.runs.values():
        for sweep in run.plan.passes:
            for planned in sweep.labels:
                if _took_over_what_is_gone(planned, sweep.direction, state, live, stale):
                    stale.add((run.id, planned.label))
    size = state.settings.block_size
    return tuple(
        sorted(
            {
                int(frame) // size
                for run_id, label in stale
                for frame in live.frames(label)
                if _run_on(int(frame), label, live) == run_id
            }
        )
    )


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
    return None if record is None else live.index.row(record).run


def _handed_over_by(seq: int, state: State) -> int | None:
    added = state.event(seq)
    return added.auto if isinstance(added, ev.PromptAdded) else None
