"""A client's own copy of the annotation, kept up to date from the writer's events."""

from collections.abc import Sequence
from contextlib import suppress

from samannot_tui.masks.log import MaskRecord
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.journal import CONTRADICTION
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.manifest import Manifest
from samannot_tui.session.past import Past
from samannot_tui.session.state import State, fold
from samannot_tui.session.store import Session

MOST_STEPS = 500
"""More events than these are not followed one by one on the way to a later one."""


class Follower:
    """State and live masks for one thread (the screen's), which alone calls `apply`.

    Attributes:
        state, live: as after the last events applied.
        manifest: the video's facts.
    """

    def __init__(self, session: Session, state: State | None = None) -> None:
        """Follow from the session's present state; events up to it are ignored when they arrive.

        Args:
            state: begin with the annotation as it was then, see `session.past`.
        """
        self._masks = session.masks
        self.manifest: Manifest = session.manifest
        self.state = fold(session.history()) if state is None else state
        self.live = LiveMasks(session.masks.index, session.manifest.frame_count, self.state)

    def apply(self, events: Sequence[AnyEvent]) -> None:
        """Take in events in the order in which the session announced them."""
        new = [event for event in events if event.seq > self.state.last_seq]
        for event in new:
            self.state.apply(event)
        self.live.update(self.state, new)

    def go_to(self, seq: int, past: Past) -> None:
        """Become the annotation as it was after event `seq`. Raises as `Past.state_at`."""
        ahead = past.history[self.state.last_seq : seq]
        if 0 < len(ahead) <= MOST_STEPS and not any(isinstance(event, ev.Undone | ev.Redone) for event in ahead):
            with suppress(*CONTRADICTION):  # which `Past` tells of in a sentence
                self.apply(ahead)
                return
        state = past.state_at(seq)
        self.live.follow(state)
        self.state = state

    def read(self, record: int) -> MaskRecord:
        """A mask by its record id; safe from any thread. Raises as `MaskLog.read` does."""
        return self._masks.read(record)
