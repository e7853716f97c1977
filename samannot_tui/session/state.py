"""The session's state: a pure fold over its events.

Whoever needs to know the annotation (the writer, the screen, an export, a replay) folds the same events
into a State of its own. Undo leaves events out of the fold; nothing is ever un-applied.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field, fields

from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent, EngineInfo
from samannot_tui.session.placed import PlacedPrompt, PlacedPrompts
from samannot_tui.session.plan import Plan
from samannot_tui.session.schema import Schema
from samannot_tui.session.settings import Settings, changed

NOT_UNDOABLE = (
    ev.ReviewMarked,
    ev.ReviewWithdrawn,
    ev.SampleDrawn,
    ev.SettingChanged,
    ev.SchemaAdopted,
    ev.MediaRebound,
    ev.Exported,
    ev.SessionReplayed,
    ev.MaskPredicted,
    ev.Undone,
    ev.Redone,
    ev.EventLost,
)
_MaskChange = (
    ev.RunProgressed
    | ev.MaskPredicted
    | ev.MaskEdited
    | ev.MarkedAbsent
    | ev.MasksReassigned
    | ev.MasksCleared
    | ev.Imported
)
ReviewEvent = ev.ReviewMarked | ev.ReviewWithdrawn
MaskEvent = _MaskChange | ev.BarrierSet | ev.BarrierCleared


@dataclass
class Label:
    """One instance. `id` is its pixel value in every export."""

    id: int
    name: str
    hidden: bool = False


@dataclass
class Run:
    """A propagation. `outcome` is None while it goes on (or was cut off by a crash)."""

    id: int
    plan: Plan
    engine: EngineInfo
    log_length: int = 0
    outcome: str | None = None
    reason: str = ""

    def copy(self) -> "Run":
        return Run(self.id, self.plan, self.engine, self.log_length, self.outcome, self.reason)


@dataclass
class Feature:
    """One feature of one label: the changes, by frame in rising order."""

    frames: list[int] = field(default_factory=list)
    values: list[str] = field(default_factory=list)

    def set(self, frame: int, value: str) -> None:
        at = bisect_left(self.frames, frame)
        if at < len(self.frames) and self.frames[at] == frame:
            self.values[at] = value
        else:
            self.frames.insert(at, frame)
            self.values.insert(at, value)

    def clear(self, frame: int) -> None:
        at = bisect_left(self.frames, frame)
        if at < len(self.frames) and self.frames[at] == frame:
            del self.frames[at], self.values[at]

    def copy(self) -> "Feature":
        return Feature(self.frames.copy(), self.values.copy())

    def at(self, frame: int) -> tuple[int, str] | None:
        """(since which frame, value) of the latest change at or before `frame`; None before the first."""
        at = bisect_right(self.frames, frame)
        return (self.frames[at - 1], self.values[at - 1]) if at else None


@dataclass
class State:
    """What the events say. Read it freely; change it through `apply` alone.

    `mask_events` are the live events that decide which mask records count, in order, of a run's progress
    without others in between only the last; `session.live` turns them into a record for every frame and label.
    `reviews` are what was said of each label's masks, in order; `session.reviews` turns it into verdicts.
    `samples` are the checks drawn, by seq.
    `steps` are the undoable steps that still count and `redoable` those that Redo would bring back, by the seq
    of their first event, the last one next.
    """

    labels: dict[int, Label] = field(default_factory=dict)
    placed: PlacedPrompts = field(default_factory=PlacedPrompts)
    features: dict[int, dict[str, Feature]] = field(default_factory=dict)
    barriers: set[int] = field(default_factory=set)
    runs: dict[int, Run] = field(default_factory=dict)
    mask_events: list[MaskEvent] = field(default_factory=list)
    reviews: dict[int, list[ReviewEvent]] = field(default_factory=dict)
    samples: dict[int, ev.SampleDrawn] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    schema: Schema | None = None
    media_path: str | None = None
    next_label: int = 1
    last_seq: int = 0
    history: list[AnyEvent] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    redoable: list[int] = field(default_factory=list)

    @property
    def prompts(self) -> dict[int, PlacedPrompt]:
        """Every prompt by its seq."""
        return self.placed.by_seq

    @property
    def active_run(self) -> Run | None:
        """The run that has not ended, if any; there is never more than one."""
        for run in reversed(self.runs.values()):
            return run if run.outcome is None else None
        return None

    def prompts_on(self, frame: int, label: int) -> tuple[PlacedPrompt, ...]:
        """A label's prompts on one frame, in the order in which they were made."""
        return self.placed.on(frame, label)

    def prompted_frames(self, label: int) -> list[int]:
        """Frames on which the label has a prompt, rising; not to be changed."""
        return self.placed.frames(label)

    def event(self, seq: int) -> AnyEvent:
        return self.history[seq - 1]

    def copy(self) -> "State":
        """One that goes its own way from here on; the events themselves are shared, as they never change."""
        twin = copy(self)
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, list | set | PlacedPrompts):
                setattr(twin, each.name, value.copy())
        twin.labels = {label: copy(known) for label, known in self.labels.items()}
        # Those that have ended are shared: a long session's are the most of it.
        twin.runs = {run: known if known.outcome else known.copy() for run, known in self.runs.items()}
        twin.reviews = {label: said.copy() for label, said in self.reviews.items()}
        twin.samples = self.samples.copy()
        twin.features = {
            label: {name: feature.copy() for name, feature in named.items()} for label, named in self.features.items()
        }
        return twin

    def apply(self, event: AnyEvent) -> None:
        """Take in the next event; its `seq` must be `last_seq + 1`."""
        self.history.append(event)
        self.last_seq = event.seq
        count_step(event, self.steps, self.redoable)
        if isinstance(event, ev.Undone | ev.Redone):
            rebuilt = fold(self.history)
            vars(self).update(vars(rebuilt))
        else:
            _apply(self, event)


