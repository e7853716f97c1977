"""The timeline in the real app: what its rows show, and that keys, clicks and drags go where it says."""

import numpy as np
from textual import events

from samannot_tui.masks.log import NewMask
from samannot_tui.masks.palette import voc_color
from samannot_tui.masks.rle import encode
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.tui.widgets.message_line import MessageLine
from samannot_tui.tui.widgets.timeline import GUTTER, Timeline
from samannot_tui.tui.widgets.timeline_rows import BARRIER, PROMPT, SHORT_TITLES, TITLES, legend
from tests.tui.conftest import FRAMES, HEIGHT, WIDTH, Desk, OpenDesk

BLANK = "·"
VIDEO, PROMPTS, OWN_PROMPTS, MASKS, OWN_MASKS, BARRIERS, FLAGS, FEATURES = range(len(TITLES))


def rows(at: Desk) -> list[str]:
    """The tracks without their titles and the cursor's column."""
    timeline = at.screen.query_one(Timeline)
    strips = [timeline.render_line(y) for y in range(timeline.size.height)]
    cursor = GUTTER + strips[0].text[GUTTER:].index("▼")
    return [strip.text[GUTTER:cursor] + strip.text[cursor + 1 :] for strip in strips]


def message(at: Desk) -> str:
    return at.screen.query_one(MessageLine).text


def mask(frame: int, label: int, source: str = "edited", run: int | None = None) -> NewMask:
    full = encode(np.ones((HEIGHT, WIDTH), np.bool_))
    return NewMask(frame=frame, label=label, rle=full, object_score=3.0, quality=0.9, source=source, run=run)  # type: ignore[arg-type]


async def annotate(at: Desk) -> None:
    """dog: prompts on 4 and 20, edited masks on 5, 6 and 9, absent on 12 and 13, a feature from 8 on. cat: 7."""
    submit = at.session.submit
    for name in ("dog", "cat"):
        submit(cmd.AddLabel(name))
    for frame in (4, 20):
        submit(cmd.AddPrompt(1, frame, PointPrompt(5, 5)))
    (placed,) = submit(cmd.AddPrompt(2, 7, PointPrompt(5, 5)))
    submit(cmd.AddPrediction(2, 7, *at.session.append_masks([mask(7, 2, "prompted")]), (placed.seq,)))
    for frame in (5, 6, 9):
        submit(cmd.EditMask(1, frame, *at.session.append_masks([mask(frame, 1)])))
    submit(cmd.MarkAbsent(1, 12, 13))
    submit(cmd.SetFeature(1, "posture", 8, "lying"))
    submit(cmd.SetBarrier(10))
    submit(cmd.SetBarrier(25))
    await at.settle()
    await at.press("1", "end")


def marked(row: str, glyph: str) -> list[int]:
    return [column for column, each in enumerate(row) if each == glyph]


async def test_every_track_shows_what_there_is(desk: OpenDesk) -> None:
    async with desk((GUTTER + FRAMES, 40)) as at:
        await annotate(at)
        timeline = at.screen.query_one(Timeline)
        titles = [timeline.render_line(y).text[:GUTTER].strip() for y in range(timeline.size.height)]
        assert titles == list(TITLES)
        shown = rows(at)
        assert shown[VIDEO] == "░░░░░███░█░░██░░░░░░░░░░░░░░░"
        assert marked(shown[PROMPTS], "◆") == [4, 7, 20]
        assert marked(shown[OWN_PROMPTS], "◆") == [4, 20]
        assert shown[MASKS].rstrip(BLANK) == "·····■■▬·■··○○"
        assert shown[OWN_MASKS].rstrip(BLANK) == "·····■■··■··○○"
        assert marked(shown[BARRIERS], "┃") == [10, 25]
        assert marked(shown[FEATURES], "▲") == [8]
        await at.press("2")
        shown = rows(at)
        assert marked(shown[OWN_PROMPTS], "◆") == marked(shown[OWN_MASKS], "▬") == [7]
        assert not marked(shown[FEATURES], "▲")


