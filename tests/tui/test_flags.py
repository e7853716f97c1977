"""Doubtful masks in the app: on the timeline, by keys with the reason, and in a list, the worst first."""

import numpy as np
import pytest
from textual.widgets import OptionList, Static

from samannot_tui.masks.log import NewMask
from samannot_tui.masks.painting import stroke
from samannot_tui.masks.rle import encode
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.tui.screens.flags import FlagsScreen
from samannot_tui.tui.widgets.message_line import MessageLine
from samannot_tui.tui.widgets.timeline import GUTTER, Timeline
from tests.tui.conftest import FRAMES, HEIGHT, WIDTH, Desk, OpenDesk

BAD = {(8, 1): 4.0, (20, 1): 3.0, (12, 2): 3.0}
"""(frame, label) -> radius of what is left."""
FAIR = {(16, 1): 8.0}


def mask(frame: int, label: int, run: int) -> NewMask:
    """A disc: dog's on the clip's square, which moves two pixels a frame, cat's on the still ground."""
    centre, radius = [((16 + 2 * frame, 32), 12.0), ((48, 54), 8.0)][label - 1]
    disc = stroke(np.zeros((HEIGHT, WIDTH), np.bool_), [centre], (BAD | FAIR).get((frame, label), radius), paint=True)
    scores = {"object_score": 0.3, "quality": 0.1} if (frame, label) in BAD else {"object_score": 5.0, "quality": 0.9}
    return NewMask(frame=frame, label=label, rle=encode(disc), source="propagated", run=run, **scores)


async def annotate(at: Desk) -> None:
    """dog and cat are on every frame; dog's masks of 8 and 20, and cat's of 12, are small and bad."""
    submit = at.session.submit
    plans = []
    for label, name in enumerate(("dog", "cat"), 1):
        submit(cmd.AddLabel(name))
        (placed,) = submit(cmd.AddPrompt(label, 0, PointPrompt(5, 5)))
        plans.append(LabelPlan(label, 0, (Source(0, (placed.seq,)),), (Span(0, FRAMES - 1),)))
    plan = Plan("forward", 0, (Pass("forward", 0, FRAMES - 1, tuple(plans)),), (), "carry", None, (), ())
    (run,) = submit(cmd.StartRun(plan, EngineInfo(name="test", version="1")))
    for frame in range(FRAMES):
        at.session.append_masks([mask(frame, label, run.seq) for label in (1, 2)])
    submit(cmd.ProgressRun(run.seq, at.session.masks.length))
    submit(cmd.EndRun(run.seq, "finished"))
    await at.settle()
    await at.press("1", "home")


async def found(at: Desk) -> None:
    """Wait until all masks have been looked at as they are now."""

    def is_done() -> bool:
        place = at.screen.place
        return (
            place.flags is not None
            and place.flags.is_complete
            and all((place.flags.annotation.records.get(each) == place.live.records(each)).all() for each in (1, 2))
        )

    await at.until(is_done)


def row(at: Desk, title: str) -> str:
    timeline = at.screen.query_one(Timeline)
    strips = [timeline.render_line(y).text for y in range(timeline.size.height)]
    return next(each[GUTTER:] for each in strips if each.startswith(f" {title}"))


def message(at: Desk) -> str:
    return at.screen.query_one(MessageLine).text


async def test_the_timeline_shows_them_and_keys_go_there_with_the_reason(desk: OpenDesk) -> None:
    async with desk((GUTTER + FRAMES, 40)) as at:
        await annotate(at)
        await found(at)
        flags = row(at, "flags")
        assert flags[8] == flags[20] == "!" and flags[12] == ":" and flags[2] == "·"
        await at.press("n")
        assert at.screen.place.frame == 8
        assert "% doubtful: " in message(at) and "area fell by 8" in message(at)
        await at.press("end", "N")
        last = at.screen.place.frame
        assert last in (20, 21)
        await at.press("end")
        await at.press("n")
        assert at.screen.place.frame == FRAMES - 1
        assert message(at).startswith("There is no doubtful mask of dog ")
        await at.press("2")
        assert row(at, "flags")[12] == "!" and row(at, "flags")[8] == ":"
        await at.press("home", "n")
        assert at.screen.place.frame == 12


