"""The runner's thread from the inside: one worker, at most one run, predictions in between."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

import msgspec

from samannot_tui.engine.annotation import Annotation
from samannot_tui.engine.continuations import Memory
from samannot_tui.engine.errand import Errand, Order
from samannot_tui.engine.foresee import Foreseen, foresee
from samannot_tui.engine.job import JobPass, fill_plan
from samannot_tui.engine.memories import MemoryFolder, memories_of_any_engine
from samannot_tui.engine.planner import NothingToRunError, RunRequest
from samannot_tui.engine.predictor import Predictor
from samannot_tui.engine.process import WorkerProcess
from samannot_tui.engine.protocol import (
    Done,
    Opened,
    PeerGoneError,
    Reply,
    Segmented,
    Steer,
    Steered,
    Track,
    Tracked,
)
from samannot_tui.engine.protocol import Failed as WorkerFailed
from samannot_tui.engine.recorder import RunRecorder
from samannot_tui.engine.reports import (
    Ended,
    Failed,
    Notice,
    Paused,
    Ready,
    Released,
    Resumed,
    RunnerEvent,
    Stale,
    Started,
)
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.engine.stale import stale_blocks
from samannot_tui.errors import InputError, JobError
from samannot_tui.session.commands import EndRun, ProgressRun, StartRun
from samannot_tui.session.events import EngineInfo, RunStarted
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.state import State
from samannot_tui.session.store import Session

Tell = Callable[[RunnerEvent], None]
_KEPT = "The frames that were finished are kept; run again to go on."


class Conductor:
    """Everything here happens in the runner's thread, apart from reading `memories`.

    Attributes:
        annotation: the annotation as it stands.
        memories: what runs of this engine have left behind to go on from; until it is known, what any has.
    """

    def __init__(
        self,
        session: Session,
        media: Path,
        engine: EngineSpec,
        tell: Tell,
        command: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._media = media
        self._engine = engine
        self._tell = tell
        self._command = command
        self.annotation = Annotation(session)
        self.memories: tuple[Memory, ...] = memories_of_any_engine(session.folder / "cache")
        self._clock = clock
        self._worker: WorkerProcess | None = None
        self._info: EngineInfo | None = None
        self._waiting: Errand | None = None
        self._errand: Errand | None = None
        self._recorder: RunRecorder | None = None
        self._busy_at = clock()
        self._predictor = Predictor(session, self.annotation, tell)

    @property
    def idle(self) -> bool:
        return not (self._waiting or self._recorder or self._predictor.busy)

    @property
    def connection(self) -> "Connection[Any, Any] | None":
        """What to wait on for `receive`."""
        return self._worker.channel.connection if self._worker else None

    def seconds_to_tick(self) -> float | None:
        """When `tick` is due at the latest; None where nothing waits for the clock."""
        return self._recorder.seconds_to_commit() if self._recorder else self._seconds_to_release()

    def _seconds_to_release(self) -> float | None:
        """How long the idle engine is still kept; None where it is busy, gone or kept for ever."""
        if not (self._worker and self._info and self.idle):
            return None
        with self.annotation.latest() as now:
            minutes = now.state.settings.idle_minutes
        return max(0.0, self._busy_at + 60 * minutes - self._clock()) if minutes else None

    def warm(self) -> None:
        """Start the worker if there is none."""
        self._busy_at = self._clock()
        if self._worker:
            return
        try:
            self._worker = WorkerProcess(self._media, self._engine, self._session.folder / "cache", self._command)
        except JobError as error:
            self._give_up(error)

    def predict(self, frame: int, label: int) -> None:
        self._predictor.ask(frame, label)
        self.warm()
        self._send_prediction()

    def foresee(self, request: RunRequest) -> Foreseen:
        """What `run` would do now; safe from any thread.

        Raises:
            InputError: it would be refused, and why.
        """
        with self.annotation.latest() as now:
            return foresee(now.state, now.live, request, self.memories, self._info)

    def run(self, request: RunRequest, future: "Future[Ended]") -> None:
        """Start a run, or a chain of them, as soon as the engine is ready.

        `future` gets how the last one ended, or why it was refused.
        """
        try:
            if self._waiting or self._recorder:
                raise InputError("A run is going on; end it, or wait for it, before you start another.")
            self._end_cut_off_run()
            with self.annotation.latest() as now:
                Errand(request).next_plan(now.state, now.live, self.memories, self._info)
        except (InputError, JobError) as error:
            self._refuse(future, error)
            return
        self._waiting = Errand(request, future)
        self.warm()
        self._begin_waiting()

    def steer(self, order: Order) -> None:
        """Pause, resume or end the run, if there is one, and with it what was to follow."""
        if self._recorder and self._errand:
            if self._errand.unanswered != "end":
                self._errand.unanswered = order
            self._send(Steer(self._recorder.run, order))
        elif self._waiting and order == "end":
            future = self._waiting.future
            self._waiting = None
            ended = Ended("ended", "It was ended before it began.")
            self._tell(ended)
            future.set_result(ended)

    def tick(self) -> None:
        """Commit what has waited long enough; let an engine go that has had nothing to do for long enough."""
        if self._recorder and self._recorder.seconds_to_commit() == 0:
            self._commit(self._recorder)
        elif self._seconds_to_release() == 0:
            self._dismiss()

    def receive(self) -> None:
        """Take in the worker's next reply, or its end."""
        assert self._worker is not None, "there is a connection only where there is a worker"
        self._busy_at = self._clock()
        try:
            reply = self._worker.channel.receive()
        except PeerGoneError:
            self._bury()
            return
        self._take(reply)
        self._send_prediction()

    def close(self) -> None:
        """End the run, keeping what is finished, and stop the worker in the middle of a frame if need be."""
        self._end_run("ended", "The program was closed.")
        if not self.idle:
            self._give_up(JobError("The program was closed before it began."))
        if self._worker:
            self._worker.stop()
            self._worker = self._info = None
        self.annotation.close()

    def _take(self, reply: Reply) -> None:
        match reply:
            case Opened(engine=info, notices=notices):
                self._info = info
                self._look_for_memories(info)
                self._tell(Ready(info))
                for notice in notices:
                    self._tell(Notice(notice))
                self._begin_waiting()
            case Segmented(ticket=ticket, mask=mask):
                assert self._info is not None, "a worker answers once its engine is ready"
                self._predictor.answer(ticket, mask, self._info)
            case Tracked() | Steered() | Done():
                if self._recorder and self._recorder.run == reply.run:
                    self._take_run(self._recorder, reply)
            case WorkerFailed(what="run", number=run, sentence=sentence):
                if self._recorder and self._recorder.run == run:
                    self._end_run("failed", f"{sentence} {_KEPT}")
            case WorkerFailed(what="ticket", number=ticket, sentence=sentence, refused=refused):
                self._predictor.fail(ticket, Notice(sentence) if refused else Failed(sentence))
            case WorkerFailed(what="open", sentence=sentence, refused=refused):
                self._give_up(InputError(sentence) if refused else JobError(sentence))
                self._dismiss()

    def _take_run(self, recorder: RunRecorder, reply: Tracked | Steered | Done) -> None:
        match reply:
            case Tracked():
                try:
                    recorder.add(reply.sweep, reply.frame, reply.masks)
                except (InputError, JobError) as error:
                    self._abort(str(error))
            case Steered(paused=paused):
                self._take_steered(recorder, paused)
            case Done(finished=finished):
                if finished:
                    self._hand_points_over(recorder)
                self._end_run("finished" if finished else "ended", "")

    def _take_steered(self, recorder: RunRecorder, paused: bool) -> None:
        assert self._errand is not None, "a run is part of an errand"
        if self._errand.unanswered == ("pause" if paused else "resume"):
            self._errand.unanswered = None
        if paused:
            self._commit(recorder)
            self._tell(Paused())
        else:
            recorder.rest()
            self._tell(Resumed())

    def _hand_points_over(self, recorder: RunRecorder) -> None:
        hand_over = recorder.hand_over
        try:
            self._session.submit_all(lambda state, live: hand_over.commands(recorder.run, state, live))
        except (InputError, JobError) as error:
            self._abort(str(error))
            return
        with self.annotation.latest() as now:
            for notice in hand_over.notices(now.state):
                self._tell(Notice(notice))

    def _begin_waiting(self) -> None:
        if not (self._waiting and self._info):
            return
        errand, self._waiting = self._waiting, None
        with self.annotation.latest() as now:
            errand.stale = stale_blocks(now.state, now.live)
        try:
            self._begin(errand, self._info)
        except (InputError, JobError) as error:
            self._refuse(errand.future, error)

    def _begin(self, errand: Errand, info: EngineInfo) -> None:
        """Begin the errand's next run. Raises as `Errand.next_plan` does, and JobError."""
        passes: list[JobPass] = []

        # Nobody changes the annotation before the run has begun: it would write over an edit that its plan does not
        # know of but that is older, and take a mask for one label's that has become another's.
        def start(state: State, live: LiveMasks) -> Sequence[StartRun]:
            plan = errand.next_plan(state, live, self.memories, info)
            passes.extend(fill_plan(plan, state.prompts, self._session.masks.read))
            return [StartRun(plan, info)]

        (started,) = self._session.submit_all(start)
        assert isinstance(started, RunStarted), "that is what the command asks for"
        errand.runs += 1
        self._errand = errand
        self._recorder = RunRecorder(self._session, started.seq, started.plan)
        self._tell(Started(started.seq, started.plan, errand.runs))
        self._tell(self._recorder.progress())
        # A single frame's memory would come before that of the block around it.
        self._send(Track(started.seq, tuple(passes), remember=started.plan.direction != "frame"))

    def _go_on(self, errand: Errand, info: EngineInfo) -> bool:
        """Begin the run after one that finished; False where there is none, or the person has had it ended."""
        if errand.unanswered == "end":
            return False
        try:
            self._begin(errand, info)
        except NothingToRunError:
            return False
        if errand.unanswered == "pause" and self._recorder:
            # It came too late for the run before.
            self._send(Steer(self._recorder.run, "pause"))
        return True

    def _commit(self, recorder: RunRecorder) -> None:
        try:
            recorder.commit()
        except (InputError, JobError) as error:
            self._abort(str(error))
        else:
            self._tell(recorder.progress())

    def _abort(self, reason: str) -> None:
        """The session cannot take the run's results any more."""
        assert self._recorder is not None, "only a run that goes on is aborted"
        self._send(Steer(self._recorder.run, "end"))
        self._end_run("failed", reason)

    def _end_run(self, outcome: Literal["finished", "ended", "failed"], reason: str) -> bool:
        """Commit the run's last frames and end it, if there is one; whether it ended as it was to."""
        if self._recorder is None or self._errand is None:
            return False
        recorder, self._recorder = self._recorder, None
        errand, self._errand = self._errand, None
        ended = Ended(outcome, reason)
        try:
            recorder.commit()
            errand.done += recorder.progress().done
            self._tell(recorder.progress())
            self._session.submit(EndRun(recorder.run, outcome, reason))
        except (InputError, JobError) as error:
            ended = Ended("failed", reason or str(error))
        if self._info:
            self._look_for_memories(self._info)
        self._tell(ended)
        self._follow_up(errand, ended)
        return ended.outcome == outcome

    def _follow_up(self, errand: Errand, ended: Ended) -> None:
        """Go on with the errand's next run, or end it and say what became of it."""
        error: InputError | JobError | None = None
        try:
            if ended.outcome == "finished" and self._info and self._go_on(errand, self._info):
                return
        except (InputError, JobError) as refusal:
            error = refusal
        if summary := errand.summary():
            self._tell(Notice(summary))
        with self.annotation.latest() as now:
            stale = tuple(block for block in stale_blocks(now.state, now.live) if block not in errand.stale)
        if stale:
            self._tell(Stale(stale))
        if error:
            self._refuse(errand.future, error)
        else:
            called_off = errand.unanswered == "end" and errand.has_more
            errand.future.set_result(Ended("ended") if called_off else ended)

    def _end_cut_off_run(self) -> None:
        """End the run that could not be ended when the disk failed."""
        with self.annotation.latest() as now:
            run = now.state.active_run
        if run:
            self._session.submit(ProgressRun(run.id, self._session.masks.length))
            self._session.submit(EndRun(run.id, "failed", "It could not be written to the end."))

    def _refuse(self, future: "Future[Ended]", error: InputError | JobError) -> None:
        self._tell(Failed(str(error)))
        future.set_exception(error)

    def _give_up(self, error: InputError | JobError) -> None:
        """The worker cannot be had, nor anything that waits for it."""
        if self.idle:
            # It was only to be ready in time, but the person who sees it fail is owed the reason.
            self._tell(Failed(str(error)))
        if self._waiting:
            errand, self._waiting = self._waiting, None
            self._refuse(errand.future, error)
        if self._predictor.busy:
            self._predictor.give_up(str(error))

    def _send_prediction(self) -> None:
        """Give the worker the next prediction, if it is free for one."""
        if self._info and (request := self._predictor.next_request()):
            self._send(request)

    def _send(self, message: msgspec.Struct) -> None:
        assert self._worker is not None, "nothing is sent before the worker is there"
        # Its end is told when the pipe is read, after what it still said.
        with suppress(PeerGoneError):
            self._worker.channel.send(message)

    def _bury(self) -> None:
        """The worker died: say how, end what it was at, and start another where something still waits."""
        assert self._worker is not None, "only a worker that was there can die"
        was_ready = self._info is not None
        sentence = self._worker.autopsy()
        self._dismiss()
        told = self._end_run("failed", f"{sentence} {_KEPT}")
        if not was_ready:
            self._give_up(JobError(sentence))
        elif not self._predictor.lose(sentence) and not told:
            self._tell(Notice(f"{sentence} It starts again when it is needed."))
        if not self.idle:
            self.warm()

    def _look_for_memories(self, info: EngineInfo) -> None:
        self.memories = MemoryFolder(self._session.folder / "cache", info).held()

    def _dismiss(self) -> None:
        if self._worker:
            self._worker.stop()
            self._tell(Released())
        self._worker = self._info = None
