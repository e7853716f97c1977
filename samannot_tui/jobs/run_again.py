"""One run made anew, at the old one's pace: what a person did meanwhile finds the same frames done."""

from collections.abc import Sequence
from typing import Literal

from samannot_tui.engine.doing_again import Reached, cut, memories_used, reached
from samannot_tui.engine.job import JobPass
from samannot_tui.engine.protocol import Tracked
from samannot_tui.engine.reach import WAYS, Way
from samannot_tui.engine.recorder import RunRecorder
from samannot_tui.engine.remote import RemoteEngine
from samannot_tui.session import events as ev
from samannot_tui.session.commands import EndRun
from samannot_tui.session.plan import Plan
from samannot_tui.session.recorded import Recorded
from samannot_tui.session.store import Session


class RunAgain:
    """A run of the new session that goes on as the old one did."""

    def __init__(
        self,
        recorded: Recorded,
        old: ev.RunStarted,
        session: Session,
        engine: RemoteEngine,
        run: int,
        plan: Plan,
        passes: Sequence[JobPass],
    ) -> None:
        """Begin.

        Args:
            recorded, old: the session and the run that it stands for.
            run, plan: of the new session, where it has been started.
            passes: the plan's, filled in.
        """
        self._recorded = recorded
        self._old = old
        self._session = session
        self._recorder = RunRecorder(session, run, plan)
        ended = list(enumerate(passes))
        if recorded.outcome(old.seq) != "finished":
            ends = self._reached(recorded.log_length(old.seq), memories_used(recorded.events).get(old.seq, {}))
            cuts = ((number, cut(each, ends[each.direction])) for number, each in ended if each.direction in ends)
            ended = [(number, sweep) for number, sweep in cuts if sweep]
        self._numbers = [number for number, _ in ended]
        self._ways: list[Way] = [sweep.direction for _, sweep in ended]
        remember = plan.direction != "frame"
        self._frames = engine.track(run, tuple(sweep for _, sweep in ended), remember=remember)
        self._next: Tracked | None = next(self._frames, None)

    def _reached(self, log_length: int, memories: Reached) -> Reached:
        """How far the old one's passes were when the log had that length."""
        index = self._recorded.masks.index
        return reached(self._old.plan, index, index.of_run(self._old.seq, 0, log_length), memories)

    def go_on(self, log_length: int) -> None:
        """Track and commit up to where the old one was when its log had that length."""
        ends = self._reached(log_length, {})
        if ends:
            self._track_to(max(_place(way, frame) for way, frame in ends.items()))
            self._recorder.commit()

    def end(self, outcome: Literal["finished", "ended"]) -> None:
        """Track the rest, hand points over where that is due, and end."""
        self._track_to(None)
        self._recorder.commit()
        if outcome == "finished":
            hand_over, run = self._recorder.hand_over, self._recorder.run
            self._session.submit_all(lambda state, live: hand_over.commands(run, state, live))
        self._session.submit(EndRun(self._recorder.run, outcome))

    def _track_to(self, last: tuple[int, int] | None) -> None:
        while self._next and (last is None or _place(self._ways[self._next.sweep], self._next.frame) <= last):
            tracked = self._next
            self._recorder.add(self._numbers[tracked.sweep], tracked.frame, tracked.masks)
            self._next = next(self._frames, None)


def _place(way: Way, frame: int) -> tuple[int, int]:
    """Rising in the order in which a run comes to its frames."""
    order = WAYS["both"].index(way)
    return order, frame if way == "forward" else -frame
