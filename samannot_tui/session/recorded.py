"""What a session says of its runs and masks, gone through event by event."""

from collections.abc import Iterator

from samannot_tui.errors import InputError
from samannot_tui.masks.index import LOST_LABEL
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.journal import CONTRADICTION
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.past import contradiction
from samannot_tui.session.state import State
from samannot_tui.session.store import Session


class Recorded:
    """A session as it was when this was made.

    Attributes:
        folder, manifest, masks: the session's.
        events: its history.
        lost: whether masks are known to be lost, by damage or a repair.
    """

    def __init__(self, session: Session) -> None:
        self.folder = session.folder
        self.manifest = session.manifest
        self.masks = session.masks
        self.events: tuple[AnyEvent, ...] = session.history()
        labels = self.masks.index.label[1 : self.masks.index.count + 1]
        self.lost = self.masks.scan.damaged_line is not None or bool((labels == LOST_LABEL).any())
        self._log_lengths = {e.run: e.log_length for e in self.events if isinstance(e, ev.RunProgressed)}
        self._outcomes = {e.run: e.outcome for e in self.events if isinstance(e, ev.RunEnded)}

    def walk(self) -> Iterator[tuple[AnyEvent, State, LiveMasks]]:
        """Each event with the annotation as it was just before it; of no use any more when the next one comes.

        Raises:
            InputError: events contradict each other; a stranger's journal may have undone ones that do.
        """
        state = State()
        live = LiveMasks(self.masks.index, self.manifest.frame_count, state)
        for event in self.events:
            yield event, state, live
            try:
                state.apply(event)
            except CONTRADICTION as error:
                raise InputError(f"{contradiction(event.seq, error)}: nothing of it can be done again.") from error
            live.update(state, [event])

    def log_length(self, run: int) -> int:
        """Bytes of the mask log below which the run's records count."""
        return self._log_lengths.get(run, 0)

    def outcome(self, run: int) -> str | None:
        """How the run ended; None where it has not, or its end is lost."""
        return self._outcomes.get(run)