async def test_on_a_short_screen_they_lie_on_the_masks(desk: OpenDesk) -> None:
    async with desk((GUTTER + FRAMES, 24)) as at:
        await annotate(at)
        await found(at)
        masks = row(at, "masks")
        assert masks[8] == masks[20] == "!" and masks[12] == "▀"


async def test_a_mask_that_a_person_changes_is_flagged_no_more_at_once(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await found(at)
        assert 8 in at.screen.place.flagged(1)
        edited = mask(9, 1, 1)
        (record,) = at.session.append_masks(
            [NewMask(frame=8, label=1, rle=edited.rle, object_score=5.0, quality=0.9, source="edited", run=None)]
        )
        at.session.submit(cmd.EditMask(1, 8, record))
        await at.settle()
        assert 8 not in at.screen.place.flagged(1)
        await found(at)
        assert 8 not in at.screen.place.flagged(1) and 20 in at.screen.place.flagged(1)
        await at.press("u")
        await found(at)
        assert 8 in at.screen.place.flagged(1)


async def test_the_frame_behind_one_that_was_changed_is_looked_at_again(desk: OpenDesk) -> None:
    """It was compared with a mask that is no more: playing would stop at it for nothing."""
    async with desk() as at:
        await annotate(at)
        await found(at)
        assert {20, 21} <= set(at.screen.place.flagged(1).tolist()), "the area jumps down, and back"
        at.session.submit(cmd.MarkAbsent(1, 20, 20))
        await at.settle()
        assert not {20, 21} & set(at.screen.place.flagged(1).tolist())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_list_has_the_worst_first_and_goes_there(desk: OpenDesk, size: tuple[int, int]) -> None:
    async with desk(size) as at:
        await annotate(at)
        await found(at)
        await at.press("K")
        assert isinstance(at.app.screen, FlagsScreen)
        options = at.app.screen.query_one(OptionList)
        lines = [str(options.get_option_at_index(each).prompt) for each in range(options.option_count)]
        assert {line.split(": ")[0].split("█ ")[1].strip() for line in lines} >= {"dog  frame 20", "cat  frame 12"}
        percents = [int(line.split("%")[0]) for line in lines]
        assert percents == sorted(percents, reverse=True)
        at_cat = next(each for each, line in enumerate(lines) if "cat" in line)
        await at.press(*["down"] * at_cat, "enter")
        assert at.app.screen is at.screen
        assert at.screen.place.label == 2 and at.screen.place.frame in (12, 13)
        assert "% doubtful: " in message(at) and not at.told


async def test_the_threshold_is_a_setting_changed_from_the_list(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await found(at)
        await at.press("K")
        options = at.app.screen.query_one(OptionList)
        await at.press(*["plus"] * 9)
        assert at.session.state.settings.flag_doubt == 95
        fewest = options.option_count
        shown = str(at.app.screen.query_one("#told", Static).content)
        assert shown.startswith(f"{fewest} {'mask is' if fewest == 1 else 'masks are'} 95 % doubtful or more.")
        await at.press(*["minus"] * 25)
        assert at.session.state.settings.flag_doubt == 5
        assert options.option_count > fewest
        assert " 5 % doubtful or more." in str(at.app.screen.query_one("#told", Static).content)
        await at.press("escape")
        assert at.app.screen is at.screen
    async with desk() as at:
        await at.press("1")
        assert at.screen.place.thresholds.doubt == 0.05


async def test_a_list_opened_too_soon_says_so(desk: OpenDesk) -> None:
    async with desk() as at:
        at.screen.place.flags = None
        await at.press("K")
        assert "open this again in a moment" in str(at.app.screen.query_one("#told", Static).content)
