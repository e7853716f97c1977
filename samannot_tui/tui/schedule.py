"""The clock of a replay: when each event is due, with pauses that nobody wants to sit through cut short."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

REPLAY_SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
LONGEST_PAUSE = 2.0
"""Seconds, at the speed at which it was done."""


class Schedule:
    """When the events of a journal are due, in seconds of playing at single speed."""

    def __init__(self, seconds: Sequence[float]) -> None:
        """`seconds`: when each event happened; a clock that was set back makes no pause."""
        pauses = (min(max(after - before, 0.0), LONGEST_PAUSE) for before, after in pairwise(seconds))
        self._due = [0.0, *accumulate(pauses, initial=0.0)] if seconds else [0.0]

    @property
    def last_seq(self) -> int:
        return len(self._due) - 1

    def due(self, seq: int, played: float) -> int:
        """The last event that is due so many seconds after event `seq` was, 0 being before the first."""
        return max(seq, bisect_right(self._due, self._due[seq] + played) - 1)
