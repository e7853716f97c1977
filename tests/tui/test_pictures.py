"""Which pictures are made, and how good, on links of all kinds: with a clock and a terminal of the test's own."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import pytest

from samannot_tui.graphics.link import Link
from samannot_tui.graphics.pictures import Encoded
from samannot_tui.graphics.quality import Quality
from samannot_tui.graphics.stripes import Piece, pieces
from samannot_tui.graphics.target import Target
from samannot_tui.render.layers import Tint
from samannot_tui.tui import pictures
from samannot_tui.tui.drawing import Drawn, PictureRequest
from samannot_tui.tui.pictures import A_STRIPE, Pictures, Screen

SIZES: dict[Quality, int] = {"glimpse": 12_000, "scrub": 32_000, "rest": 140_000}
BY_REFERENCE = 400
ROWS = 50
MAKING = 0.015
FRAMES = 200
REQUEST = PictureRequest(
    0, Target("kitty", 150, 50, (8, 16)), "rest", 1.0, None, "overlay", Tint(), True, None, None, ()
)


@dataclass(frozen=True)
class Seen:
    """A picture that the terminal has drawn."""

    at: float
    frame: int
    quality: Quality
    size: int


class Stage:
    """Pictures, a worker that takes MAKING seconds, a link and a terminal that keeps what it was sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rate: float, round_trip: float) -> None:
        self.now = 0.0
        self.seen: list[Seen] = []
        self.sent = 0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._rate, self._round_trip, self._free_at = rate, round_trip, 0.0
        self._held: set[tuple[int, Piece]] = set()
        self._drawn: PictureRequest | None = None
        self.link = Link()
        monkeypatch.setattr(pictures, "monotonic", lambda: self.now)
        monkeypatch.setattr(pictures, "Newest", lambda draw, deliver, fail: self)
        screen = Screen(self._show, self._preload, lambda: self._send(30, None), self.at_after, lambda: None)
        self.pictures = Pictures(
            lambda request: self._fail(), lambda r, d: None, lambda e: None, screen, self.link, FRAMES
        )

    def at(self, time: float, action: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (time, self._count, action))

    def at_after(self, seconds: float, action: Callable[[], None]) -> None:
        self.at(self.now + seconds, action)

    def run(self, until: float) -> None:
        while self._events and self._events[0][0] <= until:
            self.now, _, action = heapq.heappop(self._events)
            action()
        self.now = until

    def press(self, frame: int) -> None:
        self.pictures.request(replace(REQUEST, frame=frame))

    def request(self, request: PictureRequest) -> None:
        """The worker's."""

        def done() -> None:
            best = Piece("rest")
            drawn = replace(request, quality="rest", stripes=()) if (request.frame, best) in self._held else request
            self._drawn = drawn
            whole = drawn.stripes[-1:] == (ROWS,)
            size = sum(_bytes(piece) for piece in pieces(drawn.quality, drawn.stripes, ROWS)[-1:])
            self.pictures.drawn(request, Drawn(cast(Encoded, None), "rest" if whole else drawn.quality, size))

        self.at_after(MAKING, done)

    def _fail(self) -> Drawn:
        raise AssertionError

    def _show(self, encoded: Encoded) -> None:
        self._transfer(is_shown=True)

    def _preload(self, encoded: Encoded) -> None:
        self._transfer(is_shown=False)

    def _transfer(self, is_shown: bool) -> None:
        assert self._drawn is not None
        frame, parts = self._drawn.frame, pieces(self._drawn.quality, self._drawn.stripes, ROWS)
        news = [piece for piece in parts if (frame, piece) not in self._held]
        if not news and not is_shown:
            return
        self._held.update((frame, piece) for piece in parts)
        if parts[-1].rows and parts[-1].rows[1] == ROWS:
            self._held.add((frame, Piece("rest")))
            whole: Quality = "rest"
        else:
            whole = self._drawn.quality
        self._send(sum(map(_bytes, news)) or BY_REFERENCE, (frame, whole) if is_shown else None)

    def _send(self, size: int, shows: tuple[int, Quality] | None) -> None:
        ticket = self.link.send(size, self.now)
        self.sent += size
        self._free_at = max(self._free_at, self.now) + size / self._rate
        if shows is not None:
            self.seen.append(Seen(self._free_at + self._round_trip / 2, *shows, size))
        self.at(self._free_at + self._round_trip, lambda: self.answer(ticket))

    def answer(self, ticket: int) -> None:
        self.link.answered(ticket, self.now)
        self.pictures.answered()

    def hold(self, start: float, count: int, every: float = 0.04, first: int = 1) -> dict[int, float]:
        """An arrow key held: when each frame was asked for."""
        asked = {first + number: start + number * every for number in range(count)}
        for frame, time in asked.items():
            self.at(time, lambda frame=frame: self.press(frame))  # type: ignore[misc]
        return asked


def _bytes(piece: Piece) -> int:
    first, end = piece.rows or (0, ROWS)
    return SIZES[piece.quality] * (end - first) // ROWS


SLOW, MIDDLING, FAST = (125e3, 0.06), (625e3, 0.04), (12.5e6, 0.01)


@pytest.mark.parametrize(("link", "least", "lag"), [(SLOW, 3, 0.45), (MIDDLING, 12, 0.15), (FAST, 24, 0.08)])
def test_a_held_key(monkeypatch: pytest.MonkeyPatch, link: tuple[float, float], least: float, lag: float) -> None:
    stage = Stage(monkeypatch, *link)
    stage.press(0)
    stage.run(1.5)
    asked = stage.hold(1.5, 100, first=100)
    stage.run(5.5)
    seen = [each for each in stage.seen if 2.5 < each.at <= 5.5]
    assert len({each.frame for each in seen}) / 3 >= least
    assert max(each.at - asked[each.frame] for each in seen) <= lag
    stage.run(9)
    assert (stage.seen[-1].frame, stage.seen[-1].quality) == (199, "rest")
    right = next(each.at for each in stage.seen if each.frame == 199)
    assert right - asked[199] <= 0.5


