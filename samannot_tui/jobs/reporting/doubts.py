"""What a report needs to know of flags: numbers for all masks, words for the few that are shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from samannot_tui.jobs.reporting.bins import Numbers
from samannot_tui.jobs.reporting.content import Doubtful


@dataclass(frozen=True, eq=False)
class LabelDoubts:
    """One label's flags.

    Attributes:
        flagged: doubt of the flagged masks, 0 to 1, float32 (frames,); 0 where there is no flag.
        describe: the flags of frames that have one, in the order in which they are asked for.
    """

    flagged: Numbers
    describe: Callable[[Sequence[int]], Sequence[Doubtful]]

    @classmethod
    def none(cls, frames: int) -> "LabelDoubts":
        """A label without flags in a video of so many frames."""
        return cls(np.zeros(frames, np.float32), lambda frames: ())


Doubts = Mapping[int, LabelDoubts]
"""By label."""


def most_doubtful(flagged: Numbers) -> list[int]:
    """The frames with a flag, the most doubtful first, of equally doubtful ones the earlier."""
    order = np.argsort(-flagged, kind="stable")
    frames: list[int] = order[: np.count_nonzero(flagged)].tolist()
    return frames
