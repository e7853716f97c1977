"""Runs without a screen: over the whole video at once, or what a person would ask for in the app."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from samannot_tui.engine.foresee import foresee, in_words
from samannot_tui.engine.memories import memories_of_any_engine
from samannot_tui.engine.planner import NothingToRunError, RunRequest
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
        engine: what made the masks.
        runs: how many runs there were.
        masks: how many masks they wrote.
        frames: how many frames they tracked, in all passes together.
        labels: ids of those that were tracked, rising.
        seconds: how long that took, without the loading of the model.
        notices: what the person should know.
    """

    engine: EngineInfo
    runs: int
    masks: int
    frames: int
    labels: tuple[int, ...]
    seconds: float
    notices: tuple[str, ...]


def whole_video(opened: Opened) -> Iterable[RunRequest]:
    """Every label from its sources over every frame that it can reach.

    Raises:
        InputError: no label has a prompt or an edited mask to start from.
    """
    return plan_video(opened.session.state, opened.session.live, opened.session.manifest.frame_count)


def announced(opened: Opened, request: RunRequest) -> str:
    """What a request is going to do, in a sentence or more.

    Raises:
        InputError: it would be refused, and why.
    """
    session = opened.session
    memories = memories_of_any_engine(session.folder / "cache")
    return in_words(foresee(session.state, session.live, request, memories, None), session.state)


def propagate(
    opened: Opened, requests: Iterable[RunRequest], progress: Callable[[int, int, float | None], None]
) -> Propagated:
    """Carry out requests one after the other, with the session's engine.

    Args:
        progress: called with (frames done, frames to do, seconds left) of the run that goes on.

    Raises:
        InputError: the session is read-only, its engine cannot run here, or none of the requests has anything to run.
        JobError: the engine failed; what it had finished is kept.
    """
    session = opened.session
    if session.read_only is not None:
        raise InputError(session.read_only)
    spec = resolve(spec_of(session.state.settings)).spec
    report = _Report(progress)
    before = session.masks.index.count
    refusal: NothingToRunError | None = None
    runner = Runner(session, session.media_file(), spec, report)
    try:
        for request in requests:
            try:
                _require_finished(runner.run_and_wait(request))
            except NothingToRunError as nothing:
                refusal = refusal or nothing
    finally:
        runner.close()
    if report.engine is None or not report.runs:
        raise refusal or NothingToRunError("There is nothing to run; prompt a label on a frame first.")
    return Propagated(
        report.engine,
        report.runs,
        session.masks.index.count - before,
        report.frames,
        tuple(sorted(report.labels)),
        report.seconds,
        tuple(dict.fromkeys(report.notices)),
    )


class _Report:
    """What the runner tells, gathered; `seconds` are those in which a run went on."""

    def __init__(self, progress: Callable[[int, int, float | None], None]) -> None:
        self._progress = progress
        self._started_at = 0.0
        self.engine: EngineInfo | None = None
        self.runs = 0
        self.labels: set[int] = set()
        self.frames = 0
        self.seconds = 0.0
        self.notices: list[str] = []

    def __call__(self, event: RunnerEvent) -> None:
        match event:
            case Ready(engine):
                self.engine = engine
            case Started(plan=plan):
                self._started_at = time.monotonic()
                self.runs += 1
                self.labels.update(each.label for sweep in plan.passes for each in sweep.labels)
                self.frames += sum(sweep.frame_count for sweep in plan.passes)
            case Ended():
                self.seconds += time.monotonic() - self._started_at
            case Progressed(done, total, seconds_left):
                self._progress(done, total, seconds_left)
            case Notice(sentence) | Failed(sentence):
                self.notices.append(sentence)


def _require_finished(ended: Ended) -> None:
    if ended.outcome != "finished":
        raise JobError(f"{ended.reason} What was finished is kept; run `propagate` to finish it.")
