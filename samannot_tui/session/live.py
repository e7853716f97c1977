"""Which mask record counts for which frame and label: the journal's decision, resolved over the mask log."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import takewhile
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from samannot_tui.masks.index import MaskIndex, RecordSource
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.state import MaskEvent, State
from samannot_tui.session.validate import MAX_LABELS

NO_RECORD = 0
Frames = npt.NDArray[np.intp]
Kinds = npt.NDArray[np.uint8]
FEWEST_COLUMNS = 8
REMEMBERED = 64
"""So many events can be taken out of the table again; for more it is made anew: what they replaced fills memory."""
_Found = TypeVar("_Found", bound=npt.NDArray[Any])


class MaskKind(IntEnum):
    """What a label has on a frame. Of several labels the highest counts."""

    NONE = 0
    ABSENT = 1
    MODEL = 2
    EDITED = 3


@dataclass
class _Replaced:
    """What was there before an event: the way back when it counts no more."""

    log_length: int
    cells: list[tuple[Any, Any, npt.NDArray[np.int32]]] = field(default_factory=list)
    edited_at: dict[int, int] = field(default_factory=dict)


class LiveMasks:
    """The live record of every frame and label, as a dense table of record ids.

    Of two live records for a frame and label the one whose event came later wins, but a person's word is
    kept: an engine's mask never replaces an edit made after the engine was set to work. A run's masks count
    where its plan lets it write: of the plan's labels, never on a barrier.

    To make the table anew takes longer the more was ever done; so undo takes back what the latest events did.
    """

    def __init__(self, index: MaskIndex, frame_count: int, state: State) -> None:
        self.index = index
        self.frame_count = frame_count
        self._start_over()
        self.follow(state)

    def _start_over(self) -> None:
        self._table: npt.NDArray[np.int32] = np.zeros((self.frame_count, FEWEST_COLUMNS), np.int32)
        self._kinds: Kinds = np.zeros(self.frame_count, np.uint8)
        self._changed: npt.NDArray[np.bool_] = np.zeros(self.frame_count, np.bool_)
        self._log_length = 0
        self._edited_at: dict[int, int] = {}
        self._is_barrier: npt.NDArray[np.bool_] = np.zeros(self.frame_count, np.bool_)
        self._counted: list[MaskEvent] = []
        self._replaced: deque[_Replaced] = deque(maxlen=REMEMBERED)
        self._known: dict[tuple[str, int | None], npt.NDArray[Any]] = {}

    def update(self, state: State, events: Sequence[AnyEvent]) -> None:
        """Follow `events`, which `state` has already taken in."""
        removed = {event.prompt for event in events if isinstance(event, ev.PromptRemoved)}
        predicted = (event for event in state.mask_events if isinstance(event, ev.MaskPredicted))
        if any(isinstance(event, ev.Undone | ev.Redone) for event in events) or (
            removed and any(not removed.isdisjoint(event.prompts) for event in predicted)
        ):
            self.follow(state)
            return
        for event in events:
            if isinstance(event, MaskEvent) and _counts(event, state):
                self._apply(event, state)
                self._known = {}

    def follow(self, state: State) -> None:
        """Go over to another state of the same history, an earlier or a later one.

        Takes out the events that count no more, and all after the first of them, and puts in those that do.
        """
        counting = [event for event in state.mask_events if _counts(event, state)]
        pairs = zip(self._counted, counting, strict=False)
        common = sum(1 for _ in takewhile(lambda pair: pair[0].seq == pair[1].seq, pairs))
        if common == len(self._counted) == len(counting):
            return
        if len(self._counted) - common > len(self._replaced):
            self._start_over()
            common = 0
        while len(self._counted) > common:
            self._take_back()
        self._is_barrier[:] = False
        for event in self._counted:
            self._apply_barrier(event)
        for event in counting[common:]:
            self._apply(event, state)
        self._known = {}

    def _take_back(self) -> None:
        """Undo all that the latest event did, but for barriers, which are counted anew."""
        self._counted.pop()
        replaced = self._replaced.pop()
        for frames, labels, records in reversed(replaced.cells):
            self._table[frames, labels] = records
            self._changed[frames] = True
        self._edited_at.update(replaced.edited_at)
        self._log_length = replaced.log_length

    def record(self, frame: int, label: int) -> int | None:
        """Id of the live record, None where there is none."""
        if label >= self._table.shape[1]:
            return None
        return int(self._table[frame, label]) or None

    def on_frame(self, frame: int) -> dict[int, int]:
        """Label -> live record id on one frame, by label."""
        row = self._table[frame]
        return {int(label): int(row[label]) for label in np.flatnonzero(row)}

    def is_present(self, frame: int, label: int) -> bool:
        """Whether the label has a live mask that is not "absent"."""
        record = self.record(frame, label)
        return record is not None and bool(self.index.object_score[record] > 0)

    def edited_at(self, record: int) -> int:
        """Seq of the event by which a person made this record; 0 where an engine did."""
        return self._edited_at.get(record, 0)

    # These are asked for with every key and are found once: no array may be changed, which numpy sees to.

    def frames(self, label: int) -> Frames:
        """Frames with a live record of the label ("absent" included), rising."""
        if label >= self._table.shape[1]:
            return np.zeros(0, np.intp)
        return self._once("frames", label, lambda: np.flatnonzero(self._table[:, label]))

    def records(self, label: int) -> npt.NDArray[np.int32]:
        """The live record of every frame of the video, NO_RECORD where there is none; a view, not to be kept."""
        if label >= self._table.shape[1]:
            return np.zeros(self.frame_count, np.int32)
        column = self._table[:, label]
        column.flags.writeable = False
        return column

    def edited_frames(self, label: int) -> Frames:
        """Frames whose live record a person made ("absent" included), rising."""
        return self._once("edited", label, lambda: self._find_edited(label))

    def annotated_frames(self) -> Frames:
        """Frames with a live record of any label, rising."""
        return self._once("frames", None, lambda: np.flatnonzero(self._table.any(axis=1)))

    def gaps(self, label: int | None) -> Frames:
        """The first frame of each stretch without a record between frames that have one, rising.

        Of one label, or, with None, of all: frames where none has a record.
        """
        return self._once("gaps", label, lambda: self._find_gaps(label))

    def kinds(self, label: int | None) -> Kinds:
        """The MaskKind of every frame of the video: of one label, or, with None, the highest of all labels'."""
        return self._once("kinds", label, lambda: self._find_kinds(label))

    def _once(self, what: str, label: int | None, find: Callable[[], _Found]) -> _Found:
        # A new dict after each change: what another thread was still looking for goes with the old one.
        known: dict[tuple[str, int | None], Any] = self._known
        if (what, label) not in known:
            found = find()
            found.setflags(write=False)
            known[what, label] = found
        kept: _Found = known[what, label]
        return kept

    def _find_kinds(self, label: int | None) -> Kinds:
        if label is not None:
            return self._kinds_of(self.records(label))
        # Of the frames that have changed since: a run's masks are followed four times a second. The marks go first and
        # are set last, so that a change in another thread meanwhile is found the next time.
        frames = np.flatnonzero(self._changed)
        self._changed[frames] = False
        self._kinds[frames] = self._kinds_of(self._table[frames]).max(axis=1)
        return self._kinds.copy()

    def _kinds_of(self, records: npt.NDArray[np.int32]) -> Kinds:
        present, edited = self.index.object_score[records] > 0, self.index.source[records] == RecordSource.EDITED
        kinds = np.where(present, MaskKind.MODEL + edited, MaskKind.ABSENT)
        return np.where(records == NO_RECORD, MaskKind.NONE, kinds).astype(np.uint8)

    def _find_edited(self, label: int) -> Frames:
        frames = self.frames(label)
        records = self._table[frames, label] if len(frames) else np.zeros(0, np.int32)
        edited: Frames = frames[self.index.source[records] == RecordSource.EDITED]
        return edited

    def _find_gaps(self, label: int | None) -> Frames:
        frames = self.annotated_frames() if label is None else self.frames(label)
        found: Frames = frames[:-1][np.diff(frames) > 1] + 1
        return found

    def _apply(self, event: MaskEvent, state: State) -> None:
        latest = self._counted[-1] if self._counted else None
        if isinstance(event, ev.RunProgressed) and isinstance(latest, ev.RunProgressed) and latest.run == event.run:
            self._counted[-1] = event  # as the state does; both are taken back as one
        else:
            self._counted.append(event)
            self._replaced.append(_Replaced(self._log_length))
        match event:
            case ev.RunProgressed():
                self._apply_progress(event, state)
            case ev.MaskPredicted():
                self._set(self._record_of(event.record, event.frame, event.label), asked_at=max(event.prompts))
            case ev.MaskEdited():
                self._mark_edited([event.record], event)
                self._set(self._record_of(event.record, event.frame, event.label), asked_at=event.seq)
            case ev.MarkedAbsent():
                self._apply_absence(event)
            case ev.MasksReassigned():
                self._apply_reassigned(event)
            case ev.MasksCleared():
                labels = [label for label in event.labels if label < self._table.shape[1]]
                self._write(slice(event.first, event.last + 1), labels, NO_RECORD)
            case _:
                self._apply_barrier(event)

    def _apply_barrier(self, event: MaskEvent) -> None:
        match event:
            case ev.BarrierSet():
                self._is_barrier[event.frame] = True
            case ev.BarrierCleared():
                self._is_barrier[event.frame] = False

    def _apply_progress(self, event: ev.RunProgressed, state: State) -> None:
        # No two runs go on at once, so what this one has added lies behind what any run had added before.
        records = self.index.of_run(event.run, self._log_length, event.log_length)
        self._log_length = max(self._log_length, event.log_length)
        # Tables, not np.isin: that took longer than all the rest of a long session's folding.
        is_planned = np.zeros(MAX_LABELS + 1, np.bool_)
        is_planned[[each.label for sweep in state.runs[event.run].plan.passes for each in sweep.labels]] = True
        records = records[is_planned[self.index.label[records]] & ~self._is_barrier[self.index.frame[records]]]
        self._set(records, asked_at=event.run)

    def _apply_absence(self, event: ev.MarkedAbsent) -> None:
        for record in self._record_of(event.record, event.first, event.label):
            if self.index.object_score[record] <= 0:
                self._mark_edited([event.record], event)
                self._make_room(event.label)
                self._write(slice(event.first, event.last + 1), event.label, record)

    def _apply_reassigned(self, event: ev.MasksReassigned) -> None:
        self._make_room(max(event.label, event.other))
        frames = slice(event.first, event.last + 1)
        mine, others = self._table[frames, event.label].copy(), self._table[frames, event.other].copy()
        if event.kind == "swap":
            self._write(frames, event.label, others)
            self._write(frames, event.other, mine)
            return
        self._write(frames, event.label, NO_RECORD)
        self._write(frames, event.other, np.where(self._weight(mine) > self._weight(others), mine, others))
        unions = np.array([(each.frame, each.record) for each in event.unions], np.int32).reshape(-1, 2)
        written, records = unions[self._fits(unions[:, 1], unions[:, 0], event.other)].T
        self._write(written, event.other, records)
        self._mark_edited(records[self.index.source[records] == RecordSource.EDITED].tolist(), event)

    def _weight(self, records: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
        """Of two records for one cell the heavier stays: a mask before "absent", a person's before a model's."""
        present, edited = self.index.object_score[records] > 0, self.index.source[records] == RecordSource.EDITED
        return np.where(records == NO_RECORD, 0, 1 + edited + 2 * present)

    def _record_of(self, record: int, frame: int, label: int) -> npt.NDArray[np.int32]:
        """The one record, which was made for this cell; none where a damaged log lost it or has another there."""
        records = np.array([record], np.int32)
        return records[self._fits(records, np.array([frame], np.int32), label)]

    def _fits(self, records: npt.NDArray[np.int32], frames: npt.NDArray[np.int32], label: int) -> npt.NDArray[np.bool_]:
        """Which of the records there are, made for these frames and the label."""
        known = np.where(records <= self.index.count, records, 0)
        of_label = self.index.label[known] == label
        fits: npt.NDArray[np.bool_] = (known > 0) & (self.index.frame[known] == frames) & of_label
        return fits

    def _set(self, records: npt.NDArray[np.int32], *, asked_at: int) -> None:
        """Make records live that event `asked_at` asked for, of the same cell the last one."""
        if not len(records):
            return
        frames, labels = self.index.frame[records], self.index.label[records]
        self._make_room(int(labels.max()))
        present = self._table[frames, labels]
        free = np.ones(len(records), np.bool_)
        for place in np.flatnonzero(self.index.source[present] == RecordSource.EDITED):
            free[place] = self.edited_at(int(present[place])) <= asked_at
        self._write(frames[free], labels[free], records[free])

    def _write(self, frames: Any, labels: Any, records: Any) -> None:
        """Change cells of the table, given as its indices; every change goes through here."""
        self._replaced[-1].cells.append((frames, labels, self._table[frames, labels].copy()))
        self._table[frames, labels] = records
        self._changed[frames] = True

    def _mark_edited(self, records: Sequence[int], event: MaskEvent) -> None:
        """A person made these records by `event`."""
        for record in records:
            self._replaced[-1].edited_at.setdefault(record, self.edited_at(record))
            self._edited_at[record] = event.seq

    def _make_room(self, label: int) -> None:
        if label < self._table.shape[1]:
            return
        used = np.flatnonzero(self._table.any(axis=1))
        columns = self._table.shape[1]
        # Of untouched frames no memory is used: a video's length costs nothing by itself.
        wider = np.zeros((self.frame_count, 1 << label.bit_length()), np.int32)
        wider[used, :columns] = self._table[used]
        self._table = wider


def _counts(event: MaskEvent, state: State) -> bool:
    """Whether what the event says is still so: the engine's mask of prompts, of which one was removed, is not."""
    return not isinstance(event, ev.MaskPredicted) or (
        bool(event.prompts) and all(prompt in state.prompts for prompt in event.prompts)
    )
