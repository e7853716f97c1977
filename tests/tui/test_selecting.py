"""Prompts and masks picked out with the pointer and from the list, and what Delete then removes."""

import numpy as np
import pytest
from textual.widgets import OptionList

from samannot_tui.graphics.pictures import CellPicture
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.session.commands import AddLabel, AddPrompt, EditMask, HideLabel
from samannot_tui.session.prompts import BoxPrompt, PointPrompt
from samannot_tui.tui.screens.prompts import PromptsScreen
from samannot_tui.tui.widgets.canvas import Canvas
from samannot_tui.tui.widgets.message_line import MessageLine
from tests.graphics.decoders import cell_screen
from tests.tui.conftest import HEIGHT, WIDTH, Desk, OpenDesk
from tests.tui.test_prompts_and_runs import cell_of, prompts
from tests.tui.toys import use_toys

DOG, CAT = 1, 2


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    use_toys(monkeypatch)


async def annotate(at: Desk) -> None:
    """A dog with a point and a box, and a cat with a point and the smaller of two masks over each other."""
    for command in (
        AddLabel("dog"),
        AddLabel("cat"),
        AddPrompt(DOG, 0, PointPrompt(10, 10)),
        AddPrompt(DOG, 0, BoxPrompt(60, 8, 90, 40)),
        AddPrompt(CAT, 0, PointPrompt(40, 50, positive=False)),
    ):
        at.session.submit(command)
    for label, wide in ((DOG, 60), (CAT, 30)):
        pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
        pixels[20:44, 4:wide] = True
        mask = NewMask(
            frame=0, label=label, rle=encode(pixels), object_score=1.0, quality=1.0, source="edited", run=None
        )
        at.session.submit(EditMask(label, 0, *at.session.append_masks([mask])))
    await at.settle()
    await at.until(lambda: at.screen.query_one(Canvas).viewport is not None)


def said(at: Desk) -> str:
    return at.screen.query_one(MessageLine).text


async def click(at: Desk, x: float, y: float, button: int = 1, control: bool = False) -> None:
    await at.pilot.click(Canvas, offset=cell_of(at, x, y), button=button, control=control)
    await at.settle()


async def test_ctrl_click_selects_a_prompt_of_any_label_and_delete_removes_it(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        assert at.screen.place.label == DOG
        await click(at, 40, 50, control=True)
        assert at.screen.place.label == CAT
        assert said(at).startswith("Selected: negative point 40,50 of cat")
        await click(at, 60, 20, control=True)
        assert at.screen.place.selected is not None and at.screen.place.selected.prompt == BoxPrompt(60, 8, 90, 40)
        await at.press("delete")
        assert prompts(at) == [PointPrompt(10, 10), PointPrompt(40, 50, False)]
        await at.press("u")
        assert BoxPrompt(60, 8, 90, 40) in prompts(at)


async def shown(at: Desk) -> np.ndarray:
    """The picture, once it has not changed ten times running: what the session tells is drawn a little later."""
    seen: list[np.ndarray] = []

    def rests() -> bool:
        encoded = at.screen.query_one(Canvas)._encoded
        assert isinstance(encoded, CellPicture)
        seen.append(cell_screen(encoded))
        return len(seen) >= 10 and all(np.array_equal(each, seen[-1]) for each in seen[-10:])

    await at.until(rests)
    return seen[-1]


async def test_the_selected_prompt_stands_out_until_it_is_let_go(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        plain = await shown(at)
        await click(at, 10, 10, control=True)
        marked = await shown(at)
        changed = np.argwhere((marked != plain).any(axis=2))
        assert len(changed) > 0 and np.ptp(changed, axis=0).max() < min(plain.shape[:2]) / 3
        await at.press("escape")
        assert at.screen.place.selected is None
        assert np.array_equal(await shown(at), plain)


async def test_ctrl_click_on_masks_takes_the_one_on_top_and_no_hidden_one(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await click(at, 20, 32, control=True)
        assert at.screen.place.label == CAT and said(at) == "cat is the active label."
        await click(at, 50, 32, control=True)
        assert at.screen.place.label == DOG
        at.session.submit(HideLabel(CAT, hidden=True))
        await at.settle()
        await click(at, 20, 32, control=True)
        assert at.screen.place.label == DOG
        await click(at, 40, 50, control=True)
        assert said(at) == "There is no prompt and no mask here."


async def test_right_click_outside_modes_removes_what_is_under_it(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await click(at, 40, 50, button=3)
        assert prompts(at) == [PointPrompt(10, 10), BoxPrompt(60, 8, 90, 40)]
        await click(at, 75, 24, button=3)
        assert len(prompts(at)) == 2 and said(at) == "There is no prompt to remove here."


async def test_in_point_mode_ctrl_click_selects_a_marker_and_places_elsewhere(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("p")
        await click(at, 40, 50, control=True)
        mode = at.screen.place.mode
        assert at.screen.place.label == CAT and mode is not None and (mode.x, mode.y) == (40, 50)
        assert len(prompts(at)) == 3
        await click(at, 70, 50, control=True)
        added = prompts(at)[-1]
        assert isinstance(added, PointPrompt) and not added.positive
        await click(at, 40, 50, control=True)
        await at.press("right", "delete")
        assert prompts(at)[2:] == [added], "the crosshair is still nearest to the selected one"


async def test_the_list_selects_and_removes(desk: OpenDesk) -> None:
    async with desk((80, 24)) as at:
        await annotate(at)
        await at.press("P")
        assert isinstance(at.app.screen, PromptsScreen)
        options = at.app.screen.query_one(OptionList)
        lines = [str(options.get_option_at_index(row).prompt) for row in range(options.option_count)]
        assert lines == [
            "█ 1 dog  positive point 10,10",
            "█ 1 dog  box 60,8 90,40",
            "█ 2 cat  negative point 40,50",
        ]
        await at.press("down", "delete")
        assert prompts(at) == [PointPrompt(10, 10), PointPrompt(40, 50, False)]
        assert options.option_count == 2
        await at.press("enter")
        assert at.app.screen is at.screen
        assert at.screen.place.label == CAT
        assert at.screen.place.selected is not None and at.screen.place.selected.prompt == PointPrompt(40, 50, False)
        await at.press("right", "P")
        assert at.app.screen.query_one(OptionList).option_count == 0
        await at.press("escape")
        assert at.app.screen is at.screen
