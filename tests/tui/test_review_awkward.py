"""A review where something is gone, hidden, or done in an unusual order."""

from collections.abc import Iterator

import pytest

from samannot_tui.session.commands import AddLabel, ClearMasks, DrawSample, HideLabel
from samannot_tui.session.events import ReviewWithdrawn, SampleDrawn
from samannot_tui.session.reviews import Standing, sampled_verdicts, verdicts
from samannot_tui.tui.drawing import request_for
from samannot_tui.tui.widgets.canvas import Canvas
from samannot_tui.tui.widgets.timeline import Timeline
from tests.tui.conftest import Desk, OpenDesk
from tests.tui.test_review import CAT, DOG, LAST, annotate, line, mask, said, where


@pytest.fixture(autouse=True)
def ann(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SAMANNOT_REVIEWER", "ann")
    yield


async def check(at: Desk, count: int, seed: int = 1) -> SampleDrawn:
    (drawn,) = at.session.submit(DrawSample(count, seed))
    assert isinstance(drawn, SampleDrawn)
    await at.settle()
    at.screen.begin_review(drawn)
    await at.settle()
    return drawn


async def test_masks_that_are_all_gone_after_mending_are_no_harm(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("V", "enter")
        at.session.submit(ClearMasks((DOG, CAT), 0, LAST))
        await at.settle()
        await at.press("V")
        assert at.told[-1] == "There are no masks to review any more." and not at.screen.place.is_reviewing
        await at.press("u", "V")
        assert at.screen.place.is_reviewing and where(at) == (DOG, 0)


async def test_masks_that_go_during_a_review_are_no_harm(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("V", "s")
        at.session.submit(ClearMasks((DOG, CAT), 0, LAST))
        await at.settle()
        await at.press("right", "pagedown", "z", "escape", "j", "k", "y", "n", "m", "u", "s", "space", "B", "escape")
        await at.press("escape")
        assert at.screen.place.review is None


async def test_a_label_that_was_undone_in_mending_is_no_harm(desk: OpenDesk) -> None:
    async with desk() as at:
        at.session.submit(AddLabel("dog"))
        mask(at.session, 3, DOG)
        at.session.submit(AddLabel("cat"))
        mask(at.session, 5, CAT)
        await at.settle()
        await at.press("V", "y", "enter", "u", "u")
        assert CAT not in at.screen.place.state.labels
        await at.press("V")
        assert at.screen.place.is_reviewing and "All tracks are judged" in line(at)


async def test_a_label_without_masks_can_be_played_in_a_review(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [0.0]
    monkeypatch.setattr("samannot_tui.tui.actions.playing.monotonic", lambda: seconds[0])
    async with desk() as at:
        await annotate(at)
        at.session.submit(AddLabel("bird"))
        await at.settle()
        await at.press("V", "3")
        await at.pilot.press("space")
        seconds[0] += 60
        await at.until(lambda: at.screen._playback is None)
        assert where(at) == (3, LAST)


async def test_a_hidden_label_is_shown_while_it_is_judged(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        at.session.submit(HideLabel(DOG, True))
        await at.settle()
        target = at.screen.query_one(Canvas).target
        assert target is not None
        assert request_for(at.screen.place, target).labels[0].hidden
        await at.press("V")
        assert not request_for(at.screen.place, target).labels[0].hidden
        await at.press("escape")
        assert request_for(at.screen.place, target).labels[0].hidden


async def test_a_part_that_was_begun_is_of_one_track(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("V", "right", "m", "down", "y")
    assert said(at) == [(CAT, 5, 9, "satisfactory", "", "ann")]


async def test_a_second_verdict_is_on_what_the_first_was_on(desk: OpenDesk) -> None:
    """A y too many does not take away what was said of a part."""
    async with desk() as at:
        await annotate(at)
        await at.press("V", "down", "y", "m", "right", "n", "l", "y")
        assert "All tracks are judged" in line(at)
        assert where(at) == (DOG, 1)
        await at.press("end", "y")
        standing = verdicts(at.session.state, at.session.live, DOG).standing
        assert standing[:3].tolist() == [Standing.UNSATISFACTORY, Standing.UNSATISFACTORY, Standing.SATISFACTORY]
        await at.press("home", "n", "d")
        assert said(at)[-1] == (DOG, 0, 1, "unsatisfactory", "drifted", "ann")


async def test_a_refused_verdict_leaves_the_part(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("V", "down", "end", "m", "y")
        assert "no mask" in at.told[-1]
        assert at.screen.place.review is not None and at.screen.place.review.marked is not None


async def test_taking_back_in_a_check_leaves_what_was_said_of_the_track(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("V", "y", "y", "escape")
        drawn = await check(at, 4)
        await at.press("u")
        assert at.told[-1] == "Nothing was said of this frame in this check."
        assert not any(isinstance(event, ReviewWithdrawn) for event in at.session.history())
        await at.press("n", "l", "up", "u")
        back = at.session.history()[-1]
        assert isinstance(back, ReviewWithdrawn)
        assert (back.label, back.first, back.last) == (drawn.frames[0].label, *[drawn.frames[0].frame] * 2)


async def test_looking_around_in_a_check_loses_no_place(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        drawn = await check(at, 4)
        second, third = drawn.frames[1:3]
        await at.press("down")
        assert where(at) == (second.label, second.frame)
        await at.press("right", "down")
        assert where(at) == (third.label, third.frame)
        await at.press("up", "right", "up")
        assert where(at) == (second.label, second.frame)


async def test_in_a_check_there_are_no_parts(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await check(at, 4)
        await at.press("m")
        assert "by itself" in at.told[-1] and at.screen.place.review is not None
        assert at.screen.place.review.marked is None


async def test_a_drawn_frame_whose_mask_is_gone_does_not_hold_up_the_check(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        drawn = await check(at, 4)
        gone = drawn.frames[0]
        at.session.submit(ClearMasks((gone.label,), gone.frame, gone.frame))
        await at.settle()
        await at.press("down", "y", "y", "y")
        assert "Done: 3 of 3 satisfactory" in line(at)
        assert sampled_verdicts(at.session.state, at.session.live, drawn)[0] == Standing.NONE


async def test_the_mouse_does_not_move_a_verdict_that_waits_for_its_reason(desk: OpenDesk) -> None:
    async with desk((120, 40)) as at:
        await annotate(at)
        await at.press("V", "n")
        at.screen.post_message(Timeline.Seek(20))
        await at.settle()
        assert where(at) == (DOG, 0)
        await at.press("escape", "m", "right", "n", "o")
        at.screen.post_message(Timeline.Seek(20))
        await at.settle()
        await at.type("x")
        await at.press("enter")
    assert said(at) == [(DOG, 0, 1, "unsatisfactory", "x", "ann")]


async def test_a_check_that_is_left_is_not_what_v_goes_on_with(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await check(at, 4)
        await at.press("escape")
        assert "review --sample 4" in line(at)


async def test_what_is_said_of_the_rest_does_not_name_all(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("V", "down", "y", "right", "m", "n", "l", "y")
        assert "dog: the rest satisfactory." in line(at)


async def test_v_comes_back_from_whatever_mode_something_was_mended_in(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("V", "right", "enter", "b", "enter", "right", "V")
        assert at.screen.place.is_reviewing and at.screen.place.mode is None and where(at) == (DOG, 1)
        await at.press("right", "y")
        assert said(at) == [(DOG, 0, LAST, "satisfactory", "", "ann")]
