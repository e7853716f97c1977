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
from samannot_tui.engine.job import fill_plan
from samannot_tui.engine.memories import MemoryFolder
from samannot_tui.engine.planner import RunRequest, plan_run
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
from samannot_tui.engine.reports import Ended, Failed, Notice, Paused, Ready, Released, Resumed, RunnerEvent, Started
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.errors import InputError, JobError
from samannot_tui.session.commands import EndRun, ProgressRun, StartRun
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.store import Session

Tell = Callable[[RunnerEvent], None]
_KEPT = "The frames that were finished are kept; run again to go on."


class Conductor:
    """Everything here happens in the runner's thread, apart from reading `memories`.

    Attributes:
        annotation: the annotation as it stands.
        memories: what runs of this engine have left behind to go on from; none before the engine is known.
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
        self.memories: tuple[Memory, ...] = ()
        self._clock = clock
        self._worker: WorkerProcess | None = None
        self._info: EngineInfo | None = None
        self._waiting: tuple[RunRequest, Future[Ended]] | None = None
        self._recorder: RunRecorder | None = None
        self._busy_at = clock()
        self._future: Future[Ended] = Future()
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
        if not (self._worker and self.idle):
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

    def run(self, request: RunRequest, future: "Future[Ended]") -> None:
        """Start a run as soon as the engine is ready; `future` gets how it ended, or why it was refused."""
        try:
            if self._waiting or self._recorder:
                raise InputError("A run is going on; end it, or wait for it, before you start another.")
            self._end_cut_off_run()
            with self.annotation.latest() as now:
                plan_run(now.state, now.live, now.manifest.frame_count, request, self.memories)
        except (InputError, JobError) as error:
            self._refuse(future, error)
            return
        self._waiting = request, future
        self.warm()
        self._begin_waiting()

    def steer(self, order: Literal["pause", "resume", "end"]) -> None:
        """Pause, resume or end the run, if there is one."""
        if self._recorder:
            self._send(Steer(self._recorder.run, order))
        elif self._waiting and order == "end":
            _, future = self._waiting
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
                self._predictor.answer(ticket, mask)
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
            case Steered(paused=True):
                self._commit(recorder)
                self._tell(Paused())
            case Steered():
                recorder.rest()
                self._tell(Resumed())
            case Done(finished=finished):
                if finished:
                    self._hand_points_over(recorder)
                self._end_run("finished" if finished else "ended", "")

    def _hand_points_over(self, recorder: RunRecorder) -> None:
        with self.annotation.latest() as now:
            commands, notices = recorder.hand_over.commands(recorder.run, now), recorder.hand_over.notices(now)
        for notice in notices:
            self._tell(Notice(notice))
        try:
            for command in commands:
                self._session.submit(command)
        except (InputError, JobError) as error:
            self._abort(str(error))

    def _begin_waiting(self) -> None:
        if not (self._waiting and self._info):
            return
        (request, future), self._waiting = self._waiting, None
        try:
            self._begin(request, future, self._info)
        except (InputError, JobError) as error:
            self._refuse(future, error)

    def _begin(self, request: RunRequest, future: "Future[Ended]", info: EngineInfo) -> None:
        with self.annotation.latest() as now:
            plan = plan_run(now.state, now.live, now.manifest.frame_count, request, self.memories)
            passes = fill_plan(plan, now.state.prompts, now.read)
        (started,) = self._session.submit(StartRun(plan, info))
        self._future = future
        self._recorder = RunRecorder(self._session, started.seq, plan)
        self._tell(Started(started.seq, plan))
        self._tell(self._recorder.progress())
        self._send(Track(started.seq, passes))

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
        if self._recorder is None:
            return False
        recorder, self._recorder = self._recorder, None
        ended = Ended(outcome, reason)
        try:
            recorder.commit()
            self._tell(recorder.progress())
            self._session.submit(EndRun(recorder.run, outcome, reason))
        except (InputError, JobError) as error:
            ended = Ended("failed", reason or str(error))
        if self._info:
            self._look_for_memories(self._info)
        self._tell(ended)
        self._future.set_result(ended)
        return ended.outcome == outcome

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
            (_, future), self._waiting = self._waiting, None
            self._refuse(future, error)
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
