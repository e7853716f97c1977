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
"""An answer so much later than reckoned is overdue: it is lost, or the link hangs."""
ROUND_TRIPS = 4
"""And so many round trips later, where they are long."""
ASK_AGAIN = 0.5
"""Seconds at least until the link is looked at again while nothing may be sent."""
MOST_OF_IT = 0.9
"""Of the time to an answer, that may be the round trip: it is never known so well that all could be."""
SHORTEST = 1e-4
AS_FAST_AS_COUNTS = 125e6


@dataclass(frozen=True)
class _Sent:
    ticket: int
    size: int
    at: float
    due_at: float
    followed: bool
    """Was another picture still under way?"""


class Link:
    """Measures itself by what it carries.

    While an answer is overdue no picture may be sent: megabytes of them would pile up in a link that hangs. A
    question may, and its answer stands for those before it, so that a lost one stops nothing for ever.

    Attributes:
        rate: bytes a second, None before it was measured.
        round_trip: seconds, None before it was measured.
    """

    def __init__(self) -> None:
        self._under_way: deque[_Sent] = deque(maxlen=TICKETS - 1)
        self._ticket = 0
        self._last_answer_at = 0.0
        self.start_over()

    def start_over(self) -> None:
        """From now on it leads to another terminal."""
        self.rate: float | None = None
        self.round_trip: float | None = None
        self._trips = 0
        self._carried = 0.0
        self._busy = 0.0
        self.abandon()

    def abandon(self) -> None:
        """Nothing of what is under way will be answered here."""
        self._under_way.clear()
        self._through_at = 0.0

    def send(self, size: int, now: float) -> int:
        """So much is being sent; returns the ticket, 0 to TICKETS - 1, that the answer is to carry."""
        self._ticket = (self._ticket + 1) % TICKETS
        followed = bool(self._under_way)
        self._through_at = max(self._through_at, now) + self.seconds_for(size)
        patience = PATIENCE + ROUND_TRIPS * (self.round_trip or 0.0)
        due_at = now + patience + 3 * self.seconds_for(size + sum(each.size for each in self._under_way))
        self._under_way.append(_Sent(self._ticket, size, now, due_at, followed))
        return self._ticket

    def answered(self, ticket: int, now: float) -> bool:
        """The answer with this ticket has come; one not waited for is ignored.

        Returns whether it was the next one: if not, the terminal may have been kept from what was sent before.
        """
        tickets = [sent.ticket for sent in self._under_way]
        if ticket not in tickets:
            return True
        while (sent := self._under_way.popleft()).ticket != ticket:
            pass
        self._measure(sent, now)
        self._last_answer_at = now
        if not self._under_way:
            self._through_at = now
        return ticket == tickets[0]

    def seconds_for(self, size: float) -> float:
        """How long the link is busy with so many bytes; 0 before its rate is known."""
        return size / self.rate if self.rate else 0.0

    def free_in(self, now: float) -> float:
        """Seconds until the next picture may be sent, 0 if it may be now, or until it is worth looking again.

        Sooner if an answer comes before.
        """
        if not self._under_way:
            return 0.0
        if self.rate is None or len(self._under_way) >= AT_MOST_UNDER_WAY or now > self._under_way[0].due_at:
            return self.overdue_in(now)
        return max(0.0, self._through_at - now)

    def overdue_in(self, now: float) -> float:
        """Seconds to wait before it is worth asking `is_overdue`."""
        return max(ASK_AGAIN, self._under_way[-1].due_at - now) if self._under_way else ASK_AGAIN

    def is_overdue(self, now: float) -> bool:
        """Is it time to ask again, because nothing was answered?"""
        return bool(self._under_way) and now > self._under_way[-1].due_at

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

    def _measure(self, sent: _Sent, now: float) -> None:
        took = min(now, sent.due_at) - sent.at  # a link that hung says little about its rate
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
