from collections.abc import Sequence

import pytest

from samannot_tui.graphics.link import AT_MOST_UNDER_WAY, PATIENCE, TICKETS, Link


class Wire:
    """A link of a rate (bytes a second) and a round trip (seconds), as `Link` should find it."""

    def __init__(self, rate: float, round_trip: float) -> None:
        self.link = Link()
        self.now = 100.0
        self._rate, self._round_trip = rate, round_trip
        self._free_at = 0.0

    def send(self, size: int) -> tuple[int, float]:
        """The ticket and when its answer comes."""
        self._free_at = max(self._free_at, self.now) + size / self._rate
        return self.link.send(size, self.now), self._free_at + self._round_trip

    def exchange(self, sizes: Sequence[int]) -> None:
        """Send all at once and wait for the answers."""
        for ticket, at in [self.send(size) for size in sizes]:
            self.now = at
            self.link.answered(ticket, at)


@pytest.mark.parametrize(("rate", "round_trip"), [(125e3, 0.06), (625e3, 0.04), (2.5e6, 0.03)])
@pytest.mark.parametrize("sizes", [[100_000], [12_000], [30_000, 30_000]])
def test_it_finds_rate_and_round_trip(rate: float, round_trip: float, sizes: list[int]) -> None:
    wire = Wire(rate, round_trip)
    for _ in range(3):
        wire.exchange([0])
    for _ in range(8):
        wire.exchange(sizes)
    assert wire.link.round_trip == pytest.approx(round_trip, rel=0.01)
    assert wire.link.rate == pytest.approx(rate, rel=0.05)


def test_it_follows_a_link_that_becomes_slow() -> None:
    wire = Wire(2.5e6, 0.03)
    wire.exchange([0])
    for _ in range(10):
        wire.exchange([30_000])
    wire._rate = 125e3
    for _ in range(9):
        wire.exchange([30_000])
    assert wire.link.rate == pytest.approx(125e3, rel=0.2)


def test_small_pictures_do_not_mislead_about_the_rate() -> None:
    wire = Wire(625e3, 0.04)
    wire.exchange([0])
    wire.exchange([100_000])
    before = wire.link.rate
    for _ in range(10):
        wire.exchange([300])
    assert wire.link.rate == before


def test_the_next_picture_may_follow_when_the_last_has_left_not_when_it_was_answered() -> None:
    wire = Wire(625e3, 0.04)
    wire.exchange([0])
    wire.exchange([100_000])
    assert wire.link.free_in(wire.now) == 0
    wire.send(62_500)
    assert wire.link.free_in(wire.now) == pytest.approx(0.1, rel=0.05)
    assert wire.link.free_in(wire.now + 0.11) == 0


def test_no_more_than_two_are_under_way() -> None:
    wire = Wire(625e3, 0.04)
    wire.exchange([0])
    wire.exchange([100_000])
    sent = [wire.send(1000) for _ in range(AT_MOST_UNDER_WAY)]
    later = wire.now + 0.5
    assert wire.link.free_in(later) > 0
    wire.link.answered(sent[0][0], later)
    assert wire.link.free_in(later) == 0


def test_before_the_rate_is_known_each_answer_is_waited_for() -> None:
    link = Link()
    ticket = link.send(50_000, 10.0)
    assert link.free_in(11.0) > 0 and not link.idle
    link.answered(ticket, 11.0)
    assert link.free_in(11.0) == 0 and link.idle


def test_nothing_but_questions_is_sent_while_an_answer_is_overdue() -> None:
    link = Link()
    link.rate, link.round_trip = 1e6, 0.05
    link.send(50_000, 10.0)
    assert not link.is_overdue(10.0 + PATIENCE)
    for hour in range(1, 40):
        now = 10.0 + 3600 * hour
        assert link.is_overdue(now) and link.free_in(now) > 0
        question = link.send(0, now)
        assert not link.is_overdue(now + PATIENCE) and link.free_in(now + PATIENCE) > 0
    assert not link.answered(question, now + 1), "what was sent before may be lost"
    assert link.free_in(now + 1) == 0 and link.idle


def test_a_far_terminal_is_waited_for_longer() -> None:
    link = Link()
    for second in (10, 20, 30):
        assert link.answered(link.send(0, second), second + 2.2)
    link.send(0, 40.0)
    assert not link.is_overdue(40.0 + 2 * PATIENCE)


def test_a_link_that_hung_is_soon_believed_again() -> None:
    wire = Wire(625e3, 0.04)
    wire.exchange([0])
    for _ in range(5):
        wire.exchange([50_000])
    ticket, at = wire.send(50_000)
    wire.now = at + 60
    wire.link.answered(ticket, wire.now)
    wire.exchange([50_000])
    assert wire.link.rate is not None and wire.link.rate > 625e3 / 10


def test_what_is_abandoned_is_not_waited_for() -> None:
    link = Link()
    ticket = link.send(50_000, 10.0)
    link.abandon()
    assert link.idle and link.free_in(10.1) == 0
    assert link.answered(ticket, 60.0) and link.rate is None


def test_of_another_terminal_nothing_is_known() -> None:
    wire = Wire(625e3, 0.04)
    for sizes in ([0], [0], [0], [100_000]):
        wire.exchange(sizes)
    wire.send(100_000)
    wire.link.start_over()
    assert wire.link.words == "" and wire.link.wants_a_trip


def test_a_later_answer_stands_for_those_before_it_and_strange_ones_are_ignored() -> None:
    link = Link()
    tickets = [link.send(0, 10.0), link.send(0, 10.1)]
    link.answered((tickets[1] + 3) % TICKETS, 10.2)
    assert not link.idle
    link.answered(tickets[1], 10.3)
    assert link.idle


def test_a_few_round_trips_are_wanted_alone() -> None:
    link = Link()
    trips = 0
    while link.wants_a_trip:
        link.answered(link.send(0, float(trips)), trips + 0.05)
        trips += 1
    assert trips == 3
    assert link.send(0, 9.0) is not None and not link.wants_a_trip


@pytest.mark.parametrize(
    ("rate", "round_trip", "words"),
    [
        (None, 0.04, ""),
        (650e3, 0.041, "5.2 Mbit/s 41 ms"),
        (6.25e6, 0.0004, "50 Mbit/s 0 ms"),
        (125e6, 0.001, "> 100 Mbit/s 1 ms"),
    ],
)
def test_words_for_the_status_line(rate: float | None, round_trip: float, words: str) -> None:
    link = Link()
    link.rate, link.round_trip = rate, round_trip
    assert link.words == words
