"""Whether a run has been made already: so that a chain taken up again goes on where it ended."""

from collections.abc import Collection

import numpy as np

from samannot_tui.engine.blocks import block_of
from samannot_tui.engine.continuations import planned_in
from samannot_tui.engine.reach import Way
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.plan import LabelPlan, Plan, Source, Span
from samannot_tui.session.state import State


def is_carried_out(
    plan: Plan, state: State, live: LiveMasks, engine: EngineInfo | None, stale: Collection[tuple[int, int]]
) -> bool:
    """Whether all that a plan would write was written by runs of this engine from the same sources, and still stands.

    Args:
        engine: None where it is not known yet which one will run; then any engine's masks count.
        stale: runs, with the label, that went on from what has been replaced since; see `engine.stale`.
    """
    block = block_of(plan.start, state.settings.block_size, live.frame_count)

    def stands(run: int, planned: LabelPlan, way: Way) -> bool:
        before = planned_in(state, run, way, planned.label)
        return (
            before is not None
            and (run, planned.label) not in stale
            and engine in (None, state.runs[run].engine)
            and _own(before.sources, block, plan.barriers) == _own(planned.sources, block, plan.barriers)
        )

    return all(
        all(stands(run, planned, sweep.direction) for run in _writers(planned, live))
        for sweep in plan.passes
        for planned in sweep.labels
    )


def _writers(planned: LabelPlan, live: LiveMasks) -> set[int]:
    """The runs whose masks are live where the label is to be written; 0 stands for none."""
    runs = live.index.run[live.records(planned.label)]
    return set(np.concatenate([runs[span.first : span.last + 1] for span in planned.writes]).tolist())


def _own(sources: Collection[Source], block: Span, barriers: Collection[int]) -> tuple[Source, ...]:
    """Sources but for the mask that the neighbouring block hands over, which the same memory may stand for."""
    return tuple(each for each in sources if block.first <= each.frame <= block.last or each.frame in barriers)
