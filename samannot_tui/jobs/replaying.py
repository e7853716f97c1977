"""A session's human input on another engine: a new session, in which all that engines had made is made anew."""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from samannot_tui.engine.doing_again import request_of
from samannot_tui.engine.job import fill_plan, gather_prompts, read_rle
from samannot_tui.engine.memories import MemoryFolder
from samannot_tui.engine.planner import NothingToRunError, plan_run
from samannot_tui.engine.predictor import prompted_mask
from samannot_tui.engine.process import WORKER_COMMAND
from samannot_tui.engine.remote import RemoteEngine
from samannot_tui.engine.sources import computes
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.errors import InputError
from samannot_tui.jobs.opening import Opened
from samannot_tui.jobs.run_again import RunAgain
from samannot_tui.masks.log import NewMask
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent, EngineInfo
from samannot_tui.session.journal import CONTRADICTION, now
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.location import is_session
from samannot_tui.session.lock import WriterLock, acquire
from samannot_tui.session.manifest import sync_folder
from samannot_tui.session.past import contradiction
from samannot_tui.session.paths import relative_to_session
from samannot_tui.session.plan import Plan
from samannot_tui.session.recorded import Recorded
from samannot_tui.session.situation import names_of
from samannot_tui.session.state import State
from samannot_tui.session.store import Session, make_folder
from samannot_tui.text import printable

Progress = Callable[[int, int], None]
MASKS_AT_A_TIME = 256

ENGINE_SETTINGS = ("engine", "checkpoint", "image_size", "precision", "feature_cache_mib")
# Told by the new session itself, or true of the old one alone.
_OF_THE_OLD_ONE = ev.MediaRebound | ev.Exported | ev.SessionReplayed | ev.EventLost
# What a person did that names nothing which an engine made.
_RETOLD = (
    ev.LabelAdded
    | ev.LabelRenamed
    | ev.LabelHidden
    | ev.FeatureSet
    | ev.FeatureCleared
    | ev.FeatureRemoved
    | ev.BarrierSet
    | ev.BarrierCleared
    | ev.MasksCleared
    | ev.MasksReassigned
    | ev.SettingChanged
    | ev.SchemaAdopted
)


@dataclass(frozen=True)
class Replayed:
    """What was done.

    Attributes:
        engine: what made the masks.
        runs, predictions: how many of each were made anew.
        masks: how many masks the engine made.
        notices: what could not be done as it was then.
    """

    engine: EngineInfo
    runs: int
    predictions: int
    masks: int
    notices: tuple[str, ...]


def replay_on(
    opened: Opened,
    out: Path,
    spec: EngineSpec,
    settings: Mapping[str, object],
    progress: Progress,
    command: Sequence[str] = WORKER_COMMAND,
) -> Replayed:
    """Make the session `out`: labels, prompts, edits and all else that people did as in `opened`, at their times,
    with runs and predictions of the engine `spec` in the places of the old ones.

    A run is planned anew from what a person asked for, over as many frames as it went then. Verdicts are of the old
    masks and are left behind. `out` is there when all is done, or not at all.

    Args:
        opened: the old session and its video; read-only will do.
        settings: what the new session's engine settings are.
        progress: called with (steps of the engine's work done, steps to do).

    Raises:
        InputError: there is something at `out`, or the engine cannot run here.
        JobError: the engine or the disk failed.
    """
    recorded, media = Recorded(opened.session), opened.source.path
    with _new_session(recorded, media, out) as session:
        engine = RemoteEngine(media, spec, session.folder / "cache", command)
        try:
            return _Replay(recorded, session, engine, progress).play(settings)
        finally:
            engine.close()