def fold(events: Iterable[AnyEvent], base: State | None = None) -> State:
    """The state after `events`, which count from seq 1 without gaps. The result owns a new history list.

    Args:
        base: the state after the first of the events, to go on from: one since which none of its steps was undone or
            redone for good. It becomes the result.
    """
    state = State() if base is None else base
    state.history = list(events)
    rest = state.history[state.last_seq :]
    for event in rest:
        count_step(event, state.steps, state.redoable)
    counting = set(state.steps)
    for event in rest:
        if step_of(event) in counting or isinstance(event, NOT_UNDOABLE):
            _apply(state, event)
    state.next_label = max([state.next_label, *(e.label + 1 for e in rest if isinstance(e, ev.LabelAdded))])
    state.last_seq = len(state.history)
    return state


def step_of(event: AnyEvent) -> int | None:
    """The undo step that an event belongs to: the seq of the step's first event, None outside any."""
    if isinstance(event, ev.RunProgressed | ev.RunEnded):
        return event.run
    if isinstance(event, ev.RunStarted):
        return event.seq
    if isinstance(event, ev.PromptAdded | ev.PromptRemoved) and event.auto is not None:
        return event.auto
    if isinstance(event, NOT_UNDOABLE):
        return None
    return event.seq if event.step is None else event.step


def count_step(event: AnyEvent, steps: list[int], redoable: list[int]) -> None:
    """Take the next event into `State.steps` and `State.redoable`.

    Raises:
        ValueError: it undoes, redoes or goes on with a step whose turn it is not.
    """
    if isinstance(event, ev.RunProgressed) and event.step is None:
        return  # as below, but at once: most events are these
    step = step_of(event)
    match event:
        case ev.Undone(target=target):
            _move_last(target, steps, redoable)
        case ev.Redone(target=target):
            _move_last(target, redoable, steps)
        case ev.PromptAdded() | ev.PromptRemoved() if event.auto is not None:
            # What was undone while the run went on may name prompts that the run has replaced since.
            redoable.clear()
        case _ if step == event.seq:
            steps.append(event.seq)
            redoable.clear()
        case _ if step == event.step is not None:
            _go_on(event, event.step, steps)
            redoable.clear()


def _go_on(event: AnyEvent, step: int, steps: list[int]) -> None:
    latest = steps[-1] if steps else 0
    if not latest <= step < event.seq:
        raise ValueError(f"step {step} is over")
    if step != latest:  # its first event is lost
        steps.append(step)


def _move_last(target: int, here: list[int], there: list[int]) -> None:
    if here[-1:] != [target]:
        raise ValueError(f"step {target} is not the one whose turn it is to be undone or redone")
    there.append(here.pop())


