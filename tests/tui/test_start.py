"""The start screen and the list of recent sessions."""

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, OptionList, Static

from samannot_tui.tui.recent import recent_sessions, remember
from samannot_tui.tui.start import Choice, StartApp, choices


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "samannot-tui" / "recent.json"


def test_the_session_opened_last_comes_first(tmp_path: Path) -> None:
    folders = [tmp_path / f"{n}.samannot" for n in range(12)]
    for folder in folders:
        folder.mkdir()
        remember(folder)
    remember(folders[5])
    assert recent_sessions() == [folders[n] for n in (5, 11, 10, 9, 8, 7, 6, 4, 3)]
    folders[5].rmdir()
    assert recent_sessions()[0] == folders[11]


def test_names_that_are_not_utf_8_survive(tmp_path: Path) -> None:
    folder = tmp_path / "caf\udce9\\x.samannot"
    folder.mkdir()
    remember(folder)
    assert recent_sessions() == [folder]


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b"\xff"])
def test_a_broken_list_is_empty_and_can_be_written_again(home: Path, tmp_path: Path, text: bytes) -> None:
    home.parent.mkdir(parents=True)
    home.write_bytes(text)
    assert recent_sessions() == []
    remember(tmp_path)
    assert recent_sessions() == [tmp_path]


def test_a_home_that_cannot_be_written_to_is_no_obstacle(home: Path, tmp_path: Path) -> None:
    home.parent.parent.mkdir(parents=True)
    home.parent.write_text("in the way")
    remember(tmp_path)
    assert recent_sessions() == []


def test_the_sample_is_offered_after_the_recent_sessions(tmp_path: Path) -> None:
    folder = tmp_path / "a\x1b[2Jb.samannot"
    folder.mkdir()
    remember(folder)
    first, *others = choices()
    assert first.path == folder
    assert "\x1b" not in first.text
    assert [choice.text for choice in others] in ([], ["The sample clip"])


async def test_enter_on_an_offer_opens_it(tmp_path: Path) -> None:
    app = StartApp([Choice(tmp_path / "a", "a"), Choice(tmp_path / "b", "[b]b[/x]")])
    async with app.run_test() as pilot:
        await pilot.press("down", "enter")
    assert app.return_value == tmp_path / "b"


async def test_a_typed_path_must_exist(tmp_path: Path) -> None:
    app = StartApp([])
    async with app.run_test() as pilot:
        await pilot.press(*"/no/such/[red]file", "enter")
        assert str(app.query_one("#problem", Static).content) == "There is no file or folder /no/such/[red]file."
        app.query_one(Input).value = str(tmp_path)
        await pilot.press("enter")
    assert app.return_value == tmp_path


async def test_escape_leaves_without_opening_anything() -> None:
    app = StartApp([])
    async with app.run_test() as pilot:
        await pilot.press("escape")
    assert app.return_value is None


async def test_typing_goes_into_the_field_though_an_offer_is_marked(tmp_path: Path) -> None:
    app = StartApp([Choice(tmp_path / "a", "a")])
    async with app.run_test() as pilot:
        for key in ("/", "n", "o", "enter"):  # all in one go, as a slow link delivers them
            app.post_message(events.Key(key, None if key == "enter" else key))
        await pilot.pause()
        assert app.query_one(Input).value == "/no"
        assert str(app.query_one("#problem", Static).content) == "There is no file or folder /no."
        app.query_one(OptionList).focus()
        await pilot.pause()
        app.post_message(events.Paste("where"))
        await pilot.pause()
        assert app.query_one(Input).value == "/nowhere"
    assert app.return_value is None


async def test_the_home_of_nobody_is_a_sentence() -> None:
    app = StartApp([])
    async with app.run_test() as pilot:
        await pilot.press(*"~nobody-here/x", "enter")
        assert str(app.query_one("#problem", Static).content) == "There is no file or folder ~nobody-here/x."
