"""Annotations for the planner's tests, built from real events and a real mask index, without any disk."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from samannot_tui.engine.continuations import Memory
from samannot_tui.engine.planner import RunRequest, plan_run
from samannot_tui.masks.index import IndexRow, MaskIndex, RecordSource
from samannot_tui.session import events as ev
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.state import State, fold

ENGINE = ev.EngineInfo(name="test", version="1")
SOME_PLAN = Plan("forward", 0, (), (), "off", None, (), ())
LINE = 100  # bytes of a record's line in the pretended mask log


class Scene:
    """A video with labels 1..n; every method adds the events that a person's or an engine's work leaves."""

    def __init__(self, labels: int = 1, frames: int = 40, **settings: Any) -> None:
        self.frames = frames
        self.index = MaskIndex()
        self.events: list[ev.AnyEvent] = []
        self._state: State | None = None
        self._live: LiveMasks | None = None
        for label in range(1, labels + 1):
            self._add(ev.LabelAdded(label=label, name=f"label{label}"))
        for name, value in {"block_size": 10, **settings}.items():
            self.change(name, value)

    def change(self, setting: str, value: Any) -> None:
        self._add(ev.SettingChanged(name=setting, value=value))

    def _add(self, event: Any) -> int:
        seq = len(self.events) + 1
        self.events.append(
            type(event)(**{name: getattr(event, name) for name in event.__struct_fields__} | {"seq": seq})
        )
        return seq

    def _record(self, label: int, frame: int, source: RecordSource, run: int = 0, score: float = 5.0) -> int:
        self.index.extend([IndexRow(frame, label, source, run, score, 0.9, self.index.count * LINE, LINE)])
        return self.index.count

    def point(
        self, label: int, frame: int, *, positive: bool = True, base: int | None = None, auto: int | None = None
    ) -> int:
        """A click; returns its seq."""
        prompt = PointPrompt(1, 1, positive)
        return self._add(ev.PromptAdded(label=label, frame=frame, prompt=prompt, base=base, auto=auto))

    def unpoint(self, seq: int, *, auto: int | None = None) -> None:
        self._add(ev.PromptRemoved(prompt=seq, auto=auto))

    def edit(self, label: int, frame: int, *, present: bool = True) -> int:
        """A person's mask; returns its record."""
        record = self._record(label, frame, RecordSource.EDITED, score=5.0 if present else -5.0)
        self.use_as_edit(label, frame, record)
        return record

    def use_as_edit(self, label: int, frame: int, record: int) -> None:
        self._add(ev.MaskEdited(label=label, frame=frame, record=record))

    def clear(self, label: int, frame: int) -> None:
        self._add(ev.MasksCleared(labels=(label,), first=frame, last=frame))

    def absent(self, label: int, first: int, last: int) -> None:
        record = self._record(label, first, RecordSource.EDITED, score=-10.0)
        self._add(ev.MarkedAbsent(label=label, first=first, last=last, record=record))

    def swap(self, label: int, other: int, first: int, last: int) -> None:
        self._add(ev.MasksReassigned(kind="swap", label=label, other=other, first=first, last=last))

    def barrier(self, *frames: int) -> None:
        for frame in frames:
            self._add(ev.BarrierSet(frame=frame))

    def run(self, cells: dict[int, Iterable[int]], *, absent: Sequence[int] = (), plan: Plan | None = None) -> int:
        """A run that wrote label -> frames; on frames in `absent` it found nothing. Returns its id."""
        sweep = Pass("forward", 0, self.frames - 1, tuple(LabelPlan(label, 0, (), ()) for label in cells))
        run = self._add(ev.RunStarted(plan=plan or replace(SOME_PLAN, passes=(sweep,)), engine=ENGINE))
        for label, frames in cells.items():
            for frame in frames:
                score = -5.0 if frame in absent else 5.0
                self._record(label, frame, RecordSource.PROPAGATED, run, score)
        self._add(ev.RunProgressed(run=run, log_length=self.index.count * LINE))
        self._add(ev.RunEnded(run=run, outcome="finished"))
        return run

    def time(self, run: int, started: str, ended: str) -> None:
        """Say when a run began and ended."""
        for place, event in enumerate(self.events):
            if event.seq == run:
                self.events[place] = replace(event, at=started)
            elif isinstance(event, ev.RunEnded) and event.run == run:
                self.events[place] = replace(event, at=ended)
        self._state = None

    def rename(self, label: int, name: str) -> None:
        self._add(ev.LabelRenamed(label=label, name=name))

    def start_run(self) -> int:
        return self._add(ev.RunStarted(plan=SOME_PLAN, engine=ENGINE))

    def undo(self, target: int) -> None:
        self._add(ev.Undone(target=target))

    def state(self) -> State:
        """The fold so far; shared between calls until something is added."""
        if self._state is None or self._state.last_seq != len(self.events):
            self._state = fold(self.events)
            self._live = LiveMasks(self.index, self.frames, self._state)
        return self._state

    def live(self) -> LiveMasks:
        self.state()
        assert self._live is not None
        return self._live

    def record(self, frame: int, label: int = 1) -> int:
        found = self.live().record(frame, label)
        assert found is not None, f"the scene has no mask of label {label} on frame {frame}"
        return found

    def plan(
        self,
        start: int,
        direction: Any = "forward",
        memory: Memory | None = None,
        *,
        memories: Iterable[Memory] = (),
        **options: Any,
    ) -> Plan:
        memories = (*memories, memory) if memory else tuple(memories)
        return plan_run(self.state(), self.live(), self.frames, RunRequest(start, direction, **options), memories)


def only(plan: Plan) -> LabelPlan:
    """The one label of the one pass."""
    (sweep,) = plan.passes
    (planned,) = sweep.labels
    return planned


def written(planned: LabelPlan) -> list[int]:
    """Frames that a label writes, rising."""
    return [frame for span in planned.writes for frame in range(span.first, span.last + 1)]


def source_frames(planned: LabelPlan) -> list[int]:
    return [source.frame for source in planned.sources]


def frames(first: int, last: int) -> list[int]:
    return list(range(first, last + 1))


def mask(frame: int, record: int) -> Source:
    return Source(frame, record=record)
