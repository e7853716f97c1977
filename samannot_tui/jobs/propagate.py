"""The whole video at once, without a screen: block after block, forward and then backward."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from samannot_tui.engine.planner import NothingToRunError
from samannot_tui.engine.registry import resolve
from samannot_tui.engine.reports import Ended, Failed, Notice, Progressed, Ready, RunnerEvent, Started
from samannot_tui.engine.runner import Runner
from samannot_tui.engine.spec import spec_of
from samannot_tui.engine.video import plan_video
from samannot_tui.errors import InputError, JobError
from samannot_tui.jobs.opening import Opened
from samannot_tui.session.events import EngineInfo


@dataclass(frozen=True)
class Propagated:
    """What was done.

    Attributes:
        engine: what made the masks; None where there was nothing to run.
        runs: how many runs there were.
        masks: how many masks they wrote.
        frames: how many frames they tracked, in all passes together.
        seconds: how long that took, without the loading of the model.
        notices: what the person should know.
    """

    engine: EngineInfo | None
    runs: int
    masks: int
    frames: int
    seconds: float
    notices: tuple[str, ...]


def propagate(opened: Opened, progress: Callable[[int, int, float | None], None]) -> Propagated:
    """Run every label from its sources over every frame that it can reach, with the session's engine.

    Args:
        progress: called with (frames done, frames to do, seconds left) of the run that goes on.

    Raises:
        InputError: the session is read-only, its engine cannot run here, or no label has a prompt or an edited
            mask to start from.
        JobError: the engine failed; what it had finished is kept.
    """
    session = opened.session
    if session.read_only is not None:
        raise InputError(session.read_only)
    spec = resolve(spec_of(session.state.settings)).spec
    report = _Report(progress)
    before, runs = session.masks.index.count, 0
    runner = Runner(session, session.media_file(), spec, report)
    try:
        for request in plan_video(session.state, session.live, session.manifest.frame_count):
            try:
                ended = runner.run_and_wait(request)
            except NothingToRunError as nothing:
                report.notices.append(str(nothing))
                continue
            runs += 1
            _require_finished(ended)
    finally:
        runner.close()
    notices = tuple(dict.fromkeys(report.notices))
    masks = session.masks.index.count - before
    return Propagated(report.engine, runs, masks, report.frames, report.seconds, notices)


class _Report:
    """What the runner tells, gathered; `seconds` are those in which a run went on."""

    def __init__(self, progress: Callable[[int, int, float | None], None]) -> None:
        self._progress = progress
        self._started_at = 0.0
        self.engine: EngineInfo | None = None
        self.frames = 0
        self.seconds = 0.0
        self.notices: list[str] = []

    def __call__(self, event: RunnerEvent) -> None:
        match event:
            case Ready(engine):
                self.engine = engine
            case Started(_, plan):
                self._started_at = time.monotonic()
                self.frames += sum(sweep.frame_count for sweep in plan.passes)
            case Ended():
                self.seconds += time.monotonic() - self._started_at
            case Progressed(done, total, seconds_left):
                self._progress(done, total, seconds_left)
            case Notice(sentence) | Failed(sentence):
                self.notices.append(sentence)


def _require_finished(ended: Ended) -> None:
    if ended.outcome != "finished":
        raise JobError(f"{ended.reason} What was finished is kept; `propagate` goes on from there.")
