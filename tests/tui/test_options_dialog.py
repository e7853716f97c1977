"""Block size, what blocks hand over, and going to a block, by keys."""

import pytest
from textual.widgets import Input, Static

from samannot_tui.session.settings import Settings
from samannot_tui.tui.screens.options import OptionsScreen
from samannot_tui.tui.widgets.message_line import MessageLine
from tests.tui.conftest import Desk, OpenDesk


def told(at: Desk, ident: str) -> str:
    return str(at.app.screen.query_one(f"#{ident}", Static).content)


async def test_block_size_and_transition(desk: OpenDesk) -> None:
    async with desk((80, 24)) as at:
        await at.press("g", "1", "2", "enter", "O")
        assert isinstance(at.app.screen, OptionsScreen)
        assert told(at, "cut").startswith("1 block; this frame is in block 1, frames 0 to 29.")
        await at.press(*["backspace"] * 3, "1", "0")
        assert told(at, "cut").startswith("3 blocks; this frame is in block 2, frames 10 to 19.")
        await at.press("tab", "down", "down", "enter")
        assert at.app.screen is at.screen
        assert at.session.state.settings == Settings(engine="flow", block_size=10, transition="points")
        assert at.screen.query_one(MessageLine).text == "Blocks of 10 frames. Blocks hand over: points."
        await at.press("u")
        assert at.session.state.settings.transition == "points", "a setting is no step of the annotation"


async def test_escape_changes_nothing_and_what_cannot_be_is_a_sentence(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("O", "0", "tab", "down", "escape")
        assert at.session.state.settings == Settings(engine="flow")
        for typed in ("", "0", "1x", "100001"):
            await at.press("O", *["backspace"] * 3, *typed, "enter")
            assert told(at, "told") == told(at, "cut")
            assert told(at, "told").startswith(f"“{typed}” is no block size")
            await at.press("escape")
        assert at.session.state.settings == Settings(engine="flow")


@pytest.mark.parametrize(("typed", "frame"), [("1", 0), ("3", 20)])
async def test_go_to_a_block(desk: OpenDesk, typed: str, frame: int) -> None:
    async with desk() as at:
        await at.press("O", *["backspace"] * 3, "1", "0", "enter", "G", typed, "enter")
        assert at.screen.place.frame == frame


async def test_a_block_that_is_not_there(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("G", "2", "enter")
        assert at.told == ["“2” is not a block; type a number from 1 to 1."]


async def test_a_number_of_thousands_of_digits_is_refused(desk: OpenDesk) -> None:
    async with desk() as at:
        huge = "9" * 5000
        for key in ("g", "G"):
            await at.press(key)
            at.screen.ask_line.query_one(Input).value = huge
            await at.press("enter")
            assert "is not a" in at.told[-1]
            await at.press("escape")
        await at.press("O")
        at.app.screen.query_one(Input).value = huge
        await at.press("enter", "escape")
        assert at.app.screen is at.screen
