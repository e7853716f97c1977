"""Flags: masks that a person should look at, the most doubtful first."""

from collections.abc import Collection, Iterator

import numpy as np
import numpy.typing as npt

from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.review.flags.doubt import WEIGHTS, contributions, doubt_of
from samannot_tui.review.flags.flag import Flag, Thresholds
from samannot_tui.review.flags.measures import Measures
from samannot_tui.review.flags.signs import signs_of
from samannot_tui.review.flags.words import MOST_REASONS, in_words
from samannot_tui.review.swaps import Swap

DEFAULT = Thresholds()
LOST_DOUBT = 0.6
"""Of the first frame on which an engine says "absent": set by hand, DAVIS 2016 has no such frame."""
Doubts = npt.NDArray[np.float32]


def find_flags(
    annotation: Annotation, measures: Measures, swaps: Collection[Swap] = (), thresholds: Thresholds = DEFAULT
) -> list[Flag]:
    """All flags, the most doubtful first; what is not measured (yet) raises no doubt.

    Masks that a person made or prompted are never flagged; of frames without a mask, those where an engine lost it.
    """
    flags: list[Flag] = []
    for label in annotation.records:
        frames = np.flatnonzero(doubts(label, annotation, measures, swaps) >= thresholds.doubt)
        flags += flags_at(label, frames, annotation, measures, swaps, thresholds)
    return sorted(flags, key=lambda flag: (-flag.doubt, flag.label, flag.frame))


def doubts(label: int, annotation: Annotation, measures: Measures, swaps: Collection[Swap] = ()) -> Doubts:
    """How doubtful a label's mask is on every frame, float32 (frames,): 0 to 1, 0 where nothing can be flagged."""
    signs = signs_of(label, annotation, measures, _swapped(label, swaps))
    found = np.zeros(len(annotation.records[label]), np.float32)
    found[signs.frames] = np.where(signs.flaggable, doubt_of(contributions(signs)), 0)
    found[annotation.is_lost(annotation.records[label])] = LOST_DOUBT
    return found


def flags_at(
    label: int,
    frames: npt.NDArray[np.intp],
    annotation: Annotation,
    measures: Measures,
    swaps: Collection[Swap] = (),
    thresholds: Thresholds = DEFAULT,
) -> Iterator[Flag]:
    """The flags of frames of which `doubts` gave a doubt."""
    signs = signs_of(label, annotation, measures, _swapped(label, swaps))
    added = contributions(signs)
    doubt = doubt_of(added)
    lost = annotation.is_lost(annotation.records[label])
    for frame, at in zip(frames.tolist(), np.searchsorted(signs.frames, frames).tolist(), strict=True):
        if lost[frame]:
            yield Flag(label, frame, "ends", LOST_DOUBT, "it is lost here")
            continue
        reasons = _reasons({name: float(values[at]) for name, values in added.items()}, thresholds.reason)
        words = ", ".join(in_words(sign, label, frame, annotation, measures) for sign in reasons)
        yield Flag(label, frame, WEIGHTS[reasons[0]].kind, float(doubt[at]), words)


def _reasons(added: dict[str, float], least: float) -> list[str]:
    """The signs that say most, one of a kind; at least one."""
    rising = sorted(added, key=lambda sign: added[sign])
    # What an engine says of its mask is one reason, however many numbers it says it by.
    best = {"engine" if sign in ("score", "quality") else WEIGHTS[sign].kind: sign for sign in rising}
    falling = sorted(best.values(), key=lambda sign: -added[sign])
    return [sign for sign in falling[:MOST_REASONS] if added[sign] >= least] or falling[:1]


def _swapped(label: int, swaps: Collection[Swap]) -> npt.NDArray[np.intp]:
    return np.array([swap.frame for swap in swaps if label in swap.labels], np.intp)
