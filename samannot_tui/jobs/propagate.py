"""The whole video at once, without a screen: block after block, forward and then backward."""

from collections.abc import Callable
from dataclasses import dataclass

from samannot_tui.engine.planner import NothingToRunError
from samannot_tui.engine.reports import Ended, Failed, Notice, Progressed, RunnerEvent
from samannot_tui.engine.runner import Runner
from samannot_tui.engine.video import plan_video
from samannot_tui.errors import InputError, JobError
from samannot_tui.jobs.opening import Opened


@dataclass(frozen=True)
class Propagated:
    """What was done: how many runs, how many masks they wrote, and what the person should know."""

    runs: int
    masks: int
    notices: tuple[str, ...]


def propagate(opened: Opened, engine: str, progress: Callable[[int, int, float | None], None]) -> Propagated:
    """Run every label from its sources over every frame that it can reach.

    Args:
        engine: "auto" or an engine's name.
        progress: called with (frames done, frames to do, seconds left) of the run that goes on.

    Raises:
        InputError: the session is read-only, or no label has a prompt or an edited mask to start from.
        JobError: the engine failed; what it had finished is kept.
    """
    session = opened.session
    if session.read_only is not None:
        raise InputError(session.read_only)
    notices: list[str] = []

    def listen(event: RunnerEvent) -> None:
        match event:
            case Progressed(done, total, seconds_left):
                progress(done, total, seconds_left)
            case Notice(sentence) | Failed(sentence):
                notices.append(sentence)

    before, runs = session.masks.index.count, 0
    runner = Runner(session, session.media_file(), engine, listen)
    try:
        for request in plan_video(session.state, session.live, session.manifest.frame_count):
            try:
                ended = runner.run_and_wait(request)
            except NothingToRunError as nothing:
                notices.append(str(nothing))
                continue
            runs += 1
            _require_finished(ended)
    finally:
        runner.close()
    return Propagated(runs, session.masks.index.count - before, tuple(dict.fromkeys(notices)))


def _require_finished(ended: Ended) -> None:
    if ended.outcome != "finished":
        raise JobError(f"{ended.reason} What was finished is kept; `propagate` goes on from there.")
