"""How far a review is: tracks, what of them is judged, and where to look twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from samannot_tui.session.events import SampleDrawn
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.reviews import Standing, sampled_verdicts, verdicts
from samannot_tui.session.state import State

NEARBY = 5
"""Doubtful frames no further apart than this are one spot: who looks at one sees the others."""
NORMAL_95 = 1.959964
"""Of the standard normal distribution, 95 % lie nearer to 0 than this."""


@dataclass(frozen=True, eq=False)
class Track:
    """One instance over the video: what a review judges.

    Attributes:
        label: its ID.
        frames: its annotated frames ("absent" included), rising; at least one.
        standing: the Standing of every frame of the video.
    """

    label: int
    frames: npt.NDArray[np.intp]
    standing: npt.NDArray[np.uint8]

    @property
    def first(self) -> int:
        return int(self.frames[0])

    @property
    def last(self) -> int:
        return int(self.frames[-1])

    @property
    def judged(self) -> int:
        """How many of its frames have a verdict that counts."""
        return int(np.isin(self.standing[self.frames], _VERDICTS).sum())

    @property
    def satisfactory(self) -> int:
        """How many of these are satisfactory."""
        return int((self.standing[self.frames] == Standing.SATISFACTORY).sum())

    @property
    def is_judged(self) -> bool:
        return self.judged == len(self.frames)

    def is_open(self, frame: int) -> bool:
        """Has the frame no verdict that counts?"""
        return int(self.standing[frame]) not in _VERDICTS

    def open_stretches(self) -> list[tuple[int, int]]:
        """First and last frames of what is to be judged still, rising; frames without a mask do not part them."""
        is_open = ~np.isin(self.standing[self.frames], _VERDICTS)
        edges = np.flatnonzero(np.diff(np.r_[False, is_open, False]))
        return [(int(self.frames[start]), int(self.frames[end - 1])) for start, end in edges.reshape(-1, 2)]

    def stretch_at(self, frame: int, marks: npt.NDArray[np.int32]) -> tuple[int, int] | None:
        """The frames around `frame` that the same verdict was said of; None where nothing was said.

        `marks` are those of `Verdicts`.
        """
        if not marks[frame]:
            return None
        other = np.flatnonzero(marks != marks[frame])
        at = int(np.searchsorted(other, frame))
        first = int(other[at - 1]) + 1 if at else 0
        last = int(other[at]) - 1 if at < len(other) else len(marks) - 1
        return first, last


_VERDICTS = (Standing.SATISFACTORY, Standing.UNSATISFACTORY)


def tracks(state: State, live: LiveMasks) -> list[Track]:
    """The labels that have masks, by ID; hidden ones too."""
    return Tracks().of(state, live)


class Tracks:
    """Tracks of an annotation that goes on: of those that were found before only what has changed is found anew."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[int, npt.NDArray[np.int32], Track]] = {}

    def of(self, state: State, live: LiveMasks) -> list[Track]:
        """As `tracks`; always of the same session, at one time after the other."""
        return [self._track(label, state, live) for label in sorted(state.labels) if len(live.frames(label))]

    def _track(self, label: int, state: State, live: LiveMasks) -> Track:
        said, records = len(state.reviews.get(label, ())), live.records(label)
        known = self._known.get(label)
        if known is None or known[0] != said or not np.array_equal(known[1], records):
            track = Track(label, live.frames(label), verdicts(state, live, label).standing)
            known = self._known[label] = said, records.copy(), track
        return known[2]


def spots(frames: npt.NDArray[np.intp], doubts: npt.NDArray[np.float32]) -> list[int]:
    """Of one label's doubtful frames (rising) the most doubtful of each group of neighbours, rising."""
    group = np.cumsum(np.diff(frames, prepend=frames[:1]) > NEARBY)
    worst_first = np.lexsort((-doubts, group))
    firsts = np.unique(group[worst_first], return_index=True)[1]
    found: list[int] = frames[worst_first[firsts]].tolist()
    return found


@dataclass(frozen=True)
class Tally:
    """An independent check so far: how many of the frames drawn are satisfactory, are not, are to be judged.

    `gone` are those that have no mask any more: there is nothing to judge.
    """

    satisfactory: int
    unsatisfactory: int
    open: int
    gone: int = 0

    @property
    def judged(self) -> int:
        return self.satisfactory + self.unsatisfactory

    @property
    def words(self) -> str:
        """ "18 of 20 satisfactory: 90 %, likely 70 to 97 %", and how many are left."""
        left = f"; {self.open} to be judged" if self.open else ""
        left += f"; {self.gone} without a mask by now" if self.gone else ""
        if not self.judged:
            return f"none judged{left}"
        low, high = likely_share(self.satisfactory, self.judged)
        share = self.satisfactory / self.judged
        told = f"{self.satisfactory} of {self.judged} satisfactory"
        return f"{told}: {share:.0%}, likely {low:.0%} to {high:.0%}{left}".replace("%", " %")


def tally(state: State, live: LiveMasks, sample: SampleDrawn) -> Tally:
    """What was said of the frames drawn; a mask that has changed since is to be judged again."""
    said = sampled_verdicts(state, live, sample)
    good, bad = said.count(Standing.SATISFACTORY), said.count(Standing.UNSATISFACTORY)
    left = len(_to_be_judged(said, state, live, sample))
    return Tally(good, bad, left, len(said) - good - bad - left)


def to_be_judged(state: State, live: LiveMasks, sample: SampleDrawn) -> list[int]:
    """Which of the frames drawn have a mask and no verdict on it, by their number in the sample, rising."""
    return _to_be_judged(sampled_verdicts(state, live, sample), state, live, sample)


def _to_be_judged(said: Sequence[Standing], state: State, live: LiveMasks, sample: SampleDrawn) -> list[int]:
    return [
        number
        for number, (cell, standing) in enumerate(zip(sample.frames, said, strict=True))
        if standing not in _VERDICTS and cell.label in state.labels and live.records(cell.label)[cell.frame]
    ]


def likely_share(good: int, judged: int) -> tuple[float, float]:
    """Between what the share of good frames among all lies, with 95 % confidence, where `judged` were drawn.

    Source: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, 1927 (score interval).
    """
    share, z2 = good / judged, NORMAL_95**2
    middle = (share + z2 / (2 * judged)) / (1 + z2 / judged)
    reach = NORMAL_95 / (1 + z2 / judged) * sqrt(share * (1 - share) / judged + z2 / (4 * judged**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def next_open(tracks: Sequence[Track], after: int | None) -> Track | None:
    """The first track behind label `after`, round about, that is not judged to its end; None where all are."""
    behind = [track for track in tracks if after is None or track.label > after]
    others = [track for track in tracks if track not in behind]
    return next((track for track in (*behind, *others) if not track.is_judged), None)
