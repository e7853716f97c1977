"""The masks that flags are about, as they stood at one moment: a copy that any thread may go on with."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from samannot_tui.masks.index import MaskIndex, RecordSource
from samannot_tui.session.live import NO_RECORD, LiveMasks

Records = npt.NDArray[np.int32]
_MIX = np.uint32(2654435761)
_APART = 0x9E3779B9


@dataclass(frozen=True, eq=False)
class Annotation:
    """Attributes:
    frame_count: of the video.
    index: what is known of every mask record.
    records: label -> the live record of every frame, int32 (frames,), NO_RECORD where there is none.
    """

    frame_count: int
    index: MaskIndex
    records: dict[int, Records]

    @classmethod
    def of(cls, live: LiveMasks, labels: Iterable[int]) -> "Annotation":
        """A copy, which takes milliseconds of a large session."""
        records = {label: live.records(label).copy() for label in labels}
        return cls(live.frame_count, live.index, {label: own for label, own in records.items() if own.any()})

    def is_present(self, records: Records) -> npt.NDArray[np.bool_]:
        """Which of the records are masks, and not "absent" or none."""
        present: npt.NDArray[np.bool_] = (records != NO_RECORD) & (self.index.object_score[records] > 0)
        return present

    def is_person(self, records: Records) -> npt.NDArray[np.bool_]:
        """Which of the records a person made, or prompted: those are never flagged."""
        made: npt.NDArray[np.bool_] = (records != NO_RECORD) & (self.index.source[records] != RecordSource.PROPAGATED)
        return made

    def is_lost(self, records: Records) -> npt.NDArray[np.bool_]:
        """Of a label's records by frame, where an engine says "absent" right behind a mask."""
        absent: npt.NDArray[np.bool_] = (records != NO_RECORD) & ~self.is_present(records) & ~self.is_person(records)
        absent[1:] &= self.is_present(records)[:-1]
        absent[:1] = False
        return absent

    def on_frame(self, frame: int) -> dict[int, int]:
        """Label -> record of the masks on a frame, without "absent"."""
        found = {label: int(records[frame]) for label, records in self.records.items()}
        score = self.index.object_score
        return {label: record for label, record in found.items() if record != NO_RECORD and score[record] > 0}

    def anchors(self, label: int) -> Records:
        """For every frame the nearest record at or before it that a person made or prompted, else the first after it.

        NO_RECORD throughout where there is none with a mask.
        """
        records = self.records[label]
        frames = np.flatnonzero(self.is_person(records) & self.is_present(records))
        if not frames.size:
            return np.zeros(len(records), np.int32)
        at = np.searchsorted(frames, np.arange(len(records)), side="right") - 1
        anchors: Records = records[frames[np.maximum(at, 0)]]
        return anchors

    @cached_property
    def company(self) -> npt.NDArray[np.uint32]:
        """For every frame a number that stands for which masks its labels have, uint32 (frames,).

        0 where there are fewer than two: then nothing can overlap.
        """
        mixed, count = np.zeros(self.frame_count, np.uint32), np.zeros(self.frame_count, np.int32)
        for label, records in self.records.items():
            present = self.is_present(records)
            hashed = (records.astype(np.uint32) ^ np.uint32(label * _APART % 2**32)) * _MIX
            mixed += np.where(present, (hashed ^ hashed >> 15) * _MIX, 0).astype(np.uint32)
            count += present
        return np.where(count > 1, np.maximum(mixed, 1), 0).astype(np.uint32)
