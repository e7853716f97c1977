"""Does a session's journal give its masks again? Every run and prediction is made once more, and compared."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from samannot_tui.engine.doing_again import cut, memories_used, reached
from samannot_tui.engine.job import JobPass, fill_plan, gather_prompts, read_rle
from samannot_tui.engine.process import WORKER_COMMAND
from samannot_tui.engine.protocol import LabelMask
from samannot_tui.engine.recorder import covers
from samannot_tui.engine.registry import resolve, resolve_recorded
from samannot_tui.engine.remote import RemoteEngine
from samannot_tui.engine.spec import EngineSpec, spec_of
from samannot_tui.errors import InputError, JobError
from samannot_tui.jobs.opening import Opened
from samannot_tui.masks.index import LOST_LABEL
from samannot_tui.masks.rle import Rle, decode
from samannot_tui.review.metrics import region_similarity
from samannot_tui.session import events as ev
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.plan import Plan
from samannot_tui.session.recorded import Recorded
from samannot_tui.session.settings import Settings
from samannot_tui.session.state import State, fold
from samannot_tui.text import printable

LEAST_IOU = 0.99
Progress = Callable[[int, int], None]
MakeSpec = Callable[[EngineInfo, Sequence[str]], EngineSpec]


@dataclass(frozen=True)
class MaskCheck:
    """One recorded mask against the one that was made now; `iou` is 0 where only one of the two is there."""

    frame: int
    label: int
    iou: float
    exact: bool


@dataclass(frozen=True)
class EventCheck:
    """What came of one run, or of one frame's prediction.

    Attributes:
        seq: of its RunStarted or MaskPredicted.
        is_run: which of the two.
        masks: all that it had recorded.
        failure: why it could not be made again, as a sentence; empty where it could.
        differences: in what the engine that ran now is another than the one that is recorded.
    """

    seq: int
    is_run: bool
    masks: tuple[MaskCheck, ...]
    failure: str
    differences: tuple[str, ...]

    @property
    def exact(self) -> int:
        """How many masks are equal to the pixel."""
        return sum(mask.exact for mask in self.masks)

    @property
    def is_exact(self) -> bool:
        return not self.failure and self.exact == len(self.masks)

    @property
    def is_close(self) -> bool:
        """Whether every mask has at least LEAST_IOU."""
        return not self.failure and all(mask.iou >= LEAST_IOU for mask in self.masks)


def verify(
    opened: Opened,
    progress: Progress,
    *,
    checkpoint: str | None = None,
    make_spec: MakeSpec = resolve_recorded,
    command: Sequence[str] = WORKER_COMMAND,
) -> list[EventCheck]:
    """Make every run and prediction of a session again, undone ones too, in their order, and compare the masks.

    Nothing is written into the session; memories that runs go on from are made again as well, in a folder of the
    system's for temporary files.

    Args:
        opened: a session and its video; read-only will do.
        progress: called with (frames done, frames to do).
        checkpoint: where SAM 2's weights are, as the setting of that name; None looks where the session says and
            among the fetched ones.
        make_spec: see `engine.registry.resolve_recorded`.

    Raises:
        InputError: an engine cannot run here, or a recorded mask is damaged.
        JobError: a worker process cannot be started.
    """
    recorded = Recorded(opened.session)
    with tempfile.TemporaryDirectory(prefix="samannot-verify-") as scratch:
        engines = _Engines(opened.source.path, Path(scratch), command)
        verifier = _Verifier(recorded, engines, progress, checkpoint, make_spec)
        try:
            return list(verifier.checks())
        finally:
            verifier.engines.close()


class _Engines:
    """One engine at a time, the one that was asked for last."""

    def __init__(self, media: Path, cache: Path, command: Sequence[str]) -> None:
        self._media = media
        self._cache = cache
        self._command = command
        self._spec: EngineSpec | None = None
        self._engine: RemoteEngine | None = None

    def get(self, spec: EngineSpec) -> RemoteEngine:
        """Raises as RemoteEngine does."""
        if self._engine is None or spec != self._spec:
            self.close()
            self._spec, self._engine = spec, RemoteEngine(self._media, spec, self._cache, self._command)
        return self._engine

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()
        self._engine = None


class _Verifier:
    def __init__(
        self, recorded: Recorded, engines: _Engines, progress: Progress, checkpoint: str | None, make_spec: MakeSpec
    ) -> None:
        self.engines = engines
        self._recorded = recorded
        self._progress = progress
        self._checkpoint = checkpoint
        self._make_spec = make_spec
        self._memories = memories_used(recorded.events)
        self._last_settings = fold(recorded.events).settings
        # Older programs did not say which engine made a prediction: most likely that of the run before.
        self._engine_before = next((e.engine for e in recorded.events if isinstance(e, ev.RunStarted)), None)

    def checks(self) -> Iterator[EventCheck]:
        done, to_do = 0, sum(_frames(event) for event in self._recorded.events)
        for event, state, _ in self._recorded.walk():
            if isinstance(event, ev.RunStarted | ev.MaskPredicted):
                yield self._check(event, state, self._progress_from(done, to_do))
                done += _frames(event)
        self._progress(to_do, to_do)

    def _progress_from(self, before: int, to_do: int) -> Callable[[int], None]:
        return lambda frames: self._progress(before + frames, to_do)

    def _check(
        self, event: ev.RunStarted | ev.MaskPredicted, state: State, progress: Callable[[int], None]
    ) -> EventCheck:
        info = event.engine or self._engine_before
        engine = self.engines.get(self._spec(info, state.settings))
        tally = _Tally(self._recorded, event)
        failure = ""
        try:
            if isinstance(event, ev.RunStarted):
                self._engine_before = event.engine
                self._run(event, engine, tally, state, progress)
            else:
                tally.compare(event.frame, _predicted(event, engine, state, self._recorded))
        except (InputError, JobError) as error:
            failure = str(error)
            self.engines.close()  # it may be in the midst of something, or dead
        differences = () if info is None else _differences(info, engine.info)
        return EventCheck(event.seq, isinstance(event, ev.RunStarted), tally.close(), failure, differences)

    def _spec(self, info: EngineInfo | None, settings: Settings) -> EngineSpec:
        if info is None:
            return resolve(spec_of(settings)).spec
        known = (self._checkpoint, settings.checkpoint, self._last_settings.checkpoint)
        return self._make_spec(info, [each for each in known if each is not None])

    def _run(
        self,
        event: ev.RunStarted,
        engine: RemoteEngine,
        tally: "_Tally",
        state: State,
        progress: Callable[[int], None],
    ) -> None:
        memories = self._memories.get(event.seq, {})
        writes = {(sweep.direction, each.label): each.writes for sweep in event.plan.passes for each in sweep.labels}
        passes = self._passes(event, tally, state)
        for done, tracked in enumerate(engine.track(event.seq, passes, remember=bool(memories))):
            progress(done)
            for mask in tracked.masks:
                if covers(writes[passes[tracked.sweep].direction, mask.label], tracked.frame):
                    tally.compare(tracked.frame, mask)

    def _passes(self, event: ev.RunStarted, tally: "_Tally", state: State) -> tuple[JobPass, ...]:
        """The run's passes; of a run that was ended, failed or goes on what it has come to."""
        _require_known(event.plan, state)
        passes = fill_plan(event.plan, state.prompts, self._recorded.masks.read)
        if self._recorded.outcome(event.seq) == "finished":
            return passes
        memories = self._memories.get(event.seq, {})
        ends = reached(event.plan, self._recorded.masks.index, tally.records, memories)
        ended = (cut(sweep, ends[sweep.direction]) for sweep in passes if sweep.direction in ends)
        return tuple(sweep for sweep in ended if sweep)


