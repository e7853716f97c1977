"""Masks by hand: brush, eraser, polygon and fill, by keys and by mouse, in the real app."""

import asyncio

import numpy as np
import pytest

from samannot_tui.masks.edits import Fill, MaskEdit, Polygon, Stroke
from samannot_tui.masks.index import RecordSource
from samannot_tui.masks.painting import fill_polygon, stroke
from samannot_tui.masks.rle import BoolMask, decode
from samannot_tui.session.commands import StartRun
from samannot_tui.session.events import EngineInfo, MaskEdited, MaskPredicted
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.tui.edited import EditedMasks, with_edits
from samannot_tui.tui.painting import PaintMode, news_since
from samannot_tui.tui.widgets.canvas import Canvas
from samannot_tui.tui.widgets.message_line import MessageLine
from tests.tui.conftest import FRAMES, HEIGHT, WIDTH, Desk, OpenDesk
from tests.tui.test_prompts_and_runs import cell_of, masked, with_label

EMPTY = np.zeros((HEIGHT, WIDTH), np.bool_)


def mask_of(at: Desk, frame: int = 0, label: int = 1) -> BoolMask:
    record = at.screen.place.live.record(frame, label)
    return EMPTY if record is None else decode(at.session.masks.read(record).rle)


def mode_of(at: Desk) -> PaintMode:
    mode = at.screen.place.mode
    assert isinstance(mode, PaintMode)
    return mode