@contextmanager
def _new_session(recorded: Recorded, media: Path, out: Path) -> Iterator[Session]:
    """A session under another name beside `out`, which becomes `out` unless something goes wrong."""
    if os.path.lexists(out):
        raise InputError(f"{printable(out)} exists already; give another --out.")
    part = out.with_name(f".{out.name}.part")
    _clear_away(part, out)
    manifest = msgspec.structs.replace(recorded.manifest, media_path=relative_to_session(media, part))
    try:
        make_folder(part, manifest)
    except OSError as error:
        raise InputError(f"{printable(out)} cannot be made ({error.strerror}); give another --out.") from error
    try:
        session = Session.open(part)
        try:
            yield session
        finally:
            session.close()
        (part / "lock").unlink()
        part.rename(out)
        sync_folder(out.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _clear_away(part: Path, out: Path) -> None:
    """Remove what a replay left that was killed."""
    if not is_session(part):
        return
    lock = acquire(part / "lock")
    if not isinstance(lock, WriterLock):
        raise InputError(f"{printable(out)} is being made: {lock}.")
    lock.release()
    shutil.rmtree(part)


class _Replay:
    """Goes through the old journal; `_steps` and `_prompts` say which seq of the new one stands for an old one's."""

    def __init__(self, recorded: Recorded, session: Session, engine: RemoteEngine, progress: Progress) -> None:
        self._recorded = recorded
        self._session = session
        self._engine = engine
        self._progress = progress
        self._done, self._to_do = 0, sum(isinstance(e, ev.RunProgressed | ev.MaskPredicted) for e in recorded.events)
        self._steps: dict[int, int] = {}
        self._prompts: dict[int, int] = {}
        self._run: RunAgain | None = None
        self._runs = self._predictions = 0
        self._notices: list[str] = []
        self._left_behind: Counter[str] = Counter()

    def play(self, settings: Mapping[str, object]) -> Replayed:
        told = 0
        for event, state, live in self._recorded.walk():
            if event.seq > told:
                group = self._group(event)
                told = group[-1].seq
                self._session.clock = lambda at=event.at: at  # type: ignore[misc]
                self._tell(group, state, live)
        self._end_run("ended")
        self._session.clock = now
        for name, value in settings.items():
            if getattr(self._session.state.settings, name) != value:
                self._session.submit(cmd.ChangeSetting(name, value))
        source = relative_to_session(self._recorded.folder, self._session.folder)
        self._session.submit(cmd.RecordReplay(source, len(self._recorded.events)))
        left = (
            f"Left behind, since nothing in the new session stands for it: {count} {name}."
            for name, count in self._left_behind.items()
        )
        notices = tuple(dict.fromkeys((*self._notices, *left)))
        index = self._session.masks.index
        masks = self._predictions + int((index.run[1 : index.count + 1] > 0).sum())
        return Replayed(self._engine.info, self._runs, self._predictions, masks, notices)

    def _group(self, first: AnyEvent) -> list[AnyEvent]:
        """The events that were one command's."""
        group = [first]
        for event in self._recorded.events[first.seq :]:
            if event.step != first.seq:
                break
            group.append(event)
        return group

    def _tell(self, group: list[AnyEvent], state: State, live: LiveMasks) -> None:
        match group[0]:
            case ev.RunStarted() as started:
                self._start(started, state, live)
            case ev.RunProgressed(log_length=length):
                if self._run:
                    self._run.go_on(length)
                self._advance()
            case ev.RunEnded(outcome=outcome):
                self._end_run(outcome)
            case ev.MaskPredicted(frame=frame, label=label):
                self._predict(frame, label)
                self._advance()
            case ev.Undone(target=target):
                self._undo(target)
            case ev.Redone(target=target):
                self._redo(target)
            case ev.MasksReassigned() as reassigned if len(group) == 1:
                self._reassign(reassigned)
            case _:
                self._retell(group)

    def _advance(self) -> None:
        self._done += 1
        self._progress(self._done, self._to_do)

    def _start(self, started: ev.RunStarted, state: State, live: LiveMasks) -> None:
        request = request_of(started.plan, state, live)
        continues = any(each.continues for sweep in started.plan.passes for each in sweep.labels)
        cache = self._session.folder / "cache"
        # A run that fell back to the mask does so again.
        memories = MemoryFolder(cache, self._engine.info).held() if continues else ()
        frame_count = self._session.manifest.frame_count
        plans: list[Plan] = []

        def start(state: State, live: LiveMasks) -> Sequence[cmd.StartRun]:
            plans.append(plan_run(state, live, frame_count, request, memories))
            return [cmd.StartRun(plans[0], self._engine.info)]

        try:
            (begun,) = self._session.submit_all(start)
        except NothingToRunError as nothing:
            self._notices.append(f"Run {started.seq} ({started.plan.direction} from {request.start}): {nothing}")
            return
        passes = fill_plan(plans[0], self._session.state.prompts, self._session.masks.read)
        self._steps[started.seq] = begun.seq
        self._runs += 1
        self._run = RunAgain(self._recorded, started, self._session, self._engine, begun.seq, plans[0], passes)

    def _end_run(self, outcome: str) -> None:
        if self._run:
            self._run.end("finished" if outcome == "finished" else "ended")
        self._run = None

    def _predict(self, frame: int, label: int) -> None:
        placed = self._session.state.prompts_on(frame, label)
        if not placed or not computes(placed):
            name = names_of([label], self._session.state)
            self._notices.append(f"The prompts of {name} on frame {frame} compute nothing here.")
            return
        base = None if placed[0].base is None else read_rle(placed[0].base, frame, self._session.masks.read)
        mask = self._engine.segment(gather_prompts(label, frame, [each.prompt for each in placed], base))
        made = prompted_mask(frame, label, mask)
        (record,) = self._session.append_masks([made])
        seqs = tuple(each.seq for each in placed)
        self._session.submit(cmd.AddPrediction(label, frame, record, seqs, self._engine.info))
        self._predictions += 1

    def _undo(self, target: int) -> None:
        """A step that is not here, since it had nothing to do, is not undone either."""
        if self._is_next(target, self._session.state.steps):
            self._session.submit(cmd.Undo())

    def _redo(self, target: int) -> None:
        if self._is_next(target, self._session.state.redoable):
            self._session.submit(cmd.Redo())

    def _is_next(self, target: int, steps: list[int]) -> bool:
        step = self._steps.get(target)
        if step is None or steps[-1:] == [step]:
            return step is not None
        del self._steps[target]
        self._notices.append(f"Event {target} could not be undone or redone as it was then.")
        return False

    def _reassign(self, event: ev.MasksReassigned) -> None:
        """Decided anew: the masks on frames where both labels have one are others now, and so are their unions."""
        command = cmd.ReassignMasks(event.kind, event.label, event.other, event.first, event.last)
        try:
            (reassigned,) = self._session.submit(command)
        except InputError as refusal:
            self._notices.append(f"Event {event.seq}: {refusal}")
            return
        self._steps[event.seq] = reassigned.seq

    def _retell(self, group: list[AnyEvent]) -> None:
        pairs = [(event, made) for event in group if (made := self._translated(event))]
        if not pairs:
            return
        unstamped = tuple(msgspec.structs.replace(made, seq=0, at="", step=None) for _, made in pairs)
        try:
            told = self._session.submit(cmd.Retell(unstamped))
        except CONTRADICTION as error:
            raise InputError(f"{contradiction(group[-1].seq, error)}: nothing of it can be done again.") from error
        self._steps[group[0].seq] = told[0].seq
        for (event, _), made in zip(pairs, told, strict=True):
            if isinstance(event, ev.PromptAdded):
                self._prompts[event.seq] = made.seq

    def _translated(self, event: AnyEvent) -> AnyEvent | None:
        """The event with the new session's numbers; None where nothing stands for it."""
        match event:
            case ev.PromptAdded(auto=None, frame=frame, label=label, base=base):
                # Who prompted a frame without a mask meant to refine none.
                return msgspec.structs.replace(event, base=None if base is None else self._present(frame, label))
            case ev.PromptRemoved(auto=None, prompt=prompt) if prompt in self._prompts:
                return msgspec.structs.replace(event, prompt=self._prompts[prompt])
            case ev.PromptRemoved(auto=None):
                self._notices.append(f"Event {event.seq}: the point that it removed was handed over by a run then.")
                return None
            case ev.PromptAdded() | ev.PromptRemoved():
                return None  # a run handed it over, which does so again
            case ev.MaskEdited(frame=frame, label=label, record=record):
                base = self._present(frame, label)
                return msgspec.structs.replace(event, record=self._copied(record), base=base)
            case ev.MarkedAbsent(record=record):
                return msgspec.structs.replace(event, record=self._copied(record))
            case ev.Imported(records=spans):
                return msgspec.structs.replace(event, records=tuple(map(self._copied_span, spans)))
            case ev.SettingChanged(name=name) if name in ENGINE_SETTINGS:
                return None
            case _ if isinstance(event, _RETOLD):
                return event
            case _ if not isinstance(event, _OF_THE_OLD_ONE):
                self._left_behind[type(event).__name__] += 1
        return None

    def _present(self, frame: int, label: int) -> int | None:
        live = self._session.live
        return live.record(frame, label) if live.is_present(frame, label) else None

    def _copied(self, record: int) -> int:
        """A mask that no engine here made, in the new session."""
        return self._copied_span(ev.RecordSpan(record, record)).first

    def _copied_span(self, span: ev.RecordSpan) -> ev.RecordSpan:
        copied: list[int] = []
        for start in range(span.first, span.last + 1, MASKS_AT_A_TIME):
            masks = map(self._recorded.masks.read, range(start, min(start + MASKS_AT_A_TIME, span.last + 1)))
            made = [NewMask(**{name: getattr(mask, name) for name in NewMask.__struct_fields__}) for mask in masks]
            copied += self._session.append_masks(made)
        return ev.RecordSpan(copied[0], copied[-1])
