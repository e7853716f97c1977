"""Switching the engine inside the app, by keys and mouse; and an app whose engine cannot run."""

from pathlib import Path

import pytest
from textual.widgets import Button, Input, RadioButton, Static

from samannot_tui.engine.models.catalog import CATALOG
from samannot_tui.session.commands import AddLabel, AddPrompt, ChangeSetting
from samannot_tui.session.events import RunStarted
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.settings import Settings
from samannot_tui.session.store import Session
from samannot_tui.tui.actions import session as session_actions
from samannot_tui.tui.engine_choices import EngineChoice, Offer, engine_offer
from samannot_tui.tui.screens.engine import EngineScreen
from samannot_tui.tui.widgets.message_line import MessageLine
from samannot_tui.tui.widgets.status import StatusLine
from tests.tui.conftest import Desk, OpenDesk
from tests.tui.toys import NO_TORCH, hold_runs, use_toys

OFFER = Offer(
    (
        EngineChoice("auto", None, "auto"),
        EngineChoice("sam2", "tiny", "sam2 tiny"),
        EngineChoice("sam2", "large", "sam2 large", can_run=False),
        EngineChoice("flow", None, "flow"),
    ),
    "",
)


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    use_toys(monkeypatch)
    monkeypatch.setattr(session_actions, "engine_offer", lambda settings: OFFER)


def status(at: Desk) -> str:
    return at.screen.query_one(StatusLine).render().plain


def told_in_dialog(at: Desk) -> str:
    return str(at.app.screen.query_one("#told", Static).content)


async def pick(at: Desk, row: int) -> None:
    """Open the dialog and choose a row of those that can be chosen."""
    await at.press("E")
    assert isinstance(at.app.screen, EngineScreen)
    await at.press(*["down"] * row, "space")


async def test_another_engine_by_keys(desk: OpenDesk) -> None:
    async with desk() as at:
        await pick(at, 1)
        await at.press("tab", *["backspace"] * 4, *"512", "tab", "right", "space")
        await at.press("tab", "enter")
        assert at.app.screen is at.screen
        assert at.session.state.settings == Settings(engine="sam2", checkpoint="tiny", image_size=512, precision="fp32")
        assert at.screen.query_one(MessageLine).text == "SAM 2 makes the masks."
        await at.until(lambda: "sam2 tiny on cuda" in status(at))


async def test_the_running_engine_is_replaced(desk: OpenDesk) -> None:
    async with desk() as at:
        at.session.submit(AddLabel("dog"))
        await at.settle()
        await at.press("p", "enter", "escape")
        await at.until(lambda: at.screen.place.live.record(0, 1) is not None)
        assert at.screen.place.engine.words == "flow"
        await pick(at, 1)
        await at.press("tab", "enter")
        await at.until(lambda: at.screen.place.engine.words == "sam2 tiny on cuda")
        await at.press("greater_than_sign")
        await at.until(lambda: bool(at.session.state.runs) and at.screen.place.run is None)
        (started,) = [event for event in at.session.history() if isinstance(event, RunStarted)]
        assert started.engine.settings == {"device": "cuda"}


async def test_another_engine_by_mouse(desk: OpenDesk) -> None:
    async with desk((80, 24)) as at:
        await at.press("E")
        rows = list(at.app.screen.query("#engine RadioButton").results(RadioButton))
        assert [(str(row.label), row.value, row.disabled) for row in rows] == [
            ("auto", False, False),
            ("sam2 tiny", False, False),
            ("sam2 large", False, True),
            ("flow", True, False),
        ]
        await at.pilot.click(rows[2])
        await at.pilot.click(rows[1])
        await at.pilot.click(Button)
        await at.settle()
        assert at.session.state.settings.checkpoint == "tiny"


async def test_escape_changes_nothing(desk: OpenDesk) -> None:
    async with desk() as at:
        await pick(at, 1)
        await at.press("escape")
        assert at.app.screen is at.screen
        assert at.session.state.settings == Settings(engine="flow")