@pytest.mark.parametrize(("link", "longest"), [(SLOW, 1.6), (MIDDLING, 0.6), ((625e3, 0.3), 1.1)])
@pytest.mark.parametrize("every", [0.02, 0.04])
def test_a_picture_becomes_its_best_soon_after_the_key_is_released(
    monkeypatch: pytest.MonkeyPatch, link: tuple[float, float], longest: float, every: float
) -> None:
    """However long the last answer might have been waited for."""
    stage = Stage(monkeypatch, *link)
    stage.press(0)
    stage.run(5)
    released = max(stage.hold(5, 60, every, first=100).values())
    stage.run(20)
    assert next(each.at for each in stage.seen if (each.frame, each.quality) == (159, "rest")) - released <= longest


def test_a_single_step_on_a_thin_link_is_seen_soon_and_gets_better(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, *SLOW)
    stage.press(0)
    stage.run(20)
    count = len(stage.seen)
    stage.press(150)
    stage.run(30)
    qualities = [each.quality for each in stage.seen[count:]]
    assert stage.seen[count].at - 20 < 0.4 and qualities[0] != "rest" and qualities[-1] == "rest"


@pytest.mark.parametrize("pressed_after", [0.5, 0.62, 0.8, 1.1, 1.5, 1.9])
def test_a_key_pressed_during_refinement_waits_for_one_stripe(
    monkeypatch: pytest.MonkeyPatch, pressed_after: float
) -> None:
    rate, round_trip = SLOW
    stage = Stage(monkeypatch, rate, round_trip)
    stage.press(0)
    stage.run(20)
    count = len(stage.seen)
    stage.press(100)
    stage.run(20 + pressed_after)
    refining = stage.seen[count:]
    stage.press(150)
    stage.run(40)
    assert all(each.size / rate < 1.4 * A_STRIPE for each in refining)
    new = next(each for each in stage.seen if each.frame == 150)
    alone = new.size / rate + round_trip / 2 + MAKING
    assert new.at - (20 + pressed_after) < alone + 1.3 * A_STRIPE
    assert all(each.frame == 150 for each in stage.seen if each.at >= new.at)
    assert stage.seen[-1].quality == "rest"


def test_what_was_refined_in_stripes_is_shown_again_by_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, *SLOW)
    for number, frame in enumerate((0, 100, 0), 1):
        stage.press(frame)
        stage.run(20 * number)
    again = [each for each in stage.seen if each.at > 40]
    assert [(each.frame, each.quality, each.size) for each in again] == [(0, "rest", BY_REFERENCE)]


def test_what_changes_on_a_frame_in_refinement_costs_none_of_its_stripes(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, *SLOW)
    stage.press(0)
    stage.run(20)
    stage.press(100)
    stage.run(20.7)
    sent = sum(each.size for each in stage.seen if each.at > 20)
    stage.pictures.request(replace(REQUEST, frame=100, crosshair=(3, 4)))
    stage.run(40)
    own = [each for each in stage.seen if each.at > 20]
    assert SIZES["glimpse"] < sent < SIZES["rest"] and own[-1].quality == "rest"
    assert sum(each.size for each in own) < SIZES["glimpse"] + SIZES["rest"] + 2 * BY_REFERENCE


def test_neighbours_are_sent_ahead_and_then_shown_by_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, *FAST)
    stage.press(50)
    stage.run(1)
    stage.press(51)
    stage.run(5)
    count = len(stage.seen)
    for number, frame in enumerate((52, 53, 54, 53, 52, 51, 50), 1):
        stage.press(frame)
        stage.run(5 + number)
    assert {each.size for each in stage.seen[count:]} == {BY_REFERENCE}
    assert [each.frame for each in stage.seen[count:]] == [52, 53, 54, 53, 52, 51, 50]


def test_at_rest_nothing_more_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, *MIDDLING)
    stage.press(0)
    stage.run(30)
    sent = stage.sent
    stage.run(90)
    assert stage.sent == sent


def test_a_link_that_hangs_gets_questions_only_and_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, *MIDDLING)
    stage.press(0)
    stage.run(10)
    kept, answer, sent = [], stage.answer, stage.sent
    monkeypatch.setattr(stage, "answer", kept.append)
    stage.hold(10, 100, 0.6, first=50)
    stage.run(70)
    assert kept and stage.sent - sent < 2 * SIZES["scrub"]
    monkeypatch.setattr(stage, "answer", answer)
    stage.run(75)
    assert (stage.seen[-1].frame, stage.seen[-1].quality) == (149, "rest")


def test_a_lost_answer_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, *MIDDLING)
    stage.press(0)
    stage.run(10)
    monkeypatch.setattr(stage, "answer", lambda ticket: None)
    stage.press(100)
    stage.run(10.5)
    monkeypatch.undo()
    monkeypatch.setattr(pictures, "monotonic", lambda: stage.now)
    stage.run(16)
    assert stage.link.idle and (stage.seen[-1].frame, stage.seen[-1].quality) == (100, "rest")
    sent = stage.sent
    stage.run(60)
    assert stage.sent == sent


def test_a_picture_that_cannot_be_made_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, *FAST)
    asked: list[PictureRequest] = []
    monkeypatch.setattr(stage, "request", asked.append)
    stage.press(0)
    stage.run(1)
    stage.pictures.failed()
    stage.run(2)
    assert len(asked) == 1 and not stage.pictures.busy
    stage.press(1)
    stage.run(3)
    assert [each.frame for each in asked] == [0, 1]