async def test_a_stroke_by_keys_is_one_step_and_is_undone_as_one(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("d")
        assert at.screen.query_one(MessageLine).text.startswith("brush at 48,32, radius 1")
        await at.press("right_square_bracket", "enter", "ctrl+right", "ctrl+down", "shift+left")
        assert mask_of(at).sum() == 0, "nothing is kept before the brush is lifted"
        await at.press("enter")
        points = [(48, 32), (53, 32), (53, 37), (52, 37)]
        assert np.array_equal(mask_of(at), stroke(EMPTY, points, 2.0, paint=True))
        await at.press("escape")
        assert at.screen.place.mode is None
        await at.press("u")
        assert at.screen.query_one(MessageLine).text == "Undone: the edited mask of dog, frame 0."
        assert at.screen.place.live.record(0, 1) is None
        await at.press("ctrl+r")
        assert mask_of(at).any()


async def test_the_eraser_takes_from_the_mask_that_is_there(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("d", "enter", "ctrl+right", "ctrl+right", "enter")
        painted = mask_of(at)
        await at.press("s", "enter", "enter")
        assert "eraser at 58,32" in at.screen.query_one(MessageLine).text
        assert np.array_equal(mask_of(at), stroke(painted, [(58, 32)], 1.0, paint=False))
        record = at.screen.place.live.record(0, 1)
        assert record is not None
        assert at.screen.place.live.index.source[record] == RecordSource.EDITED
        steps = len(at.session.state.steps)
        await at.press("enter", "enter")
        assert len(at.session.state.steps) == steps, "what changes nothing is no step"


async def test_a_mask_of_which_nothing_is_left_is_absent(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("d", "enter", "enter", "s", "enter", "enter")
        assert at.screen.place.live.record(0, 1) is not None
        assert not at.screen.place.live.is_present(0, 1)
        await at.press("s", "enter", "enter")
        assert at.screen.place.live.is_present(0, 1)


async def test_strokes_that_follow_each_other_at_once_all_count(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("d")
        wanted = EMPTY
        # Nothing is waited for in between.
        for number in range(12):
            await at.pilot.press("enter", "shift+down", "enter", "ctrl+right")
            x, y = min(48 + 5 * number, WIDTH - 1), min(32 + number, HEIGHT - 1)
            wanted = stroke(wanted, [(x, y), (x, y + 1)], 1.0, paint=True)
        await at.settle()
        assert np.array_equal(mask_of(at), wanted)
        assert at.screen.place.edits == ()
        for _ in range(12):
            await at.pilot.press("u")
        await at.settle()
        assert at.screen.place.live.record(0, 1) is None


async def test_what_else_is_done_lifts_the_brush_first(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("d", "enter", "l")
        assert at.screen.place.frame == 1
        assert mask_of(at, frame=0).any() and not mask_of(at, frame=1).any()
        await at.press("enter", "p")
        assert mask_of(at, frame=1).any()
        await at.press("d", "enter", "shift+right", "u")
        line = at.screen.query_one(MessageLine)
        for _ in range(100):  # the undo waits for the stroke, which is made elsewhere
            if "Undone" in line.text:
                break
            await asyncio.sleep(0.05)
        assert "Undone: the edited mask of dog, frame 1." in line.text, "u undoes the stroke in the making"
        await at.press("left")
        assert "Undone" not in line.text and "Enter draws" in line.text
        assert np.array_equal(mask_of(at, frame=1), stroke(EMPTY, [(48, 32)], 1.0, paint=True))


async def test_a_polygon_by_keys(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("D", "enter", "enter")
        assert at.told[-1].startswith("A polygon takes three corners")
        await at.press(*["ctrl+right"] * 4, "enter", "ctrl+down", "enter", "backspace")
        assert mode_of(at).corners == ((48, 32), (68, 32))
        await at.press("ctrl+down", "enter", *["ctrl+left"] * 4, *["ctrl+up"] * 2, "enter")
        assert mode_of(at).corners == ()
        assert np.array_equal(mask_of(at), fill_polygon(EMPTY, [(48, 32), (68, 32), (68, 42)], paint=True))
        await at.press("s", "enter", "ctrl+right", "enter", "ctrl+down", "enter", "enter")
        hole = fill_polygon(EMPTY, [(48, 32), (53, 32), (53, 37)], paint=True)
        assert not mask_of(at)[hole].any() and mask_of(at).any()
        await at.press("enter", "escape")
        assert mode_of(at).corners == ()
        await at.press("escape")
        assert at.screen.place.mode is None


async def test_fill_and_its_refusal(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("d", "f")
        assert "reaches the frame's border" in at.told[-1]
        assert at.screen.place.edits == ()
        ring = [*["ctrl+right"] * 2, *["ctrl+down"] * 2, *["ctrl+left"] * 2, *["ctrl+up"] * 2]
        await at.press("enter", *ring, "enter", "ctrl+right", "ctrl+down", "f")
        assert mask_of(at)[33:42, 49:58].all()
        await at.press("s", "f")
        assert not at.screen.place.live.is_present(0, 1)


async def test_the_mouse_paints_erases_and_fills(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.until(lambda: at.screen.query_one(Canvas).viewport is not None)
        await at.press("d", "right_square_bracket", "right_square_bracket")
        await at.pilot.mouse_down(Canvas, offset=cell_of(at, 20, 20))
        for corner in ((60, 20), (60, 50), (20, 50), (20, 20)):
            await at.pilot.hover(Canvas, offset=cell_of(at, *corner))
        assert mode_of(at).stroke is not None and not mask_of(at).any()
        await at.pilot.mouse_up(Canvas, offset=cell_of(at, 20, 20))
        await at.settle()
        assert mask_of(at)[20, 30:50].all() and not mask_of(at)[30:40, 30:50].any()
        await at.pilot.click(Canvas, offset=cell_of(at, 40, 35), control=True)
        await at.settle()
        assert mask_of(at)[30:40, 30:50].all()
        await at.pilot.click(Canvas, offset=cell_of(at, 40, 35), button=3)
        await at.settle()
        assert not mask_of(at)[35, 40] and mask_of(at)[35, 30]
        assert mode_of(at).paint, "the right button erases, the brush stays one"
        await at.press("D")
        for corner in ((70, 10), (90, 10), (90, 50), (90, 50)):
            await at.pilot.click(Canvas, offset=cell_of(at, *corner))
        await at.settle()
        assert mask_of(at)[15, 85] and not mask_of(at)[45, 72]


async def test_what_is_drawn_is_on_the_screen_before_it_is_kept(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("v", "v", "d")
        assert at.screen.place.kept.view == "overlay", "what is painted is to be seen"
        await at.press("enter", "ctrl+right")
        assert at.screen._asked is not None
        (label,) = at.screen._asked.labels
        assert label.record is None and label.edits == (Stroke(((48, 32), (53, 32)), 1.0, paint=True),)
        assert at.screen._asked.brush == 1.0
        await at.press("enter")
        (label,) = at.screen._asked.labels
        assert label.record is not None and label.edits == ()


def sources_of_last_run(at: Desk) -> list[int]:
    """Frames that a run in one pass, of one label, started from."""
    *_, run = at.session.state.runs.values()
    return [source.frame for source in run.plan.passes[0].labels[0].sources]


async def test_an_edit_survives_a_run_and_is_its_source(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        # The square lies at 4..27, 20..43; painted by hand, nothing of it prompted.
        await at.press("D")
        at.screen.set_mode(PaintMode("polygon", 27, 43, 1.0, corners=((4, 20), (27, 20))))
        await at.press("enter", "enter", "escape")
        edited = mask_of(at)
        assert edited.sum() == 300
        await at.press("greater_than_sign")
        await at.until(lambda: at.screen.place.run is None and len(at.screen.place.live.frames(1)) == FRAMES)
        assert np.array_equal(mask_of(at), edited)
        assert sources_of_last_run(at) == [0]
        await at.press("l", "d", "enter", "ctrl+right", "ctrl+right", "enter", "escape")
        second = mask_of(at, frame=1)
        await at.press("h", "greater_than_sign")
        await at.until(lambda: at.screen.place.run is None and len(at.session.state.runs) == 2)
        assert at.screen.place.live.edited_frames(1).tolist() == [0, 1]
        assert np.array_equal(mask_of(at), edited) and np.array_equal(mask_of(at, frame=1), second)
        assert sources_of_last_run(at) == [0, 1]


async def test_an_edit_of_a_models_mask_begins_with_it(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("t")
        await at.type("4,20 27,43")
        await at.press("enter")
        await at.until(masked(at))
        made, record = mask_of(at), at.screen.place.live.record(0, 1)
        await at.press("d", "enter", "enter")
        assert np.array_equal(mask_of(at), stroke(made, [(48, 32)], 1.0, paint=True))
        event = at.session.history()[-1]
        assert isinstance(event, MaskEdited) and event.base == record


async def test_an_edit_that_prompts_take_the_place_of_is_named(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("d", "enter", "enter", "p", "enter")
        assert at.told == [], "the first prompt refines what was drawn"
        await at.until(masked(at))
        await at.press("d", "s", "enter", "enter", "p", "enter")
        assert at.told == ["What was drawn on frame 0 gives way to the mask of the frame's prompts; u brings it back."]
        await at.until(lambda: not at.screen.place.pending)
        await at.press("u")
        record = at.screen.place.live.record(0, 1)
        assert record is not None and at.screen.place.live.edited_at(record)


async def test_what_a_run_does_not_know_of_is_told_once(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        plan = LabelPlan(1, 0, (Source(0, (1,)),), (Span(0, 9),))
        sweep = Pass("forward", 0, 9, (plan,))
        at.session.submit(StartRun(Plan("forward", 0, (sweep,), (), "carry", None, (), ()), EngineInfo("flow", "1")))
        await at.press("d", "enter", "enter", "right", "enter", "enter")
        assert at.told == ["The run that goes on keeps your edits of dog but knows nothing of them; the next one does."]
        assert at.screen.place.live.edited_frames(1).tolist() == [0]


@pytest.mark.parametrize("key", ["d", "D"])
async def test_what_cannot_be_painted_is_told(desk: OpenDesk, key: str) -> None:
    async with desk() as at:
        await at.press(key)
        assert at.told[-1].startswith("There is no label yet")
        await with_label(at)
        await at.press("o", key)
        assert at.told[-1] == "dog is hidden, so that no edit could be seen; o shows it."
        assert at.screen.place.mode is None


async def test_a_read_only_session_is_not_painted_on(desk: OpenDesk) -> None:
    async with desk() as first:
        await with_label(first)
        async with desk() as second:
            await second.press("d")
            assert second.told[-1].startswith("Read-only")
            await second.press("X")
            assert not second.screen.ask_line.is_open


async def test_clear_and_absent_over_ranges(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        live = at.screen.place.live
        await at.press("A")
        await at.type("3..8")
        await at.press("enter")
        assert live.frames(1).tolist() == [3, 4, 5, 6, 7, 8]
        assert at.screen.query_one(MessageLine).text == "dog is absent on frames 3 to 8; u undoes it."
        await at.press("X")
        await at.type("5..6")
        await at.press("enter")
        assert live.frames(1).tolist() == [3, 4, 7, 8]
        await at.press("A", "enter")
        assert live.frames(1).tolist() == [0, 3, 4, 7, 8]
        await at.press("X")
        await at.type("block")
        await at.press("enter")
        assert live.frames(1).tolist() == []
        await at.press("X", "enter")
        assert at.told[-1] == "There is no mask to clear on frame 0."
        await at.press("u")
        assert live.frames(1).tolist() == [0, 3, 4, 7, 8]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("9..3", "Frames 9 to 3 are no range; give the smaller number first."),
        ("3..30", "There is no frame 30; the video has frames 0 to 29."),
        ("some", "“some” is no range of frames: type 10..40, block, or nothing."),
    ],
)
async def test_what_is_no_range_can_be_mended(desk: OpenDesk, text: str, told: str) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("A")
        await at.type(text)
        await at.press("enter")
        assert at.told[-1] == told
        assert at.screen.ask_line.is_open


async def test_prompts_are_copied_and_their_masks_made(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("y")
        assert at.told[-1] == "There is no prompt on frame 0 to copy."
        await at.press("t")
        await at.type("4,20 27,43")
        await at.press("enter", "a", "c", "a", "t", "enter", "t")
        await at.type("70,10")
        await at.press("enter", "1", "y")
        await at.type("2")
        await at.press("enter")
        assert at.session.state.prompts_on(2, 1) and not at.session.state.prompts_on(2, 2)
        await at.press("y")
        await at.type("all 4")
        await at.press("enter")
        assert at.session.state.prompts_on(4, 1) and at.session.state.prompts_on(4, 2)
        await at.until(masked(at, 4))
        await at.press("u")
        assert not at.session.state.prompts_on(4, 1) and not at.session.state.prompts_on(4, 2)
        await at.press("y")
        await at.type("x")
        await at.press("enter")
        assert at.told[-1].startswith("“x” names no frame")


async def test_of_two_quick_prompts_the_mask_is_that_of_both(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("p")
        await at.pilot.press("enter", "right", "enter")
        await at.until(masked(at))
        masks = [event for event in at.session.history() if isinstance(event, MaskPredicted)]
        assert len(masks[-1].prompts) == 2
        assert at.screen.place.pending == set()


DOT = Stroke(((1.0, 1.0),), 1.0, True)
LINE = Stroke(((1.0, 1.0), (5.0, 1.0)), 1.0, True)
LONGER = Stroke(((1.0, 1.0), (5.0, 1.0), (5.0, 6.0)), 1.0, True)
AREA = Polygon(((0.0, 0.0), (4.0, 0.0), (4.0, 4.0)), False)


@pytest.mark.parametrize(
    ("before", "now", "news"),
    [
        ((), (DOT,), (DOT,)),
        ((DOT,), (DOT,), ()),
        ((DOT,), (LINE,), (LINE,)),
        ((LINE,), (LONGER,), (Stroke(((5.0, 1.0), (5.0, 6.0)), 1.0, True),)),
        ((AREA, DOT), (AREA, LINE, AREA), (LINE, AREA)),
        ((AREA,), (LINE,), None),
        ((LONGER,), (LINE,), None),
        ((AREA, DOT), (DOT,), None),
        ((LINE,), (), None),
        ((DOT,), (Stroke(LINE.points, 2.0, True),), None),
    ],
)
def test_only_what_is_new_is_drawn(
    before: tuple[MaskEdit, ...], now: tuple[MaskEdit, ...], news: tuple[MaskEdit, ...] | None
) -> None:
    assert news_since(before, now) == news
    masks = EditedMasks((10, 10))
    base = np.eye(10, dtype=np.bool_)
    masks.mask(base, before)
    result, wanted = masks.mask(base, now), with_edits(base, now, (10, 10))
    assert result is not None and wanted is not None
    assert np.array_equal(result, wanted)


def test_a_fill_without_sense_is_left_out() -> None:
    assert with_edits(None, (Fill(3, 3, True),), (10, 10)) is None
    drawn = with_edits(None, (Fill(3, 3, True), DOT), (10, 10))
    assert drawn is not None and drawn[1, 1]


async def test_a_polygon_does_not_pass_to_another_label(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("a", "c", "a", "t", "enter", "D", "enter", "ctrl+right", "enter", "ctrl+down", "enter", "u")
        assert at.screen.place.label == 1, "the cat is undone"
        assert mode_of(at).corners == ()


async def test_one_corner_too_many_taken_back_costs_no_prompt(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("t", *"30,30", "enter", "D", "enter", "backspace", "backspace")
        assert len(at.session.state.prompts) == 1
        assert at.told[-1] == "There is no corner to take back; leave the polygon with Esc to remove prompts."