async def test_what_cannot_be_is_a_sentence_and_changes_nothing(desk: OpenDesk) -> None:
    async with desk() as at:
        await pick(at, 1)
        for typed, sentence in (
            ("1000", "Image size is 1000; give a multiple of 32 from 64 to 1024."),
            ("2x", "The image size “2x” is not a number of pixels."),
        ):
            at.app.screen.query_one(Input).value = typed
            await at.press("tab" if typed == "1000" else "end", "enter")
            assert told_in_dialog(at) == sentence
        await at.press("escape")
        await pick(at, 0)
        await at.press("tab", "enter")
        assert told_in_dialog(at) == NO_TORCH
        assert at.session.state.settings == Settings(engine="flow")


async def test_no_switching_while_a_run_goes_on(
    desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_runs(monkeypatch, tmp_path / "gate")
    async with desk() as at:
        at.session.submit(AddLabel("dog"))
        at.session.submit(AddPrompt(1, 0, PointPrompt(5, 5)))
        await at.settle()
        await at.press("greater_than_sign")
        await at.until(lambda: at.screen.place.run is not None)
        await at.press("E")
        assert at.app.screen is at.screen
        assert at.told[-1].startswith("A run is going on")
        (tmp_path / "gate").touch()
        await at.until(lambda: at.screen.place.run is None)
        await at.press("E")
        assert isinstance(at.app.screen, EngineScreen)


async def test_an_app_whose_engine_cannot_run_is_usable_but_for_that(desk: OpenDesk, session_folder: Path) -> None:
    session = Session.open(session_folder)
    session.submit(ChangeSetting("engine", "sam2"))
    session.close()
    async with desk() as at:
        assert at.told == [NO_TORCH]
        assert "no engine" in status(at) and "sam2 cannot run here" in status(at)
        await at.press("a", "d", "o", "g", "enter", "p", "enter")
        assert len(at.session.state.prompts) == 1
        assert at.screen.place.pending == set()
        told = len(at.told)
        await at.press("greater_than_sign", "m")
        assert at.told[told:] == [NO_TORCH, NO_TORCH]
        await at.press("escape")
        await pick(at, 2)
        await at.press("tab", "enter", "m")
        await at.until(lambda: at.screen.place.live.record(0, 1) is not None)
        assert at.screen.place.engine.words == "flow"


def test_the_offer_says_what_to_type_for_what_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAMANNOT_MODELS", str(tmp_path))
    offer = engine_offer(Settings())
    assert [(choice.engine, choice.checkpoint, choice.can_run) for choice in offer.choices] == [
        ("auto", None, True),
        *(("sam2", name, False) for name in CATALOG),
        ("flow", None, True),
    ]
    for choice in offer.choices[1:-1]:
        assert f"samannot-tui models fetch {choice.checkpoint}" in choice.text
    assert offer.choices[0].is_set(Settings()) and offer.choices[-1].is_set(Settings(engine="flow", checkpoint="tiny"))
    assert "SAM 2 needs" in offer.problem
    assert offer.choices[0].text.split(maxsplit=1)[1].startswith("here flow: no ")


def test_a_damaged_file_and_a_choice_made_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAMANNOT_MODELS", str(tmp_path))
    (tmp_path / "sam2.1_hiera_small.pt").write_text("<html>")
    (tmp_path / "own.pt").write_bytes(b"")
    offer = engine_offer(Settings(engine="sam2", checkpoint="/else/where.pt"))
    assert offer.choices[0].is_set(Settings(engine="sam2", checkpoint="/else/where.pt"))
    assert "/else/where.pt" in offer.choices[0].text and not offer.choices[0].can_run
    texts = {choice.checkpoint: choice.text for choice in offer.choices if not choice.can_run}
    assert "models verify small" in texts["small"] and f"models verify {tmp_path}/own.pt" in texts[f"{tmp_path}/own.pt"]
