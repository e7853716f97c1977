"""The news of session and engine, taken into the place: what changes, and what is worth telling."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from samannot_tui.engine import reports as news
from samannot_tui.session import events as ev
from samannot_tui.session.describe import describe_step
from samannot_tui.session.events import AnyEvent
from samannot_tui.tui.engine_status import EngineNews, status_after
from samannot_tui.tui.place import Place, RunStatus


def follow_events(place: Place, events: Sequence[AnyEvent]) -> list[str]:
    """Apply events that the session announced; returns sentences about them."""
    sentences = []
    for event in events:
        # Named before it is applied: an undone label still has its name then.
        if isinstance(event, ev.Undone | ev.Redone):
            sentences.append(_in_words(event, place))
        place.follower.apply((event,))
        if isinstance(event, ev.MaskPredicted):
            place.pending.discard((event.frame, event.label))
    if place.active is None:
        place.keep(label=max(place.state.labels, default=None))
        place.drop_corner()
    return sentences


def _in_words(event: ev.Undone | ev.Redone, place: Place) -> str:
    return f"{type(event).__name__}: {describe_step(event.target, place.state)}."


@dataclass(frozen=True)
class Told:
    """A sentence for the person; `is_bad` where something went wrong."""

    sentence: str
    is_bad: bool = False


def follow_engine(place: Place, event: news.RunnerEvent | EngineNews) -> Told | None:
    """Take in what the engine is and does; returns what is worth telling."""
    place.engine = status_after(place.engine, event)
    match event:
        case news.PredictionPending():
            place.pending.add((event.frame, event.label))
        case news.PredictionDone():
            place.pending.discard((event.frame, event.label))
        case news.Notice():
            return Told(event.sentence)
        case news.Failed():
            place.pending.clear()
            return Told(event.sentence, is_bad=True)
        case news.Ended():
            return _end_run(place, event)
        case news.Stale():
            return Told(_stale(event.blocks))
        case news.Started():
            return _begin_run(place, event)
        case _:
            place.run = _run_after(place.run, event)
    return None


def _run_after(run: RunStatus | None, event: news.RunnerEvent | EngineNews) -> RunStatus | None:
    match event:
        case news.Progressed() if run:
            return replace(run, done=event.done, total=event.total, seconds_left=event.seconds_left)
        case news.Paused() if run:
            return replace(run, paused=True)
        case news.Resumed() if run:
            return replace(run, paused=False)
    return run


def _begin_run(place: Place, event: news.Started) -> Told | None:
    """What was foreseen has been told already, so that nothing is told of the first run."""
    runs = max(place.runs_foreseen, event.number)
    place.run = RunStatus(event.plan.direction, number=event.number, of=runs)
    if event.number == 1:
        return None
    block = event.plan.start // place.state.settings.block_size + 1
    return Told(f"Run {event.number} of {runs}: block {block} of {place.block_count}.")


def _end_run(place: Place, event: news.Ended) -> Told:
    run, place.run = place.run, None
    frames = f"{run.done} of {run.total} frames" if run else "Its frames"
    match event.outcome:
        case "finished":
            return Told(f"Run finished: {frames}. u undoes it.")
        case "ended":
            return Told(f"Run ended: {frames} finished, which are kept. u undoes it.")
        case _:
            return Told(event.reason or "The run failed.", is_bad=True)


def _stale(blocks: tuple[int, ...]) -> str:
    numbers = ", ".join(str(block + 1) for block in blocks)
    if len(blocks) == 1:
        return f"Block {numbers} had gone on from what this run replaced; run it again."
    return f"Blocks {numbers} had gone on from what this run replaced; run them again."
