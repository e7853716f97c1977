"""The review by keys in the real app: every verdict in the journal, nothing else changed."""

from dataclasses import dataclass

import numpy as np
import pytest

from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.session.commands import AddLabel, DrawSample, EditMask
from samannot_tui.session.events import ReviewMarked, ReviewWithdrawn, SampleDrawn
from samannot_tui.session.reviews import Standing, verdicts
from samannot_tui.session.store import Session
from samannot_tui.tui.widgets.message_line import MessageLine
from tests.tui.conftest import FRAMES, HEIGHT, WIDTH, Desk, OpenDesk

DOG, CAT = 1, 2
LAST = FRAMES - 1


@pytest.fixture(autouse=True)
def ann(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMANNOT_REVIEWER", "ann")


@dataclass(frozen=True)
class Doubt:
    frame: int
    doubt: float
    words: str


def mask(session: Session, frame: int, label: int) -> None:
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[20 : 44 - label, 4 + 2 * frame : 28 + 2 * frame] = True
    made = NewMask(
        frame=frame, label=label, rle=encode(pixels), object_score=1.0, quality=0.9, source="edited", run=None
    )
    (record,) = session.append_masks([made])
    session.submit(EditMask(label, frame, record))


async def annotate(at: Desk) -> None:
    """A dog on every frame, a cat on frames 5 to 9."""
    for name in ("dog", "cat"):
        at.session.submit(AddLabel(name))
    for frame in range(FRAMES):
        mask(at.session, frame, DOG)
    for frame in range(5, 10):
        mask(at.session, frame, CAT)
    await at.settle()


def said(at: Desk) -> list[tuple[int, int, int, str, str, str]]:
    marks = [event for event in at.session.history() if isinstance(event, ReviewMarked)]
    return [(each.label, each.first, each.last, each.verdict, each.reason, each.by) for each in marks]


def line(at: Desk) -> str:
    return at.screen.query_one(MessageLine).text


def where(at: Desk) -> tuple[int | None, int]:
    return at.screen.place.label, at.screen.place.frame


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_track_by_track_with_a_key_each(desk: OpenDesk, size: tuple[int, int]) -> None:
    async with desk(size) as at:
        await annotate(at)
        await at.press("V")
        assert where(at) == (DOG, 0) and line(at).startswith("track 1/2 · 0 % judged")
        await at.press("y")
        assert where(at) == (CAT, 5) and line(at).startswith("track 2/2 · 85 % judged")
        await at.press("n")
        assert "d drifted" in line(at)
        await at.press("d")
        assert line(at).startswith("track 2/2 · 100 % judged")
        await at.press("escape")
        assert not at.screen.place.is_reviewing
    assert said(at) == [
        (DOG, 0, LAST, "satisfactory", "", "ann"),
        (CAT, 5, 9, "unsatisfactory", "drifted", "ann"),
    ]


async def test_a_part_is_judged_by_itself_and_the_rest_around_it(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("V", "right", "right", "m", "right", "n", "o")
        await at.type("flickers")
        await at.press("enter")
        assert where(at) == (DOG, 3), "a part does not end the track"
        await at.press("y")
    assert said(at) == [
        (DOG, 2, 3, "unsatisfactory", "flickers", "ann"),
        (DOG, 0, 1, "satisfactory", "", "ann"),
        (DOG, 4, LAST, "satisfactory", "", "ann"),
    ]


async def test_a_verdict_is_taken_back_where_it_is_shown(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("V", "m", "right", "y", "y", "up", "u")
        (back,) = (event for event in at.session.history() if isinstance(event, ReviewWithdrawn))
        assert (back.label, back.first, back.last, back.by) == (DOG, 0, 1, "ann")
        await at.press("u")
        assert at.told[-1] == "Nothing was said of this frame."


async def test_no_key_changes_a_mask_and_a_reason_can_be_left_out(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        seq = at.session.state.last_seq
        await at.press(
            "V", "n", "y", "p", "right", "escape", "p", "b", "X", "A", "a", "c", "greater_than_sign", "d", "e"
        )
        assert at.session.state.last_seq == seq and at.screen.place.mode is None
        assert at.screen.place.is_reviewing and where(at) == (DOG, 0), "y and the arrow are no reasons"


async def test_mending_comes_back_to_where_it_was_left(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("V", "y", "down", "up", "right", "right", "enter")
        assert not at.screen.place.is_reviewing and "V goes back" in line(at)
        await at.press("p")
        assert at.screen.place.mode is not None, "keys annotate again"
        await at.press("escape")
        mask(at.session, 2, DOG)
        await at.settle()
        await at.press("end", "V")
        assert at.screen.place.is_reviewing and where(at) == (DOG, 2)
        assert "changed since it was judged" in line(at) or "Back in the review" in line(at)
        await at.press("left", "right")
        assert "≠ changed since it was judged" in line(at)
        await at.press("y")
        assert verdicts(at.session.state, at.session.live, DOG).standing[2] == Standing.SATISFACTORY
    assert said(at)[-1][:3] == (DOG, 2, 2)


async def test_playing_stops_where_to_look_twice_and_at_the_tracks_end(
    desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    monkeypatch.setattr("samannot_tui.tui.actions.playing.monotonic", lambda: seconds[0])
    async with desk() as at:
        await annotate(at)
        at.screen.place.doubts = {
            DOG: [Doubt(8, 0.6, "area fell"), Doubt(9, 0.9, "area fell by 62 %"), Doubt(20, 0.5, "?")]
        }
        await at.press("V")
        assert line(at).startswith("track 1/2 · 2 doubtful spots left · 0 % judged")
        for stop, words in ((9, "area fell by 62 %"), (20, "Frame 20: ?."), (LAST, f"The track ends at frame {LAST}.")):
            await at.pilot.press("space")
            seconds[0] += 60
            await at.until(lambda: at.screen._playback is None)
            assert at.screen.place.frame == stop and words in line(at)
        await at.press("left_square_bracket", "left_square_bracket")
        assert at.screen.place.frame == 9
        await at.press("m", "y")
        assert line(at).startswith("track 1/2 · 1 doubtful spot left · 2 % judged")


async def test_a_check_goes_through_the_frames_drawn(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        (drawn,) = at.session.submit(DrawSample(4, seed=1))
        assert isinstance(drawn, SampleDrawn)
        await at.settle()
        at.screen.begin_review(drawn)
        await at.settle()
        assert line(at).startswith("check 1/4 · none judged; 4 to be judged")
        for cell in drawn.frames[:3]:
            assert where(at) == (cell.label, cell.frame)
            await at.press("y")
        await at.press("n", "l")
        assert line(at).startswith("check 4/4 · 3 of 4 satisfactory: 75 %")
        await at.press("right", "y")
        assert "This frame was not drawn" in at.told[-1] or where(at)[1] == LAST
    marks = [event for event in at.session.history() if isinstance(event, ReviewMarked)]
    assert [(each.label, each.first, each.sample) for each in marks[:4]] == [
        (cell.label, cell.frame, drawn.seq) for cell in drawn.frames
    ]


async def test_without_masks_there_is_nothing_to_review(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("V")
        assert at.told[-1] == "There are no masks to review yet." and at.screen.place.review is None
