"""How long people worked at an annotation, by the journal's clock.

Only what people do says that somebody is there. So the time between two things that a person did counts as work, but
no more than `pause` seconds of it: whoever looks at the picture for longer may as well have gone for a coffee. While a
run goes on a person waits, unless they do something meanwhile; that time is told apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent

PAUSE_S = 60.0
"""A person who does nothing for longer has paused, unless told otherwise."""

_JUDGING = (ev.ReviewMarked, ev.ReviewWithdrawn, ev.SampleDrawn)
_NOT_WORK = (ev.MaskPredicted, ev.RunProgressed, ev.RunEnded, ev.EventLost, ev.Exported, ev.MediaRebound)


@dataclass
class WorkTime:
    """In seconds.

    Attributes:
        on_label: label -> work that led up to something done to that label; of several, each gets an equal share.
        on_none: work that led up to something that is about no label: a barrier, a setting.
        judging: work that led up to a verdict, which is none on the annotation.
        waiting: with a run going on and nothing done.
        paused: what was cut off gaps, `pauses` of them, that were longer than the pause.
    """

    on_label: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    on_none: float = 0.0
    judging: float = 0.0
    waiting: float = 0.0
    paused: float = 0.0
    pauses: int = 0

    @property
    def annotating(self) -> float:
        """Work on the annotation, without judging and waiting."""
        return sum(self.on_label.values()) + self.on_none


def work_time(history: Sequence[AnyEvent], pause: float = PAUSE_S) -> WorkTime:
    """Add up the time of all events, undone ones included: that work was done too.

    Where the clock was set back, or an event's time cannot be read, no time has passed. What comes before the first
    event is not known.

    Args:
        history: every event, in order.
        pause: the longest gap, in seconds, that counts whole.
    """
    total = WorkTime()
    clock = _Clock(pause, total)
    for event in history:
        work = clock.lap(event)
        if isinstance(event, _JUDGING):
            total.judging += work
            continue
        labels = _labels_of(event, history) if work else []
        for label in labels:
            total.on_label[label] += work / len(labels)
        if not labels:
            total.on_none += work
    return total


def is_by_person(event: AnyEvent) -> bool:
    """Whether a person did this to the annotation, rather than an engine, a recovery or what a script does as well."""
    return not isinstance(event, _NOT_WORK) and getattr(event, "auto", None) is None


class _Clock:
    """Walks through the events and stops the time since a person last did something."""

    def __init__(self, pause: float, total: WorkTime) -> None:
        self._pause = pause
        self._total = total
        self._now: float | None = None
        self._idle = 0.0
        self._watching = 0.0
        self._run: int | None = None

    def lap(self, event: AnyEvent) -> float:
        """Seconds of work that led up to an event, if a person did it."""
        gap = self._since(event)
        if self._run is None:
            self._idle += gap
        else:
            self._watching += self._cut(gap)
        work = 0.0
        if is_by_person(event):
            work = self._cut(self._idle + self._watching)
            self._idle = self._watching = 0.0
        if isinstance(event, ev.RunStarted):
            self._run = event.seq
        elif isinstance(event, ev.RunEnded) and event.run == self._run:
            self._run = None
            self._total.waiting += self._watching
            self._watching = 0.0
        return work

    def _since(self, event: AnyEvent) -> float:
        now = _seconds(event.at)
        if now is None:
            return 0.0
        gap = 0.0 if self._now is None else now - self._now
        self._now = now
        return max(gap, 0.0)

    def _cut(self, gap: float) -> float:
        if gap > self._pause:
            self._total.paused += gap - self._pause
            self._total.pauses += 1
        return min(gap, self._pause)


def _seconds(at: str) -> float | None:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _labels_of(event: AnyEvent, history: Sequence[AnyEvent]) -> list[int]:
    """The labels that an event is about, each once."""
    found: Iterable[int]
    match event:
        case ev.MasksCleared(labels=labels):
            found = labels
        case ev.MasksReassigned(label=label, other=other):
            found = (label, other)
        case ev.RunStarted(plan=plan):
            found = (planned.label for sweep in plan.passes for planned in sweep.labels)
        case ev.PromptRemoved(prompt=target) | ev.Undone(target=target) | ev.Redone(target=target):
            found = _labels_of(history[target - 1], history) if 0 < target < event.seq else ()
        case _:
            found = (event.label,) if hasattr(event, "label") else ()
    return list(dict.fromkeys(found))
