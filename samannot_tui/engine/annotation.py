"""The annotation as the runner sees it: followed from the session's events, whichever thread asks."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from samannot_tui.session.events import AnyEvent
from samannot_tui.session.follower import Follower
from samannot_tui.session.store import Session


class Annotation:
    """A Follower behind a lock; events wait in a queue, since the thread that submits must not wait."""

    def __init__(self, session: Session) -> None:
        self._arrived: deque[tuple[AnyEvent, ...]] = deque()
        self._session = session
        session.subscribe(self._arrived.append)
        self._follower = Follower(session)
        self._lock = threading.Lock()

    @contextmanager
    def latest(self) -> Iterator[Follower]:
        """The follower with all events so far; for reading inside the `with` only, submitting nothing there."""
        with self._lock:
            while self._arrived:
                self._follower.apply(self._arrived.popleft())
            yield self._follower

    def close(self) -> None:
        """Follow no more."""
        self._session.unsubscribe(self._arrived.append)
