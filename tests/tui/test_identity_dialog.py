"""Swap, merge and split by keys: what is foreseen is what happens, and undo names it."""

import numpy as np
import pytest
from textual.widgets import Input, OptionList, Static

from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.session.commands import AddLabel, AddPrompt, ChangeSetting, EditMask, RenameLabel, SetBarrier
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.tui.screens.identity import IdentityScreen
from samannot_tui.tui.widgets.message_line import MessageLine
from tests.tui.conftest import HEIGHT, WIDTH, Desk, OpenDesk

DOG, CAT = 1, 2


async def annotate(at: Desk, crossed_from: int = 99) -> None:
    """A dog on the left and a cat on the right of frames 0 to 19, exchanged from a frame on; blocks of 10 frames."""
    for command in (ChangeSetting("block_size", 10), AddLabel("dog"), AddLabel("cat")):
        at.session.submit(command)
    at.session.submit(AddPrompt(DOG, 4, PointPrompt(10, 10)))
    for frame in range(20):
        for label in (DOG, CAT):
            pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
            left = 5 if (label == DOG) == (frame < crossed_from) else 60
            pixels[10:30, left : left + 20] = True
            mask = NewMask(
                frame=frame, label=label, rle=encode(pixels), object_score=1.0, quality=1.0, source="edited", run=None
            )
            at.session.submit(EditMask(label, frame, *at.session.append_masks([mask])))
    await at.settle()


def foreseen(at: Desk) -> str:
    return str(at.app.screen.query_one("#foreseen", Static).content)


def hint(at: Desk, ident: str) -> str:
    return str(at.app.screen.query_one(f"#{ident}-hint", Static).content)


def fields(at: Desk) -> list[str]:
    return [field.value for field in at.app.screen.query(Input).results(Input)]


def said(at: Desk) -> str:
    return at.screen.query_one(MessageLine).text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_swap_from_this_frame_to_the_blocks_end(desk: OpenDesk, size: tuple[int, int]) -> None:
    async with desk(size) as at:
        await annotate(at)
        live = at.session.live
        mine, others = live.record(4, DOG), live.record(4, CAT)
        await at.press("g", "4", "enter", "I")
        assert isinstance(at.app.screen, IdentityScreen)
        assert fields(at) == ["4", "9"]
        assert foreseen(at) == (
            "dog and cat exchange what they have on frames 4 to 9: 6 masks and 1 prompt of dog for "
            "6 masks and 0 prompts of cat."
        )
        assert at.app.screen.query_one("#foreseen").region.bottom <= size[1]
        await at.press("enter")
        assert at.app.screen is at.screen
        assert said(at).startswith("Done, u undoes it: dog and cat exchange")
        assert (live.record(4, DOG), live.record(4, CAT)) == (others, mine)
        assert live.record(3, DOG) != live.record(3, CAT) and at.session.state.prompts_on(4, CAT)
        await at.press("u")
        assert said(at) == "Undone: swap of dog and cat, frames 4 to 9."
        assert (live.record(4, DOG), live.record(4, CAT)) == (mine, others)


async def test_barriers_and_crossings_are_among_the_choices(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at, crossed_from=13)
        at.session.submit(SetBarrier(17))
        await at.settle()
        await at.press("g", "1", "5", "enter", "I")
        assert fields(at) == ["15", "16"]
        assert hint(at, "from") == "15 this frame · 13 where they cross · 10 the block's start · 0 the video's start"
        await at.press("tab", "down")
        assert fields(at) == ["13", "16"]
        assert hint(at, "to") == "16 before the barrier · 19 the block's end · 29 the video's end"
        await at.press("tab", "down", "down", "up")
        assert fields(at) == ["13", "19"]
        await at.press("enter")
        (done,) = [event for event in at.session.history() if type(event).__name__ == "MasksReassigned"]
        assert (done.kind, done.first, done.last) == ("swap", 13, 19)  # type: ignore[union-attr]


async def test_a_merge_and_a_split_into_a_new_label(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("I", "m")
        assert foreseen(at).endswith("become cat's. On 10 frames both have a mask; these are united.")
        await at.press("escape")
        assert len(at.session.state.labels) == 2
        await at.press("2", "I", "t")
        assert foreseen(at) == (
            "10 masks and 0 prompts of cat on frames 0 to 9 become cat 2's. A new label is made for it."
        )
        await at.press("down")
        assert foreseen(at).startswith("dog has masks or prompts on frames 0 to 9 already")
        await at.press("enter")
        assert isinstance(at.app.screen, IdentityScreen), "what is refused is told, not done"
        await at.press("up", "enter")
        assert at.session.state.labels[3].name == "cat 2"
        assert at.session.live.record(0, 3) and not at.session.live.record(0, CAT)
        await at.press("u")
        assert said(at) == "Undone: split of cat, which became cat 2, frames 0 to 9."
        assert list(at.session.state.labels) == [DOG, CAT]


async def test_what_is_no_range_is_a_sentence(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("I", "tab", *["backspace"] * 3)
        assert foreseen(at).startswith("Type the first and the last frame")
        await at.press("2", "5", "enter")
        assert foreseen(at) == "Frames 25 to 9 are no range; give the smaller number first."
        await at.press("home", "9", "9", "9")
        assert foreseen(at) == "There is no frame 99925; the video has frames 0 to 29."
        await at.press("escape")
        assert at.app.screen is at.screen


async def test_one_label_alone_can_only_be_split(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("I")
        assert at.told[-1] == "There is no label yet: press a to add one."
        at.session.submit(AddLabel("dog"))
        await at.settle()
        await at.press("I", "s", "m")
        assert foreseen(at) == "There is no mask or prompt of dog on frames 0 to 29."
        assert at.app.screen.query_one(OptionList).option_count == 1


async def test_a_label_of_the_longest_name_can_be_split(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        at.session.submit(RenameLabel(DOG, "d" * 100))
        await at.settle()
        await at.press("I", "t", "enter")
        assert at.app.screen is at.screen
        assert at.session.state.labels[3].name == "d" * 98 + " 2"
