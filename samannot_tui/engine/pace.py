"""How fast a run goes, and so how long it still takes; and how fast runs have been, before one begins."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent, EngineInfo
from samannot_tui.session.plan import Plan

# So many runs are looked back on: the median leaves out one that was paused for an hour.
_LOOKED_BACK_ON = 5

# Weight of the newest frame: the average looks back over some twenty frames.
_NEWEST = 0.05


class Pace:
    """A moving average of the seconds that a frame takes; times are readings of a monotonic clock."""

    def __init__(self, now: float) -> None:
        self._since = now
        self._seconds_per_frame: float | None = None

    def rest(self, now: float) -> None:
        """Leave the time since the last frame out (a pause)."""
        self._since = now

    def frame(self, now: float) -> None:
        """A frame is done."""
        spent, self._since = now - self._since, now
        average = self._seconds_per_frame
        self._seconds_per_frame = spent if average is None else average + _NEWEST * (spent - average)

    def seconds_left(self, frames: int) -> float | None:
        """How long `frames` more frames take; None before the first."""
        return None if self._seconds_per_frame is None else frames * self._seconds_per_frame


def work_of(frames: int, labels: int) -> int:
    """Of a pass, in units of a label's mask on one frame: looking at a frame costs about as much as one mask."""
    return frames * (1 + labels)


def seconds_for_work(history: Sequence[AnyEvent], engine: EngineInfo) -> float | None:
    """What a unit of work took in the last runs that this engine finished, undone ones too; None before the first.

    Runs made anew by a replay are left out: their times are those of the runs that they stand for.
    """
    ended: dict[int, str] = {}
    found: list[float] = []
    for event in reversed(history):
        if isinstance(event, ev.SessionReplayed):
            break
        if isinstance(event, ev.RunEnded) and event.outcome == "finished":
            ended[event.run] = event.at
        elif isinstance(event, ev.RunStarted) and event.seq in ended and event.engine == engine:
            seconds = _seconds_between(event.at, ended[event.seq])
            found += [] if seconds is None else [seconds / _work_of_plan(event.plan)]
            if len(found) == _LOOKED_BACK_ON:
                break
    return median(found) if found else None


def _work_of_plan(plan: Plan) -> int:
    return sum(work_of(sweep.frame_count, len(sweep.labels)) for sweep in plan.passes)


def _seconds_between(started: str, ended: str) -> float | None:
    """None where a journal holds no times, or its clock was set back meanwhile."""
    try:
        seconds = (datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds()
    except (ValueError, TypeError):
        return None
    return seconds if seconds >= 0 else None