def _apply(state: State, event: AnyEvent) -> None:
    match event:
        case ev.RunProgressed():  # first, since most events are these
            _apply_progress(state, event)
        case ev.LabelAdded() | ev.LabelRenamed() | ev.LabelHidden():
            _apply_label(state, event)
        case ev.PromptAdded() | ev.PromptRemoved():
            _apply_prompt(state, event)
        case ev.FeatureSet() | ev.FeatureCleared() | ev.FeatureRemoved():
            _apply_feature(state, event)
        case ev.BarrierSet() | ev.BarrierCleared():
            _apply_barrier(state, event)
        case ev.RunStarted() | ev.RunEnded():
            _apply_run(state, event)
        case ev.MaskPredicted() | ev.MaskEdited() | ev.MarkedAbsent() | ev.MasksReassigned() | ev.MasksCleared():
            _apply_masks(state, event)
        case ev.Imported():
            for label in event.labels:
                _require_label(label, state)
            state.mask_events.append(event)
        case ev.ReviewMarked() | ev.ReviewWithdrawn():
            # Of a label that an undo has taken away too: a redo brings it back, and what was said of it.
            state.reviews.setdefault(event.label, []).append(event)
        case ev.SampleDrawn():
            state.samples[event.seq] = event
        case ev.SettingChanged():
            state.settings = changed(state.settings, event.name, event.value)
        case ev.SchemaAdopted():
            state.schema = event.schema
        case ev.MediaRebound():
            state.media_path = event.path


def _apply_label(state: State, event: ev.LabelAdded | ev.LabelRenamed | ev.LabelHidden) -> None:
    match event:
        case ev.LabelAdded():
            state.labels[event.label] = Label(event.label, event.name)
            state.next_label = max(state.next_label, event.label + 1)
        case ev.LabelRenamed():
            state.labels[event.label].name = event.name
        case ev.LabelHidden():
            state.labels[event.label].hidden = event.hidden


def _apply_prompt(state: State, event: ev.PromptAdded | ev.PromptRemoved) -> None:
    if event.auto is not None and event.auto not in state.runs:
        raise KeyError(f"there is no run {event.auto}")
    match event:
        case ev.PromptAdded(label=label, frame=frame):
            _require_label(label, state)
            touched = PlacedPrompt(event.seq, label, frame, event.prompt, event.base, event.auto)
            state.placed.add(touched)
        case ev.PromptRemoved(prompt=prompt):
            touched = state.placed.remove(prompt)
    if event.auto is None:
        state.placed.adopt(touched.frame, touched.label)


def _require_label(label: int, state: State) -> None:
    if label not in state.labels:
        raise KeyError(f"there is no label {label}")


def _apply_barrier(state: State, event: ev.BarrierSet | ev.BarrierCleared) -> None:
    state.mask_events.append(event)
    match event:
        case ev.BarrierSet():
            state.barriers.add(event.frame)
        case ev.BarrierCleared():
            state.barriers.discard(event.frame)


def _apply_progress(state: State, event: ev.RunProgressed) -> None:
    _going_on(state, event.run).log_length = event.log_length
    latest = state.mask_events[-1] if state.mask_events else None
    if isinstance(latest, ev.RunProgressed) and latest.run == event.run:
        state.mask_events.pop()
    state.mask_events.append(event)


def _going_on(state: State, run: int) -> Run:
    """The run, to be changed: one that had ended, as a stranger's journal may have it, is shared with copies."""
    known = state.runs[run]
    if known.outcome is not None:
        known = state.runs[run] = known.copy()
    return known


def _apply_masks(
    state: State,
    event: ev.MaskPredicted | ev.MaskEdited | ev.MarkedAbsent | ev.MasksReassigned | ev.MasksCleared,
) -> None:
    match event:
        case ev.MaskPredicted():
            # Here, since prompts may become another label's later. Undone ones are not there.
            prompts = [state.prompts.get(prompt) for prompt in event.prompts]
            if not all(each and (each.frame, each.label) == (event.frame, event.label) for each in prompts):
                return
        case ev.MaskEdited() | ev.MarkedAbsent():
            _require_label(event.label, state)
        case ev.MasksReassigned():
            _require_label(event.label, state)
            _require_label(event.other, state)
            state.placed.reassign(event)
    state.mask_events.append(event)


def _apply_feature(state: State, event: ev.FeatureSet | ev.FeatureCleared | ev.FeatureRemoved) -> None:
    _require_label(event.label, state)
    features = state.features.setdefault(event.label, {})
    match event:
        case ev.FeatureSet():
            features.setdefault(event.name, Feature()).set(event.frame, event.value)
        case ev.FeatureCleared():
            features[event.name].clear(event.frame)
        case ev.FeatureRemoved():
            features.pop(event.name, None)


def _apply_run(state: State, event: ev.RunStarted | ev.RunEnded) -> None:
    match event:
        case ev.RunStarted():
            for sweep in event.plan.passes:
                for planned in sweep.labels:
                    _require_label(planned.label, state)
            state.runs[event.seq] = Run(event.seq, event.plan, event.engine)
        case ev.RunEnded():
            run = _going_on(state, event.run)
            run.outcome, run.reason = event.outcome, event.reason
