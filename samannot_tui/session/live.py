"""Which mask record counts for which frame and label: the journal's decision, resolved over the mask log."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from samannot_tui.masks.index import LOST_LABEL, MaskIndex, RecordSource
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.state import MaskEvent, State

NO_RECORD = 0
FEWEST_COLUMNS = 8


class LiveMasks:
    """The live record of every frame and label, as a dense table of record ids.

    Of two live records for a frame and label the one whose event came later wins.
    """

    def __init__(self, index: MaskIndex, frame_count: int, state: State) -> None:
        self.index = index
        self.frame_count = frame_count
        self._table: npt.NDArray[np.int32] = np.zeros((frame_count, FEWEST_COLUMNS), np.int32)
        self._log_length: dict[int, int] = {}
        self.rebuild(state)

    def rebuild(self, state: State) -> None:
        """Start over from all of the state's mask events."""
        self._table[:] = NO_RECORD
        self._log_length.clear()
        for event in state.mask_events:
            self._apply(event, state)

    def update(self, state: State, events: Sequence[AnyEvent]) -> None:
        """Follow `events`, which `state` has already taken in."""
        if any(isinstance(event, ev.Undone | ev.Redone | ev.PromptRemoved) for event in events):
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
                self._apply_progress(event)
            case ev.MaskPredicted():
                if all(prompt in state.prompts for prompt in event.prompts):
                    self._set(np.array([event.record], np.int32))
            case ev.MaskEdited():
                self._set(np.array([event.record], np.int32))
            case ev.MasksCleared():
                labels = [label for label in event.labels if label < self._table.shape[1]]
                self._table[event.first : event.last + 1, labels] = NO_RECORD

    def _apply_progress(self, event: ev.RunProgressed) -> None:
        start = self._log_length.get(event.run, 0)
        self._log_length[event.run] = event.log_length
        self._set(self.index.of_run(event.run, start, event.log_length))

    def _set(self, records: npt.NDArray[np.int32]) -> None:
        """Make records live, of the same cell the last; those that a damaged log has lost are passed over."""
        records = records[records <= self.index.count]
        records = records[self.index.label[records] != LOST_LABEL]
        if not len(records):
            return
        labels = self.index.label[records]
        while labels.max() >= self._table.shape[1]:
            self._table = np.pad(self._table, ((0, 0), (0, self._table.shape[1])))
        self._table[self.index.frame[records], labels] = records
