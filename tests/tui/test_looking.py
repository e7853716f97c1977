"""What lies on the picture, and how: keys pressed in the real app, the picture asked for, and the screenshot of it."""

import numpy as np

from samannot_tui.masks.palette import voc_color
from samannot_tui.render.layers import Tint
from samannot_tui.session.commands import AddLabel
from samannot_tui.tui.drawing import PictureRequest
from samannot_tui.tui.widgets.message_line import MessageLine
from samannot_tui.tui.widgets.status import StatusLine
from tests.tui.conftest import Desk, OpenDesk
from tests.tui.test_screenshot import add_mask, frame, save


def asked(at: Desk) -> PictureRequest:
    request = at.screen._asked
    assert request is not None
    return request


def status(at: Desk) -> str:
    return at.screen.query_one(StatusLine).render().plain


def message(at: Desk) -> str:
    return at.screen.query_one(MessageLine).text


async def test_opacity_goes_in_steps_to_both_ends(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("*")
        assert asked(at).tint == Tint(60)
        assert "overlay 60 %" in status(at)
        assert message(at) == "Masks are 60 % opaque, with outlines."
        await at.press(*"*****")
        assert asked(at).tint == Tint(100)
        await at.press(*["slash"] * 11)
        assert asked(at).tint == Tint(0)
        await at.press(*"*****")
        assert asked(at).tint == Tint() and "overlay   " in status(at)
        await at.press("v", "*")
        assert message(at) == "Masks are 60 % opaque, with outlines in the overlay; v changes the view."


async def test_outline(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("&")
        assert asked(at).tint == Tint(outline=False)
        assert message(at) == "Masks are 50 % opaque, without outlines."
        await at.press("&")
        assert asked(at).tint == Tint()


async def test_the_original_is_shown_for_comparison_and_the_view_comes_back(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("v")
        await at.press("backslash")
        assert asked(at).view == "original"
        assert "original, not masks" in status(at)
        await at.press("right")
        assert asked(at).view == "original"
        await at.press("backslash")
        assert asked(at).view == "masks"
        await at.press("backslash", "v")
        assert asked(at).view == "prompts" and not at.screen.place.kept.compare


async def test_only_the_active_label(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("|")
        assert at.told[-1] == "There is no label yet: press a to add one."
        for name in ("dog", "[b]cat"):
            at.session.submit(AddLabel(name))
        await at.settle()
        await at.press("2", "|")
        assert [label.label for label in asked(at).labels] == [2]
        assert "overlay one label" in status(at)
        assert message(at) == "Only [b]cat is shown; | shows all labels."
        await at.press("1")
        assert [label.label for label in asked(at).labels] == [1]
        await at.press("|")
        assert [label.label for label in asked(at).labels] == [1, 2]


async def test_all_of_it_is_kept_and_is_in_the_screenshot(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_mask(at)
        await at.press("&", "*", "*", "|")
        plain, inside = frame(at, 0), np.s_[36:40, 18:26]
        tinted = plain[inside] + (np.array(voc_color(1)) - plain[inside].astype(float)) * 0.7
        assert np.abs((await save(at))[inside] - tinted).max() <= 1
        at.session.submit(AddLabel("cat"))
        await at.settle()
        await at.press("2")
        assert np.array_equal(await save(at), plain), "the dog is left out"
        await at.press("1", "backslash")
        assert np.array_equal(await save(at), plain)
    async with desk() as at:
        kept = at.screen.place.kept
        assert (kept.compare, kept.opacity, kept.outline, kept.only_active) == (True, 70, False, True)
        await at.press("backslash")
        assert asked(at).tint == Tint(70, outline=False)
