"""What is known of an annotation's flags at one moment; made once and never changed, for any thread to read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.review.flags.find import Doubts, flags_at
from samannot_tui.review.flags.flag import Flag, Thresholds
from samannot_tui.review.flags.measures import Measures
from samannot_tui.review.swaps import Swap


@dataclass(frozen=True, eq=False)
class Board:
    """Attributes:
    doubts: of every label that has masks, see `find.doubts`.
    is_complete: whether everything has been measured; until then there may be more.
    """

    annotation: Annotation
    measures: Measures
    swaps: tuple[Swap, ...] = ()
    doubts: Mapping[int, Doubts] = field(default_factory=dict)
    is_complete: bool = True

    def frames(self, label: int, thresholds: Thresholds) -> npt.NDArray[np.intp]:
        """Frames on which the label's mask is flagged, rising."""
        found = self.doubts.get(label)
        return np.zeros(0, np.intp) if found is None else np.flatnonzero(found >= thresholds.doubt)

    def flag(self, label: int, frame: int, thresholds: Thresholds) -> Flag:
        """The flag of one of these frames."""
        (flag,) = flags_at(label, np.array([frame]), self.annotation, self.measures, self.swaps, thresholds)
        return flag

    def count(self, thresholds: Thresholds) -> int:
        return sum(self.frames(label, thresholds).size for label in self.doubts)

    def worst(self, most: int, thresholds: Thresholds) -> list[Flag]:
        """The `most` most doubtful flags, the worst first."""
        cells = [(label, self.frames(label, thresholds)) for label in self.doubts]
        all_doubts = np.concatenate([np.zeros(0, np.float32), *(self.doubts[label][frames] for label, frames in cells)])
        least = np.sort(all_doubts)[-most] if len(all_doubts) > most else 0
        flags: list[Flag] = []
        for label, frames in cells:
            shown = frames[self.doubts[label][frames] >= least]
            if shown.size:
                flags += flags_at(label, shown, self.annotation, self.measures, self.swaps, thresholds)
        return sorted(flags, key=lambda flag: (-flag.doubt, flag.label, flag.frame))[:most]
