"""Swaps of an annotation that changes: only where masks have changed are they looked for again."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from samannot_tui.masks.rle import Rle
from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.review.swaps import LOOKBACK, Swap, find_swaps

STRETCH = 200
"""Frames that are looked through at a time: what was found is kept after each."""


class Exchanges:
    """What was found so far.

    Attributes:
        swaps: rising by frame.
        seen: `Annotation.company` of every frame as it was when that was looked at, uint32 (frames,).
    """

    def __init__(self, frame_count: int) -> None:
        self.swaps: tuple[Swap, ...] = ()
        self.seen: npt.NDArray[np.uint32] = np.zeros(frame_count, np.uint32)

    def search(self, annotation: Annotation, read: Callable[[int], Rle], step: Callable[[], None]) -> None:
        """Look where frames hold other masks than when they were looked at.

        Args:
            read: the mask of a record.
            step: called before each frame; what it raises ends the search, which goes on the next time.

        Raises:
            InputError: a mask is damaged.
        """
        while (changed := np.flatnonzero(annotation.company != self.seen)).size:
            first = int(changed[0])
            last = int(changed[changed < first + STRETCH][-1])
            # A frame is compared with those LOOKBACK before it, which are compared with those before them.
            frames = range(max(0, first - 2 * LOOKBACK), min(last + LOOKBACK + 1, len(self.seen)))
            found = [swap for swap in find_swaps(_masks(annotation, frames, read, step)) if swap.frame >= first]
            kept = [swap for swap in self.swaps if swap.frame not in range(first, frames.stop)]
            self.swaps = tuple(sorted(kept + found, key=lambda swap: (swap.frame, swap.labels)))
            self.seen[first : last + 1] = annotation.company[first : last + 1]


def _masks(
    annotation: Annotation, frames: range, read: Callable[[int], Rle], step: Callable[[], None]
) -> Iterator[tuple[int, dict[int, Rle]]]:
    for frame in frames:
        step()
        yield frame, {label: read(record) for label, record in annotation.on_frame(frame).items()}