class _Tally:
    """The masks that an event recorded, compared one by one."""

    def __init__(self, recorded: Recorded, event: ev.RunStarted | ev.MaskPredicted) -> None:
        index = recorded.masks.index
        if isinstance(event, ev.RunStarted):
            self.records = index.of_run(event.seq, 0, recorded.log_length(event.seq))
        else:
            is_there = event.record <= index.count and index.label[event.record] != LOST_LABEL
            self.records = np.array([event.record] if is_there else [], np.int32)
        self._recorded = recorded
        self._left = {(int(index.frame[each]), int(index.label[each])): int(each) for each in self.records}
        self._found: list[MaskCheck] = []

    def compare(self, frame: int, made: LabelMask) -> None:
        """Take in a mask that was made again."""
        record = self._left.pop((frame, made.label), None)
        if record is not None:
            self._found.append(_compared(frame, made.label, self._recorded.masks.read(record).rle, made.rle))
        elif not self._recorded.lost:
            self._found.append(MaskCheck(frame, made.label, 0.0, exact=False))

    def close(self) -> tuple[MaskCheck, ...]:
        """All of them, by frame; what was not made again is equal to nothing."""
        missing = [MaskCheck(frame, label, 0.0, exact=False) for frame, label in self._left]
        return tuple(sorted(self._found + missing, key=lambda mask: (mask.frame, mask.label)))


def _predicted(event: ev.MaskPredicted, engine: RemoteEngine, state: State, recorded: Recorded) -> LabelMask:
    """The mask of the prompts as they were then, refining what they refined."""
    placed = [state.prompts[seq] for seq in event.prompts if seq in state.prompts]
    if not placed or len(placed) != len(event.prompts):
        raise InputError(f"The prompts of the mask on frame {event.frame} are not in the journal.")
    base = placed[0].base
    rle = None if base is None else read_rle(base, event.frame, recorded.masks.read)
    return engine.segment(gather_prompts(event.label, event.frame, [each.prompt for each in placed], rle))


def _require_known(plan: Plan, state: State) -> None:
    """A stranger's journal may name anything.

    Raises:
        InputError: the plan names a prompt that is not there, or a source that is nothing.
    """
    sources = [source for sweep in plan.passes for each in sweep.labels for source in each.sources]
    for source in sources:
        if not all(seq in state.prompts for seq in source.prompts) or not (source.prompts or source.record):
            raise InputError(f"What the run started from on frame {source.frame} is not in the journal.")


def _compared(frame: int, label: int, recorded: Rle, made: Rle) -> MaskCheck:
    if recorded == made:
        return MaskCheck(frame, label, 1.0, exact=True)
    then, now = decode(recorded), decode(made)
    return MaskCheck(frame, label, region_similarity(then, now), bool(np.array_equal(then, now)))


def _frames(event: ev.AnyEvent) -> int:
    """How many frames the event's masks take to be made again."""
    if isinstance(event, ev.RunStarted):
        return sum(sweep.frame_count for sweep in event.plan.passes)
    return int(isinstance(event, ev.MaskPredicted))


def _differences(recorded: EngineInfo, here: EngineInfo) -> tuple[str, ...]:
    then, now = (msgspec.to_builtins(info) for info in (recorded, here))
    then, now = ({**each.pop("settings"), **each} for each in (then, now))
    return tuple(
        f"{name.replace('_', ' ')} {printable(then.get(name))} then, {printable(now.get(name))} now"
        for name in dict.fromkeys((*then, *now))
        if then.get(name) != now.get(name)
    )
