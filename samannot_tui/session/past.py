"""The annotation as it was after any of its events, found fast enough to step and to jump about in."""

from collections.abc import Sequence

from samannot_tui.errors import InputError
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.journal import CONTRADICTION
from samannot_tui.session.state import State, count_step, fold
from samannot_tui.session.times import seconds_of

MOST_KEPT = 16
LEAST_APART = 500
"""Events between two states that are kept: some copies at most, whatever the journal's length."""
WAY_BACK = 100
"""One more is kept so many events before the one that was asked for last, to step back from there."""


def contradiction(seq: int, error: Exception) -> str:
    """Why there is no state after event `seq`, which a later one undid, else the session would be damaged there."""
    return (
        f"The events up to event {seq} contradict each other ({error}), so that nobody can say how the annotation was "
        "then"
    )


class Past:
    """Every state that a session has been in. Not for two threads at once.

    Some states on the way are kept as they are come by: the others are folded from the nearest of them that still
    holds, that is one since which no step of its own has been undone.

    Attributes:
        history: the events, the first of which has seq 1.
        seconds: when each of them happened, POSIX time.
    """

    def __init__(self, history: Sequence[AnyEvent]) -> None:
        self.history = tuple(history)
        self.seconds = seconds_of(self.history)
        self._apart = max(LEAST_APART, -(-len(self.history) // MOST_KEPT))
        self._kept = [State()]
        self._near = self._kept[0]

    @property
    def last_seq(self) -> int:
        return len(self.history)

    def state_at(self, seq: int) -> State:
        """The state after event `seq`, 0 for before the first; the caller's own.

        Raises:
            InputError: there is no such event, or the events up to it contradict each other.
        """
        try:
            while len(self._kept) <= self.require(seq) // self._apart:
                self._kept.append(self._folded(len(self._kept) * self._apart))
            return self._folded(seq)
        except CONTRADICTION as error:
            raise InputError(f"{contradiction(seq, error)}; go to an earlier one, or past it.") from error

    def require(self, seq: int) -> int:
        """The same.

        Raises:
            InputError: there is no such event.
        """
        if not 0 <= seq <= self.last_seq:
            raise InputError(f"There is no event {seq}; the session has events 1 to {self.last_seq}.")
        return seq

    def seq_at(self, moment: float) -> int:
        """The last event that had happened by then (POSIX time), 0 where none had."""
        return max((seq for seq, seconds in enumerate(self.seconds, 1) if seconds <= moment), default=0)

    def _folded(self, seq: int) -> State:
        base = self._base(seq)
        if seq - base.last_seq > 2 * WAY_BACK:
            self._near = fold(self.history[: seq - WAY_BACK], base.copy())
            base = self._base(seq)
        return fold(self.history[:seq], base.copy())

    def _base(self, seq: int) -> State:
        """The latest state kept that `seq` can be folded on."""
        nearest = self._kept[min(seq // self._apart, len(self._kept) - 1)]
        steps, redoable = nearest.steps.copy(), nearest.redoable.copy()
        for event in self.history[nearest.last_seq : seq]:
            count_step(event, steps, redoable)
        usable = (state for state in (*self._kept, self._near) if state.last_seq <= seq and _holds(state, steps))
        return max(usable, key=lambda state: state.last_seq)


def _holds(state: State, steps: list[int]) -> bool:
    """Whether all that counted then counts still, and nothing earlier besides."""
    count = len(state.steps)
    return steps[:count] == state.steps and all(step > state.last_seq for step in steps[count : count + 1])
