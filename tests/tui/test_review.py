"""The review by keys in the real app: every verdict in the journal, nothing else changed."""

import numpy as np
import pytest

from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.render.grid import Grid
from samannot_tui.session.commands import AddLabel, DrawSample, EditMask
from samannot_tui.session.events import ReviewMarked, ReviewWithdrawn, SampleDrawn
from samannot_tui.session.reviews import Standing, verdicts
from samannot_tui.session.store import Session
from samannot_tui.tui.sheet import CROP_COLUMNS, grid_for
from samannot_tui.tui.sheet_page import sheet_page
from samannot_tui.tui.widgets.canvas import Canvas
from samannot_tui.tui.widgets.message_line import MessageLine
from tests.tui.conftest import FRAMES, HEIGHT, WIDTH, Desk, OpenDesk
from tests.tui.test_flags import annotate as with_bad_masks
from tests.tui.test_flags import found

DOG, CAT = 1, 2
LAST = FRAMES - 1


@pytest.fixture(autouse=True)
def ann(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMANNOT_REVIEWER", "ann")


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
    async with desk((240, 40)) as at:
        await with_bad_masks(at)
        await found(at)
        await at.press("V")
        assert line(at).startswith("track 1/2 · 2 doubtful spots left · 0 % judged")
        for stop in (8, 20, LAST):
            await at.pilot.press("space")
            seconds[0] += 60
            await at.until(lambda: at.screen._playback is None)
            assert at.screen.place.frame == stop
            why = at.screen.place.why_doubtful(stop)
            assert f"Frame {stop}: {why}." in line(at) if stop < LAST else f"ends at frame {LAST}" in line(at)
        await at.press("left_square_bracket", "left_square_bracket")
        assert at.screen.place.frame == 8 and at.screen.place.why_doubtful(8) in line(at)
        await at.press("m", "y")
        assert line(at).startswith("track 1/2 · 1 doubtful spot left · 1 % judged")


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


def crops(at: Desk) -> list[int]:
    target = at.screen.query_one(Canvas).target
    page = None if target is None else sheet_page(at.screen.place, target)
    return [] if page is None else [cell.frame for cell in page.cells]


@pytest.mark.parametrize(("size", "columns"), [((80, 24), 5), ((120, 40), 5)])
async def test_the_sheet_shows_the_track_and_its_cursor_judges(
    desk: OpenDesk, size: tuple[int, int], columns: int
) -> None:
    async with desk(size) as at:
        await annotate(at)
        await at.press("V", "s")
        overview = crops(at)
        assert overview[0] == 0 and len(overview) < FRAMES
        await at.press("right", "right")
        assert where(at) == (DOG, overview[2]) and f"frame {overview[2]}" in line(at)
        await at.press("m", "down", "n", "l")
        assert said(at)[-1][1:5] == (overview[2], overview[2 + columns], "unsatisfactory", "leaks")
        await at.press("home", "z")
        assert crops(at)[1] < overview[1], "denser"
        await at.press("Z", "right")
        there = crops(at)[1]
        await at.press("enter")
        assert at.screen.place.sheet is None and where(at) == (DOG, there) and at.screen.place.is_reviewing
        await at.press("s", "escape")
        assert at.screen.place.sheet is None and at.screen.place.is_reviewing, "Esc leaves the sheet first"


async def test_a_doubtful_spot_is_on_the_sheet_and_pages_go_through_all_frames(desk: OpenDesk) -> None:
    async with desk((80, 24)) as at:
        await with_bad_masks(at)
        await found(at)
        await at.press("V", "s")
        assert {8, 20} <= set(crops(at))
        seen = set(crops(at))
        await at.press("z", "z", "z", "z", "home")
        for _ in range(5):
            seen |= set(crops(at))
            await at.press("pagedown")
        assert seen == set(range(FRAMES)) and where(at) == (DOG, LAST)


async def test_a_click_on_a_crop_goes_there_and_prompts_nothing(desk: OpenDesk) -> None:
    async with desk((80, 24)) as at:
        await annotate(at)
        await at.press("V", "s")
        await at.until(lambda: not at.screen.is_behind())
        seq = at.session.state.last_seq
        await at.pilot.click(Canvas, offset=(2 * CROP_COLUMNS + 3, 2))
        await at.settle()
        assert where(at)[1] == crops(at)[2] and at.session.state.last_seq == seq


async def test_the_sheet_is_drawn_and_completed(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """However little time there is for one picture, every crop is made in the end."""
    monkeypatch.setattr("samannot_tui.tui.crops.AT_A_TIME", 0.0)
    async with desk((80, 24)) as at:
        await annotate(at)
        await at.press("V", "s")
        await at.until(lambda: at.screen.place.sheet is not None and at.screen.place.sheet.asked == len(crops(at)) - 1)
        await at.until(lambda: not at.screen.is_behind())
        drawn = at.screen._drawer._page
        grid = Grid((drawn.shape[1], drawn.shape[0]), *grid_for(at.screen.query_one(Canvas).target))  # type: ignore[arg-type]
        for number in range(len(crops(at))):
            x, y, width, height = grid.place(number)
            assert drawn[y + 1 : y + height - 1, x + 1 : x + width - 1].max() > 150, "the bright square, or its mask"
