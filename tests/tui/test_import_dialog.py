"""Importing inside the app, by keys: what it will do is shown first, the second Enter does it, u takes it back."""

import json
from pathlib import Path

import pytest
from textual.containers import Vertical
from textual.widgets import Static

from samannot_tui.jobs import importing
from samannot_tui.session.commands import AddLabel
from samannot_tui.tui.screens.import_ import FIRST, ImportScreen
from samannot_tui.tui.widgets.field import Field
from samannot_tui.tui.widgets.message_line import MessageLine
from tests.tui.conftest import HEIGHT, WIDTH, Desk, OpenDesk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two boxes and a mask of the whole frame."""
    mask = {"size": [HEIGHT, WIDTH], "counts": [0, HEIGHT * WIDTH]}
    content = {
        "images": [{"id": number, "file_name": f"{number}.jpg"} for number in range(3)],
        "categories": [{"id": 1, "name": "square"}],
        "annotations": [
            *({"image_id": number, "category_id": 1, "bbox": [4, 20, 24, 24]} for number in (0, 1)),
            {"image_id": 2, "category_id": 1, "segmentation": mask},
        ],
    }
    path = tmp_path / "d.json"
    path.write_text(json.dumps(content))
    return path


def told(at: Desk) -> str:
    return str(at.app.screen.query_one("#told", Static).content)


async def look(at: Desk, path: Path, *then: str) -> None:
    await at.press("ctrl+o")
    assert isinstance(at.app.screen, ImportScreen)
    await at.type(str(path))
    await at.press(*then, "enter")


async def test_the_first_enter_says_what_the_second_does(desk: OpenDesk, path: Path) -> None:
    async with desk() as at:
        await look(at, path)
        assert told(at).splitlines() == [
            "Enter imports this; Esc leaves everything as it is.",
            "to import: 1 mask and 2 prompts on frames 0 to 2",
            "new label 1 square: 1 mask and 2 prompts",
        ]
        assert not at.session.state.labels
        await at.press("enter")
        assert at.app.screen is at.screen
        assert at.screen.query_one(MessageLine).text == "Imported 1 mask and 2 prompts. u takes all of it back."
        assert at.screen.place.live.frames(1).tolist() == [2]
        assert at.screen.place.state.prompted_frames(1) == [0, 1]
        await at.press("u")
        assert at.screen.query_one(MessageLine).text == f"Undone: the import of {path}."
        assert not at.session.state.labels


async def test_what_is_chosen_anew_is_looked_through_anew(desk: OpenDesk, path: Path) -> None:
    async with desk() as at:
        await look(at, path)
        await at.press("tab", "tab", "right")
        assert told(at) == FIRST
        await at.press("enter")
        assert "to import: 3 prompts" in told(at)
        await at.press("right", "enter")
        assert "to import: 1 mask on frame 2\nleft out: 2 without a mask" in told(at)
        await at.press("escape")
        assert at.app.screen is at.screen
        assert at.session.masks.index.count == 0


async def test_a_refusal_stays_in_the_dialog(desk: OpenDesk, path: Path) -> None:
    async with desk() as at:
        at.session.submit(AddLabel("Square"))
        await at.settle()
        await look(at, path)
        assert "may or may not be the label Square" in told(at)
        await at.press("enter")
        assert isinstance(at.app.screen, ImportScreen)
        await at.press("escape")
        await look(at, path.with_name("none"))
        assert "is not a file" in told(at)


async def test_escape_cancels_what_is_under_way(desk: OpenDesk, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as at:
        await at.press("ctrl+o")
        screen = at.app.screen
        assert isinstance(screen, ImportScreen)
        taken = importing.Import._becomes

        def cancel(*arguments: object) -> object:
            at.app.call_from_thread(screen.action_leave)
            return taken(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(importing.Import, "_becomes", cancel)
        await at.type(str(path))
        await at.press("enter")
        assert told(at) == "The import was cancelled; the session is as it was."
        assert at.app.screen is screen


async def test_what_is_chosen_while_the_file_is_looked_through_counts(
    desk: OpenDesk, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was looked through is not what the dialog says any more, so that no Enter imports it."""
    async with desk() as at:
        await at.press("ctrl+o")
        screen = at.app.screen
        taken = importing.Import._becomes

        def choose(*arguments: object) -> object:
            at.app.call_from_thread(lambda: setattr(screen.query_one("#path", Field), "value", f"{path}x"))
            return taken(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(importing.Import, "_becomes", choose)
        await at.type(str(path))
        await at.press("enter")
        assert told(at) == "Something else was chosen meanwhile: Enter looks through the file again."
        await at.press("enter")
        assert "is not a file" in told(at)
        assert not at.session.state.labels


async def test_all_that_it_would_do_can_be_read_by_keys_on_a_small_screen(desk: OpenDesk, path: Path) -> None:
    content = json.loads(path.read_text())
    box = {"image_id": 0, "category_id": 1, "bbox": [4, 20, 24, 24]}
    content["annotations"] = [box | {"track_id": each} for each in range(40)]
    path.write_text(json.dumps(content))
    async with desk((80, 24)) as at:
        await look(at, path)
        dialog, last = at.app.screen.query_one(Vertical), at.app.screen.query_one("#told", Static)
        assert told(at).endswith("new label 40 square 39: 1 prompt")
        assert last.region.bottom > dialog.region.bottom
        await at.press("pagedown", "pagedown", "pagedown", "pagedown")
        assert last.region.bottom <= dialog.region.bottom
        await at.press("pageup", "pageup", "pageup", "pageup")
        assert dialog.scroll_y == 0
        await at.press("enter")
        assert at.app.screen is at.screen
