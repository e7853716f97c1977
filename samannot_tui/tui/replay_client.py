"""The screen's way to a session that is replayed: the annotation as it was after any event, and nothing else."""

from collections.abc import Callable, Sequence

from samannot_tui.jobs.flagging import FlagNews
from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.session.follower import Follower
from samannot_tui.session.past import Past
from samannot_tui.session.store import Session
from samannot_tui.tui.client import Client

REPLAY = "this is a replay, which changes nothing"


class ReplayClient(Client):
    """Refuses all commands, as of any session that is read-only.

    Attributes:
        follower: the annotation as it was after the event that was gone to last.
    """

    def __init__(self, session: Session, past: Past, seq: int) -> None:
        """Begin after event `seq`.

        Raises:
            InputError: what is in the journal up to there makes no sense.
        """
        super().__init__(session, Follower(session, past.state_at(seq)))
        self.past = past
        self._spare: Follower | None = None

    @property
    def notices(self) -> Sequence[str]:
        return tuple(notice for notice in super().notices if REPLAY not in notice)

    async def look_up_engine(self) -> None:
        """A replay has none."""

    def look_for_flags(self, annotation: Annotation, listener: Callable[[FlagNews], None]) -> None:
        """A replay is watched, not reviewed: no state that it passes through is measured."""

    async def go_to(self, seq: int) -> None:
        """Have `follower` be the annotation as it was after event `seq`.

        It is another one then: of two, one is shown while the other is on its way. So `go_to` must have returned
        before it is called again, and the screen have taken the new one.

        Raises:
            InputError: the events up to there contradict each other.
        """
        spare = await self._order(lambda: self._gone_to(seq))
        self.follower, self._spare = spare, self.follower

    def _gone_to(self, seq: int) -> Follower:
        # Gone with an error, of which it may keep half of what led there.
        spare, self._spare = self._spare, None
        if spare is None:
            return Follower(self._session, self.past.state_at(seq))
        spare.go_to(seq, self.past)
        return spare
