"""Which mask record counts for which frame and label: the journal's decision, resolved over the mask log."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from samannot_tui.masks.index import MaskIndex, RecordSource
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.state import MaskEvent, State

NO_RECORD = 0
FEWEST_COLUMNS = 8


class LiveMasks:
    """The live record of every frame and label, as a dense table of record ids.

    Of two live records for a frame and label the one whose event came later wins, but a person's word is
    kept: an engine's mask never replaces an edit made after the engine was set to work. A run's masks count
    where its plan lets it write: of the plan's labels, never on a barrier.
    """

    def __init__(self, index: MaskIndex, frame_count: int, state: State) -> None:
        self.index = index
        self.frame_count = frame_count
        self.rebuild(state)

    def rebuild(self, state: State) -> None:
        """Start over from all of the state's mask events."""
        self._table: npt.NDArray[np.int32] = np.zeros((self.frame_count, FEWEST_COLUMNS), np.int32)
        self._log_length = 0
        self._edited_at: dict[int, int] = {}
        self._barriers: set[int] = set()
        for event in state.mask_events:
            self._apply(event, state)

    def update(self, state: State, events: Sequence[AnyEvent]) -> None:
        """Follow `events`, which `state` has already taken in."""
        removed = {event.prompt for event in events if isinstance(event, ev.PromptRemoved)}
        predicted = (event for event in state.mask_events if isinstance(event, ev.MaskPredicted))
        if any(isinstance(event, ev.Undone | ev.Redone) for event in events) or (
            removed and any(not removed.isdisjoint(event.prompts) for event in predicted)
        ):
            self.rebuild(state)
            return
        for event in events:
            if isinstance(event, MaskEvent):
                self._apply(event, state)

    def record(self, frame: int, label: int) -> int | None:
        """Id of the live record, None where there is none."""
        if label >= self._table.shape[1]:
            return None
        return int(self._table[frame, label]) or None

    def on_frame(self, frame: int) -> dict[int, int]:
        """Label -> live record id on one frame, by label."""
        row = self._table[frame]
        return {int(label): int(row[label]) for label in np.flatnonzero(row)}

    def frames(self, label: int) -> npt.NDArray[np.intp]:
        """Frames with a live record of the label ("absent" included), rising."""
        if label >= self._table.shape[1]:
            return np.zeros(0, np.intp)
        return np.flatnonzero(self._table[:, label])

    def records(self, label: int) -> npt.NDArray[np.int32]:
        """The live record of every frame of the video, NO_RECORD where there is none; a view, not to be kept."""
        if label >= self._table.shape[1]:
            return np.zeros(self.frame_count, np.int32)
        column = self._table[:, label]
        column.flags.writeable = False
        return column

    def edited_frames(self, label: int) -> npt.NDArray[np.intp]:
        """Frames whose live record a person made, rising."""
        frames = self.frames(label)
        records = self._table[frames, label] if len(frames) else np.zeros(0, np.int32)
        edited: npt.NDArray[np.intp] = frames[self.index.source[records] == RecordSource.EDITED]
        return edited

    def annotated_frames(self) -> npt.NDArray[np.intp]:
        """Frames with a live record of any label, rising."""
        return np.flatnonzero(self._table.any(axis=1))

    def _apply(self, event: MaskEvent, state: State) -> None:
        match event:
            case ev.RunProgressed():
                self._apply_progress(event, state)
            case ev.MaskPredicted():
                prompts = [state.prompts.get(prompt) for prompt in event.prompts]
                if prompts and all(prompt and prompt.label == event.label for prompt in prompts):
                    self._set(self._record_of(event), asked_at=max(event.prompts))
            case ev.MaskEdited():
                self._edited_at[event.record] = event.seq
                self._set(self._record_of(event), asked_at=event.seq)
            case ev.MasksCleared():
                labels = [label for label in event.labels if label < self._table.shape[1]]
                self._table[event.first : event.last + 1, labels] = NO_RECORD
            case ev.BarrierSet():
                self._barriers.add(event.frame)
            case ev.BarrierCleared():
                self._barriers.discard(event.frame)

    def _apply_progress(self, event: ev.RunProgressed, state: State) -> None:
        # No two runs go on at once, so what this one has added lies behind what any run had added before.
        records = self.index.of_run(event.run, self._log_length, event.log_length)
        self._log_length = max(self._log_length, event.log_length)
        planned = {each.label for sweep in state.runs[event.run].plan.passes for each in sweep.labels}
        records = records[np.isin(self.index.label[records], list(planned))]
        if self._barriers:
            records = records[~np.isin(self.index.frame[records], list(self._barriers))]
        self._set(records, asked_at=event.run)

    def _record_of(self, event: ev.MaskPredicted | ev.MaskEdited) -> npt.NDArray[np.int32]:
        """The event's record; none where a damaged log has lost it or has another in its place."""
        records = np.array([event.record] if event.record <= self.index.count else [], np.int32)
        fits = (self.index.frame[records] == event.frame) & (self.index.label[records] == event.label)
        return np.compress(fits, records)

    def _set(self, records: npt.NDArray[np.int32], *, asked_at: int) -> None:
        """Make records live that event `asked_at` asked for, of the same cell the last one."""
        if not len(records):
            return
        frames, labels = self.index.frame[records], self.index.label[records]
        if labels.max() >= self._table.shape[1]:
            self._widen(int(labels.max()))
        present = self._table[frames, labels]
        free = np.ones(len(records), np.bool_)
        for place in np.flatnonzero(self.index.source[present] == RecordSource.EDITED):
            free[place] = self._edited_at.get(int(present[place]), 0) <= asked_at
        self._table[frames[free], labels[free]] = records[free]

    def _widen(self, label: int) -> None:
        used = self.annotated_frames()
        columns = self._table.shape[1]
        # Of untouched frames no memory is used: a video's length costs nothing by itself.
        wider = np.zeros((self.frame_count, 1 << label.bit_length()), np.int32)
        wider[used, :columns] = self._table[used]
        self._table = wider
