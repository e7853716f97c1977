"""The way to the terminal: how fast it is, and how much is under way.

Each picture ends with a question that the terminal answers once it has drawn all before it. Without that, the
buffers of an SSH connection take seconds of pictures that nobody will look at any more. All times are in seconds
on one clock, all sizes in bytes.
"""

from collections import deque
from dataclasses import dataclass

TICKETS = 16
AT_MOST_UNDER_WAY = 2
"""One that the terminal draws, and one that follows it without a gap."""
TELLING = 8000
"""Smaller pictures tell the round trip, larger ones the rate."""
TRIPS = 3
"""Round trips to measure before the rate is believed."""
FORGETTING = 0.05
"""How much a longer round trip counts against the shortest before it: a busy terminal answers late."""
MEMORY = 0.8
"""What is left of the bytes and seconds measured before, with each new picture: large ones tell most."""
PATIENCE = 2.0
"""An answer so much later than reckoned will not come any more."""
MOST_OF_IT = 0.9
"""Of the time to an answer, that may be the round trip: it is never known so well that all could be."""
SHORTEST = 1e-4
AS_FAST_AS_COUNTS = 125e6


@dataclass(frozen=True)
class _Sent:
    ticket: int
    size: int
    at: float
    followed: bool
    """Was another picture still under way?"""


class Link:
    """Measures itself by what it carries.

    Attributes:
        rate: bytes a second, None before it was measured.
        round_trip: seconds, None before it was measured.
    """

    def __init__(self) -> None:
        self.rate: float | None = None
        self.round_trip: float | None = None
        self._under_way: deque[_Sent] = deque()
        self._ticket = 0
        self._through_at = 0.0
        self._last_answer_at = 0.0
        self._trips = 0
        self._carried = 0.0
        self._busy = 0.0

    def send(self, size: int, now: float) -> int:
        """So much is being sent; returns the ticket, 0 to TICKETS - 1, that the answer is to carry."""
        self._ticket = (self._ticket + 1) % TICKETS
        self._under_way.append(_Sent(self._ticket, size, now, followed=bool(self._under_way)))
        self._through_at = max(self._through_at, now) + self.seconds_for(size)
        return self._ticket

    def answered(self, ticket: int, now: float) -> None:
        """The answer with this ticket has come. Any before it is taken as lost; one not waited for is ignored."""
        if ticket not in [sent.ticket for sent in self._under_way]:
            return
        while (sent := self._under_way.popleft()).ticket != ticket:
            pass
        self._measure(sent, now)
        self._last_answer_at = now
        if not self._under_way:
            self._through_at = now

    def seconds_for(self, size: float) -> float:
        """How long the link is busy with so many bytes; 0 before its rate is known."""
        return size / self.rate if self.rate else 0.0

    def free_in(self, now: float) -> float:
        """Seconds until the next picture may be sent, 0 if it may be now; sooner if an answer comes before."""
        while self._under_way and now > self._lost_at(self._under_way[0]):
            self._under_way.popleft()
        if not self._under_way:
            return 0.0
        if self.rate is None or len(self._under_way) >= AT_MOST_UNDER_WAY:
            return self._lost_at(self._under_way[0]) - now + SHORTEST
        return max(0.0, self._through_at - now)

    @property
    def wants_a_trip(self) -> bool:
        """Should a question alone be sent? The first ones wait for the text before them, and mislead."""
        return self._trips < TRIPS and not self._under_way

    @property
    def idle(self) -> bool:
        """Has everything been answered?"""
        return not self._under_way

    @property
    def words(self) -> str:
        """For the status line, "" before anything was measured."""
        if self.rate is None or self.round_trip is None:
            return ""
        megabits = self.rate * 8 / 1e6
        speed = f"{megabits:.1f}" if megabits < 10 else f"{megabits:.0f}" if megabits < 100 else "> 100"
        return f"{speed} Mbit/s {self.round_trip * 1e3:.0f} ms"

    def _lost_at(self, sent: _Sent) -> float:
        return sent.at + PATIENCE + 3 * self.seconds_for(sum(each.size for each in self._under_way))

    def _measure(self, sent: _Sent, now: float) -> None:
        took = now - sent.at
        if sent.size < TELLING:
            if not sent.followed:
                self._trips += 1
                before = took if self.round_trip is None else self.round_trip
                self.round_trip = min(took, before + FORGETTING * (took - before))
            return
        busy = took - min(self.round_trip or 0.0, MOST_OF_IT * took)
        if sent.followed:
            busy = min(busy, now - self._last_answer_at)
        self._carried = MEMORY * self._carried + sent.size
        self._busy = MEMORY * self._busy + busy
        self.rate = min(AS_FAST_AS_COUNTS, self._carried / max(SHORTEST, self._busy))
