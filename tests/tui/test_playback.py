"""Playing: the reckoning of frames by itself, then keys in the real app under a clock that the test sets."""

import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.session.commands import AddLabel
from samannot_tui.tui.drawing import Drawer
from samannot_tui.tui.playback import BACKWARD, FORWARD, SPEEDS, Playback, next_speed
from samannot_tui.tui.widgets.canvas import Canvas
from samannot_tui.tui.widgets.message_line import MessageLine
from samannot_tui.tui.widgets.timeline import GUTTER, Timeline
from tests.tui.conftest import FRAMES, Desk, OpenDesk

LAST = FRAMES - 1


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("way", [FORWARD, BACKWARD])
def test_frames_are_due_by_the_clock(speed: float, way: int) -> None:
    playback = Playback(500, 10.0, way, speed, 25.0, 0, 999)
    for seconds in (0.0, 0.031, 0.501, 2.011):
        assert playback.frame_at(10.0 + seconds) == 500 + way * int(seconds * 25 * speed)


@given(st.integers(0, 99), st.sampled_from((FORWARD, BACKWARD)), st.sampled_from(SPEEDS), st.floats(0, 1e6))
def test_playing_stays_in_the_video_and_ends(frame: int, way: int, speed: float, seconds: float) -> None:
    playback = Playback(frame, 0.0, way, speed, 24.0, 0, 99)
    due = playback.frame_at(seconds)
    assert 0 <= due < 100 and (due - frame) * way >= 0
    assert playback.is_over(playback.frame_at(1e6))
    assert playback.is_over(due) == (due == (99 if way == FORWARD else 0))


@given(st.lists(st.tuples(st.floats(0, 3), st.sampled_from(SPEEDS)), max_size=8))
def test_another_speed_goes_on_from_the_frame_that_is_due(changes: list[tuple[float, float]]) -> None:
    playback, now = Playback(0, 0.0, FORWARD, 1.0, 30.0, 0, 10**6), 0.0
    for seconds, speed in changes:
        now += seconds
        due = playback.frame_at(now)
        playback = playback.at_speed(speed, now)
        assert playback.frame_at(now) == due and playback.speed == speed


def test_speeds_end_at_the_slowest_and_the_fastest() -> None:
    assert [next_speed(speed, 1) for speed in SPEEDS] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert [next_speed(speed, -1) for speed in SPEEDS] == [0.25, 0.25, 0.5, 1.0, 2.0, 4.0]


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("samannot_tui.tui.actions.playing.monotonic", clock)
    return clock


def message(at: Desk) -> str:
    return at.screen.query_one(MessageLine).text


async def after(at: Desk, clock: Clock, seconds: float, frame: int) -> None:
    clock.now += seconds
    await at.until(lambda: at.screen.place.frame == frame)


async def nothing_moves(at: Desk, clock: Clock) -> None:
    frame = at.screen.place.frame
    clock.now += 0.5
    await at.pilot.pause(0.1)
    assert at.screen.place.frame == frame


async def test_space_plays_and_stops(desk: OpenDesk, clock: Clock) -> None:
    async with desk() as at:
        await at.press("space")
        assert message(at).startswith("Playing forward at 1x")
        await after(at, clock, 0.201, 5)
        await after(at, clock, 0.08, 7)
        await at.press("space")
        assert message(at) == "Stopped at frame 7."
        await nothing_moves(at, clock)


async def test_playing_backward_and_turning_round(desk: OpenDesk, clock: Clock) -> None:
    async with desk() as at:
        await at.press("L", "L", "B")
        assert message(at).startswith("Playing backward")
        await after(at, clock, 0.201, 15)
        await at.press("space")
        await after(at, clock, 0.081, 17)
        await at.press("B", "B")
        await nothing_moves(at, clock)


async def test_it_stops_at_the_ends(desk: OpenDesk, clock: Clock) -> None:
    async with desk() as at:
        await at.press("space")
        await after(at, clock, 60, LAST)
        assert message(at) == f"The video ends at frame {LAST}."
        await at.press("space")
        assert message(at) == "The video ends here; B plays backward."
        await at.press("B")
        await after(at, clock, 60, 0)
        assert message(at) == "The video begins at frame 0."
        await at.press("B")
        assert message(at) == "The video begins here; space plays forward."


async def test_the_speed_is_chosen_before_or_while_playing(desk: OpenDesk, clock: Clock) -> None:
    async with desk() as at:
        await at.press("comma")
        assert message(at) == "Plays at 0.5x: space forward, B backward."
        await at.press("space")
        await after(at, clock, 0.401, 5)
        await at.press("full_stop", "full_stop", "full_stop")
        assert message(at).startswith("Playing forward at 4x")
        await after(at, clock, 0.101, 15)
        await at.press("space", "space")
        await after(at, clock, 0.101, 25)


@pytest.mark.parametrize("key", ["v", "z", "c", "right", "g", "question_mark", "i", "u", "ctrl+p", "ctrl+right"])
async def test_any_other_action_stops_it(desk: OpenDesk, clock: Clock, key: str) -> None:
    async with desk() as at:
        await at.press("space")
        await after(at, clock, 0.201, 5)
        await at.press(key)
        await nothing_moves(at, clock)


async def test_clicks_and_the_wheel_stop_it(desk: OpenDesk, clock: Clock) -> None:
    async with desk() as at:
        await at.until(lambda: at.screen.query_one(Canvas).viewport is not None)
        for target, offset in ((Canvas, (30, 10)), (Timeline, (GUTTER, 1))):
            await at.press("home", "space")
            await after(at, clock, 0.201, 5)
            await at.pilot.click(at.screen.query_one(target), offset=offset)
            await nothing_moves(at, clock)


async def test_space_places_while_placing(desk: OpenDesk, clock: Clock) -> None:
    async with desk() as at:
        at.session.submit(AddLabel("dog"))
        await at.settle()
        await at.press("p", "space")
        assert len(at.session.state.prompts) == 1
        await nothing_moves(at, clock)
        await at.press("B")
        await nothing_moves(at, clock)


async def test_frames_are_dropped_while_a_picture_is_being_made(
    desk: OpenDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long one takes, the next is the one that is due then, and no request waits behind another."""
    drawn: list[int] = []
    gate = threading.Event()
    gate.set()
    draw = Drawer.draw

    def slow(self: Drawer, request: object) -> object:
        drawn.append(request.frame)  # type: ignore[attr-defined]
        gate.wait(10)
        return draw(self, request)  # type: ignore[arg-type]

    monkeypatch.setattr(Drawer, "draw", slow)
    async with desk() as at:
        await at.until(lambda: not at.screen.is_behind())
        await at.press("space")
        gate.clear()
        await after(at, clock, 0.041, 1)
        for _ in range(5):
            clock.now += 0.1
            await at.pilot.pause(0.05)
            assert at.screen.place.frame == 1
        gate.set()
        await at.until(lambda: at.screen.place.frame == 13)
        assert drawn[-2:] == [1, 13]
        await after(at, clock, 60, LAST)
        assert all(first <= second for first, second in pairwise(drawn))