async def test_where_a_column_holds_frames_with_and_without_masks_they_are_thin(desk: OpenDesk) -> None:
    async with desk((GUTTER + FRAMES // 2, 40)) as at:
        await annotate(at)
        await at.press("2")
        assert marked(rows(at)[OWN_MASKS], "─") == [3]
        assert rows(at)[VIDEO][2:5] == "▓█▓"


async def test_a_short_timeline_has_the_tracks_of_all_labels_and_of_the_active_one(desk: OpenDesk) -> None:
    def cells(row: int) -> list[tuple[str, str, str | None]]:
        strip = at.screen.query_one(Timeline).render_line(row).crop(GUTTER)
        return [(char, s.style.color.name, s.style.bgcolor.name) for s in strip for char in s.text]

    async with desk((GUTTER + FRAMES, 24)) as at:
        await annotate(at)
        assert at.screen.query_one(Timeline).size.height == len(SHORT_TITLES)
        own = "rgb({},{},{})".format(*voc_color(1))
        assert cells(0)[10][:2] == ("┃", BARRIER.color.name)
        assert cells(1)[7][:2] == ("▀", PROMPT.color.name) and cells(1)[7][2] != own
        assert cells(1)[4] == ("▀", PROMPT.color.name, own)
        assert cells(1)[8][:2] == ("▲", own)
        assert rows(at)[2].rstrip(BLANK) == "·····■■▀·■··○○"
        assert cells(2)[9][1] == own and cells(2)[7][2] != own
        await at.press("2")
        assert cells(2)[7][2] == "rgb({},{},{})".format(*voc_color(2))


def run(at: Desk, block: Span, source: Source) -> None:
    planned = (LabelPlan(1, source.frame, (source,), (block,)),)
    sweep = Pass("forward", block.first, block.last, planned)
    plan = Plan("forward", block.first, (sweep,), (), "mask", None, (), ())
    (started,) = at.session.submit(cmd.StartRun(plan, EngineInfo(name="test", version="1")))
    masks = [mask(frame, 1, "propagated", started.seq) for frame in range(block.first, block.last + 1)]
    at.session.append_masks(masks)
    at.session.submit(cmd.ProgressRun(started.seq, at.session.masks.length))
    at.session.submit(cmd.EndRun(started.seq, "finished"))


async def test_a_block_that_went_on_from_what_an_edit_replaced_is_stale(desk: OpenDesk) -> None:
    async with desk((GUTTER + FRAMES, 40)) as at:
        at.session.submit(cmd.ChangeSetting("block_size", 10))
        at.session.submit(cmd.AddLabel("dog"))
        (placed,) = at.session.submit(cmd.AddPrompt(1, 0, PointPrompt(5, 5)))
        run(at, Span(0, 9), Source(0, (placed.seq,)))
        run(at, Span(10, 19), Source(9, (), at.session.live.record(9, 1)))
        await at.settle()
        await at.press("end")
        assert rows(at)[VIDEO] == "█" * 10 + "▏" + "█" * 9 + "▏" + "░" * 8
        at.session.submit(cmd.EditMask(1, 9, *at.session.append_masks([mask(9, 1)])))
        await at.until(lambda: rows(at)[VIDEO] == "█" * 10 + "╳" * 10 + "▏" + "░" * 8)
        await at.press("u")
        await at.until(lambda: "╳" not in rows(at)[VIDEO])


async def test_zoomed_the_first_row_shows_the_whole_video_and_the_others_a_part(desk: OpenDesk) -> None:
    async with desk((GUTTER + 2 * FRAMES, 40)) as at:
        await annotate(at)
        await at.press("g", "8", "enter", "T")
        window = at.screen.query_one(Timeline).window
        assert window.count == 16 and window.first <= 8 < window.first + 16
        assert message(at) == f"The timeline shows frames {window.first} to {window.first + 15}."
        assert marked(rows(at)[VIDEO], "[") == [2 * window.first] and len(marked(rows(at)[VIDEO], "]")) == 1
        assert not marked(rows(at)[PROMPTS][-10:], "◆")
        assert len(marked(rows(at)[OWN_PROMPTS], "◆")) == round(60 / 16)
        await at.press("T")  # as far as it goes
        assert at.screen.query_one(Timeline).window == window
        for frame in (window.first, window.first + 15):
            await at.press("g", *str(frame), "enter")
            assert at.screen.query_one(Timeline).window == window
        await at.press("right")
        moved = at.screen.query_one(Timeline).window
        assert moved != window and moved.first <= window.first + 16 < moved.first + 16
    async with desk((GUTTER + 2 * FRAMES, 40)) as at:
        assert at.screen.query_one(Timeline).window.count == 16, "it is kept"
        await at.press("Y")
        assert message(at) == "The timeline shows the whole video."
        assert not marked(rows(at)[VIDEO], "[")


async def test_a_click_goes_there_and_a_drag_scrubs(desk: OpenDesk) -> None:
    async with desk((GUTTER + FRAMES, 40)) as at:
        timeline = at.screen.query_one(Timeline)
        for column, frame in ((FRAMES - 1, FRAMES - 1), (-8, 0), (5, 5)):
            await at.pilot.click(Timeline, offset=(GUTTER + column, 2))
            await at.settle()
            assert at.screen.place.frame == frame
        await at.pilot.mouse_down(Timeline, offset=(GUTTER + 5, 1))
        for column, row in ((7, 1), (12, 3), (20, 0)):
            timeline.post_message(_moved(timeline, GUTTER + column, row))
            await at.settle()
            assert at.screen.place.frame == column
        await at.pilot.mouse_up(Timeline, offset=(GUTTER + 20, 1))
        timeline.post_message(_moved(timeline, GUTTER + 3, 1))
        await at.settle()
        assert at.screen.place.frame == 20


def _moved(timeline: Timeline, x: int, y: int) -> events.MouseMove:
    region = timeline.region
    return events.MouseMove(timeline, x, y, 1, 0, 1, False, False, False, region.x + x, region.y + y)


async def test_zoomed_a_click_goes_where_its_row_says(desk: OpenDesk) -> None:
    async with desk((GUTTER + FRAMES, 40)) as at:
        await at.press("T")
        await at.pilot.click(Timeline, offset=(GUTTER + FRAMES - 1, 3))
        await at.settle()
        assert at.screen.place.frame == 15
        await at.pilot.click(Timeline, offset=(GUTTER + 22, 0))
        await at.settle()
        assert at.screen.place.frame == 22


async def test_keys_go_to_the_next_and_the_previous_mark_of_the_active_label(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("home")
        for key, frames in (("}", [4, 20]), ('"', [5, 6, 9, 12, 13]), (")", [7, 10]), ("'", [10, 25])):
            await at.press("home")
            for frame in frames:
                await at.press(key)
                assert at.screen.place.frame == frame, key
            await at.press(key)
            assert at.screen.place.frame == frames[-1]
            assert message(at).startswith("There is no ")
        await at.press("}", "end")
        for key, frames in (("{", [20, 4]), (":", [13, 12, 9, 6, 5]), ("(", [10, 7]), (";", [25, 10])):
            await at.press("end")
            for frame in frames:
                await at.press(key)
                assert at.screen.place.frame == frame, key
        await at.press("2", "home", "}")
        assert at.screen.place.frame == 7
        await at.press("}")
        assert message(at) == "There is no prompted frame of cat after this frame."
        await at.press("end", "'")
        assert message(at) == "There is no barrier after this frame."


def test_the_legend_names_every_mark() -> None:
    told = legend().plain
    for glyph in "▼█▓░╳◆▬─■○┃!:▲":
        assert f"{glyph}\N{NO-BREAK SPACE}" in told
