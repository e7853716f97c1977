"""What an event is about: which labels, which frames, and where to look to see it happen."""

from dataclasses import dataclass

from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.state import State


@dataclass(frozen=True)
class Subject:
    """`frames` are the first and the last one, `frame` the one to look at; None where an event is about none."""

    labels: tuple[int, ...] = ()
    frames: tuple[int, int] | None = None
    frame: int | None = None


def subject(event: AnyEvent, state: State) -> Subject:
    """What an event of `state.history` is about. Undo and redo are about what they took back or brought back."""
    match event:
        case ev.LabelAdded(label=label) | ev.LabelRenamed(label=label) | ev.LabelHidden(label=label):
            return Subject((label,))
        case ev.FeatureRemoved(label=label):
            return Subject((label,))
        case (
            ev.PromptAdded(label=label, frame=frame)
            | ev.MaskPredicted(label=label, frame=frame)
            | ev.MaskEdited(label=label, frame=frame)
            | ev.FeatureSet(label=label, frame=frame)
            | ev.FeatureCleared(label=label, frame=frame)
        ):
            return Subject((label,), (frame, frame), frame)
        case ev.BarrierSet(frame=frame) | ev.BarrierCleared(frame=frame):
            return Subject((), (frame, frame), frame)
        case ev.MasksCleared(labels=labels, first=first, last=last):
            return Subject(labels, (first, last), first)
        case ev.MarkedAbsent(label=label, first=first, last=last):
            return Subject((label,), (first, last), first)
        case ev.Imported(labels=labels):
            return Subject(labels)
        case ev.MasksReassigned(label=label, other=other, first=first, last=last):
            return Subject((label, other), (first, last), first)
        case ev.RunStarted():
            return _of_run(event)
        case ev.PromptRemoved(prompt=made):
            return subject(state.event(made), state)
        case ev.RunProgressed(run=made) | ev.RunEnded(run=made):
            return subject(state.event(made), state)
        case ev.Undone(target=made) | ev.Redone(target=made):
            return subject(state.event(made), state)
        case _:
            return Subject()


def _of_run(event: ev.RunStarted) -> Subject:
    passes = event.plan.passes
    labels = dict.fromkeys(planned.label for sweep in passes for planned in sweep.labels)
    if not passes:  # no planner makes such a run, but a stranger's journal may hold one
        return Subject((), None, event.plan.start)
    frames = min(sweep.first for sweep in passes), max(sweep.last for sweep in passes)
    return Subject(tuple(labels), frames, event.plan.start)
