"""One run's results on their way into the session: filtered by the plan, committed in groups."""

import time
from collections.abc import Callable, Sequence

from samannot_tui.engine.handover import HandOver
from samannot_tui.engine.pace import Pace
from samannot_tui.engine.protocol import LabelMask
from samannot_tui.engine.reports import Progressed
from samannot_tui.masks.log import NewMask
from samannot_tui.session.commands import ProgressRun
from samannot_tui.session.plan import Plan, Span
from samannot_tui.session.store import Session

COMMIT_SECONDS = 0.25


class RunRecorder:
    """Writes a run's frames as they come; what it has reported as done survives anything that happens later.

    Attributes:
        run: the run's id.
        plan: its plan.
        hand_over: what its look-ahead found for the next block.
    """

    def __init__(
        self,
        session: Session,
        run: int,
        plan: Plan,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.run = run
        self.plan = plan
        self.hand_over = HandOver(plan)
        self._session = session
        self._clock = clock
        self._pace = Pace(clock())
        self._committed_at = clock()
        self._uncommitted = 0
        self._done = 0
        self._total = sum(sweep.frame_count for sweep in plan.passes)
        self._writes = [{each.label: each.writes for each in sweep.labels} for sweep in plan.passes]

    def add(self, sweep: int, frame: int, masks: Sequence[LabelMask]) -> None:
        """Take in one tracked frame; only cells that the plan writes are kept.

        Raises:
            JobError: the disk failed.
        """
        writes = self._writes[sweep]
        kept = [self._new_mask(frame, each) for each in masks if covers(writes.get(each.label, ()), frame)]
        if kept:
            self._session.append_masks(kept)
        self.hand_over.take(sweep, frame, masks)
        self._done += 1
        self._uncommitted += 1
        self._pace.frame(self._clock())

    def _new_mask(self, frame: int, mask: LabelMask) -> NewMask:
        return NewMask(
            frame=frame,
            label=mask.label,
            rle=mask.rle,
            object_score=mask.object_score,
            quality=mask.quality,
            source=mask.source,
            run=self.run,
        )

    def rest(self) -> None:
        """The run was paused until now."""
        self._pace.rest(self._clock())

    def seconds_to_commit(self) -> float | None:
        """How long the frames so far may still wait for their commit; None where there are none."""
        if not self._uncommitted:
            return None
        return max(0.0, self._committed_at + COMMIT_SECONDS - self._clock())

    def commit(self) -> None:
        """Make the frames so far durable and live.

        Raises:
            JobError: the disk failed.
        """
        if self._uncommitted:
            self._session.submit(ProgressRun(self.run, self._session.masks.length))
            self._uncommitted = 0
        self._committed_at = self._clock()

    def progress(self) -> Progressed:
        """How far the run is, as of the last commit."""
        done = self._done - self._uncommitted
        return Progressed(done, self._total, self._pace.seconds_left(self._total - done))


def covers(spans: Sequence[Span], frame: int) -> bool:
    """Whether the frame lies in one of the spans."""
    return any(span.first <= frame <= span.last for span in spans)
