"""The export dialog by keys: what it says beforehand, what it writes, how it is ended, what it remembers."""

import io
import json
import shlex
import threading
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from textual import events
from textual.widgets import Checkbox, Input, SelectionList, Static

from samannot_tui.formats.registry import FORMATS
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import Exported
from samannot_tui.session.view import ExportView, View, read_view, write_view
from samannot_tui.tui.screens.export import ExportScreen
from samannot_tui.tui.widgets.folder_field import completed
from tests.formats.support import tree
from tests.tui.conftest import HEIGHT, WIDTH, Desk, OpenDesk


async def annotated(at: Desk) -> None:
    """Two labels that overlap on frames 2 to 5, of which the second is hidden under nothing."""
    for label, (name, columns) in enumerate({"koi": 40, "[red]frog[/red]": 8}.items(), 1):
        at.session.submit(cmd.AddLabel(name))
        mask = np.zeros((HEIGHT, WIDTH), np.bool_)
        mask[:10, :columns] = True
        for frame in range(2, 6):
            new = NewMask(
                frame=frame, label=label, rle=encode(mask), object_score=1.0, quality=1.0, source="edited", run=None
            )
            at.session.submit(cmd.EditMask(label, frame, *at.session.append_masks([new])))
    await at.settle()


async def opened(at: Desk) -> ExportScreen:
    await at.press("e")
    assert isinstance(at.app.screen, ExportScreen)
    return at.app.screen


def shown(at: Desk, ident: str) -> list[str]:
    """The lines of a Static as they stand on a wide screen."""
    lines = io.StringIO()
    Console(file=lines, width=400, color_system=None).print(at.app.screen.query_one(f"#{ident}", Static).content)
    return [line.rstrip() for line in lines.getvalue().splitlines()]


def page(at: Desk) -> str:
    (page,) = (each for each in ("choices", "writing", "written") if at.app.screen.query_one(f"#{each}").display)
    return page


async def finished(at: Desk) -> None:
    await at.until(lambda: page(at) == "written")


def export_folder(at: Desk) -> Path:
    return at.session.folder.resolve().parent / "square-export"


async def test_what_will_be_written_is_said_before_anything_is(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotated(at)
        await opened(at)
        out = export_folder(at)
        assert shown(at, "foreseen") == [
            "Taken    4 annotated frames, 2 to 5; 8 masks of 2 labels",
            f"png      4 frames: {out}/png",
            "Note     png: 4 frames have several instances; where these overlap, the smaller one is on top.",
        ]
        assert not out.exists()
        await at.press("down", "space")
        assert shown(at, "foreseen")[1:3] == [f"png      4 frames: {out}/png", f"davis    30 frames: {out}/davis"]
        await at.press("tab", "tab", "space")
        assert "1 label" in shown(at, "foreseen")[0] and len(shown(at, "foreseen")) == 3
        await at.press("tab", "tab", *"3..", "tab", "2")
        assert shown(at, "foreseen")[0] == "Taken    2 annotated frames, 3 to 5; 2 masks of 1 label"
        await at.press("escape")
        assert at.app.screen is at.screen and not out.exists()


async def test_several_formats_in_one_go_and_what_became_of_them(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotated(at)
        await opened(at)
        await at.press("down", "down", "space", "enter")
        await finished(at)
        out = export_folder(at)
        assert shown(at, "told") == [
            f"png      4 frames, 2 labels, 9 files: {out}/png",
            "         pixels under a smaller instance, so not in it: koi 320",
            f"coco     4 frames, 2 labels, 6 files: {out}/coco",
        ]
        assert {path.name for path in out.iterdir()} == {"png", "coco"}
        assert len(json.loads((out / "coco" / "annotations.json").read_text())["annotations"]) == 8
        folder = at.session.folder.resolve()
        expected = f"samannot-tui export {folder} --format png --format coco --out {out}"
        assert "".join(shown(at, "command")) == expected
        noted = [event.format for event in at.session.history() if isinstance(event, Exported)]
        assert noted == ["png", "coco"]
        await at.press("enter")
        assert page(at) == "choices"
        assert shown(at, "foreseen")[2] == "         replaces an earlier export, 9 files"


async def test_labels_frames_split_and_zip(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotated(at)
        at.session.submit(cmd.ChangeSetting("block_size", 2))
        await at.settle()
        await opened(at)
        await at.press("space", "down", "down", "space", "tab", "tab", "down", "space", "tab", "tab", *"2..5", "tab")
        await at.press("tab", *"50/50", "tab", "space")
        out = export_folder(at)
        assert shown(at, "foreseen") == [
            "Taken    3 annotated frames, 2 to 5; 3 masks of 1 label",
            f"coco     3 frames (train 2, val 1): {out}/coco.zip",
        ]
        await at.press("enter")
        await finished(at)
        assert [path.name for path in out.iterdir()] == ["coco.zip"]
        _, *arguments = shlex.split("".join(shown(at, "command")))
        chosen = ["--labels", "koi", "--frames", "2..5", "--split", "50/50/0", "--zip"]
        assert arguments[2:-2] == ["--format", "coco", *chosen]


async def test_a_refusal_is_told_in_the_dialog_and_nothing_is_written(desk: OpenDesk) -> None:
    async with desk() as at:
        await opened(at)
        assert shown(at, "foreseen")[0].startswith("Nothing is annotated yet")
        await at.press("escape")
        await annotated(at)
        screen = await opened(at)
        folder = screen.query_one("#folder", Input)
        (export_folder(at).parent / "taken").write_text("a person's")
        for keys, sentence in (
            (["space", "enter"], "No format is ticked"),
            (["space", "tab", "tab", "space", "down", "space", "enter"], "No label is ticked"),
            (["space", "tab", "tab", "x", "enter"], "x is no range of frames"),
            (["backspace", *"9..8", "enter"], "There are no frames 9..8"),
            ([*["backspace"] * 4, "tab", "0", "enter"], "“0” is no step"),
            (["backspace", "tab", *"50/40", "enter"], "50/40 is no split"),
        ):
            await at.press(*keys)
            assert shown(at, "foreseen")[0].startswith(sentence)
            assert screen.query_one("#foreseen").has_class("refused")
        await at.press(*["backspace"] * 5)
        folder.value = str(export_folder(at).parent / "taken")
        await at.press("enter")
        assert shown(at, "foreseen")[0].endswith("taken is no folder; choose another one.")
        assert page(at) == "choices" and not export_folder(at).exists()
        folder.value = ""
        await at.press("enter")
        await finished(at)
        assert export_folder(at).is_dir(), "an empty field is the default"


async def test_enter_counts_behind_what_was_typed_with_it(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotated(at)
        await opened(at)
        await at.press("tab", "tab", "tab", "tab")
        for key in ("3", "full_stop", "full_stop", "4", "enter"):
            at.app.post_message(events.Key(key, {"full_stop": ".", "enter": "\r"}.get(key, key)))
        await finished(at)
        assert shown(at, "told")[0].startswith("png      2 frames")


class Gate:
    """Stands in for the source's frames: the export waits before each until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from samannot_tui.formats import coco

        self.opened, self.reached = threading.Event(), threading.Event()
        save = coco.save_jpeg

        def waiting(*arguments: Any) -> None:
            self.reached.set()
            assert self.opened.wait(20)
            save(*arguments)

        monkeypatch.setattr(coco, "save_jpeg", waiting)


async def test_escape_cancels_and_leaves_what_was_there(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as at:
        await annotated(at)
        await opened(at)
        await at.press("space", "down", "down", "space", "enter")
        await finished(at)
        before = tree(export_folder(at) / "coco")
        gate = Gate(monkeypatch)
        await at.press("enter", "space", "home", "space", "down", "down", "space")
        assert [line.split()[0] for line in shown(at, "foreseen")[1:4]] == ["png", "coco", "replaces"]
        await at.pilot.press("enter")
        for _ in range(400):
            await at.pilot.pause(0.05)
            if gate.reached.is_set() and page(at) == "writing" and "done" in shown(at, "writing")[0]:
                break
        assert shown(at, "writing")[0].startswith("png") and shown(at, "writing")[2].endswith(" 50%")
        await at.pilot.press("enter", "escape")
        await at.pilot.pause()
        assert page(at) == "writing" and shown(at, "writing")[-1].strip().startswith("Cancelled;")
        gate.opened.set()
        await finished(at)
        assert shown(at, "failed")[0].startswith("The export was cancelled; what an earlier export left there is whole")
        assert [line.split()[0] for line in shown(at, "told")[:2]] == ["png", "pixels"]
        assert shown(at, "told")[2:] == ["coco     not written"]
        assert tree(export_folder(at) / "coco") == before
        await at.press("escape")
        assert at.app.screen is at.screen


async def test_leaving_the_program_cancels(
    desk: OpenDesk, monkeypatch: pytest.MonkeyPatch, session_folder: Path
) -> None:
    gate = Gate(monkeypatch)
    async with desk() as at:
        await annotated(at)
        await opened(at)
        await at.press("space", "down", "down", "space")
        await at.pilot.press("enter")
        for _ in range(400):
            await at.pilot.pause(0.05)
            if gate.reached.is_set():
                break
        at.app.leave()
        out = export_folder(at)
        threading.Timer(0.5, gate.opened.set).start()
    assert not (out / "coco").exists()


async def test_the_choices_are_there_again_the_next_time(desk: OpenDesk, session_folder: Path) -> None:
    async with desk() as at:
        await annotated(at)
        screen = await opened(at)
        screen.query_one("#folder", Input).value = str(session_folder.parent / "elsewhere")
        await at.press("down", "space", "tab", "tab", "space", "tab", "tab", *"2..4", "tab", "2", "tab", "tab", "space")
        await at.press("enter")
        await finished(at)
        await at.press("escape")
        chosen = at.screen.place.kept.export
        assert chosen == ExportView(("png", "davis"), "../elsewhere", (2,), "2..4", "2", "", True)
    assert read_view(session_folder).export == chosen
    async with desk() as at:
        screen = await opened(at)
        assert screen.query_one("#formats", SelectionList).selected == ["png", "davis"]
        assert screen.query_one("#labels", SelectionList).selected == [2]
        assert screen.query_one("#folder", Input).value == str(session_folder.parent.resolve() / "elsewhere")
        assert screen.query_one("#zip", Checkbox).value
        await at.press("escape")
        assert at.screen.place.kept.export == chosen, "a dialog that wrote nothing changes nothing"


async def test_installed_exporters_are_offered_and_never_chosen_by_a_session(
    desk: OpenDesk, session_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exporter(annotation: Any, folder: Path) -> None:
        frames = list(annotation.each_frame())
        (folder / "frames.txt").write_text(str(frames))

    plugin = EntryPoint("mine", "nowhere:export", "samannot_tui.exporters")
    monkeypatch.setattr(EntryPoint, "load", lambda self: exporter)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: EntryPoints([plugin]))
    write_view(session_folder, View(export=ExportView(("mine", "gif"), "\\broken", (77,))))
    async with desk() as at:
        await annotated(at)
        screen = await opened(at)
        formats = screen.query_one("#formats", SelectionList)
        assert [formats.get_option_at_index(row).value for row in range(formats.option_count)] == [*FORMATS, "mine"]
        assert formats.selected == ["png"], "what a session names is not ticked where it is code"
        assert screen.query_one("#labels", SelectionList).selected == [1, 2]
        assert screen.query_one("#folder", Input).value == str(export_folder(at))
        await at.press("space", "end", "space", "enter")
        await finished(at)
        assert (export_folder(at) / "mine" / "frames.txt").read_text() == "[2, 3, 4, 5]"
        await at.press("escape")
        assert at.screen.place.kept.export.formats == ()


async def test_a_folder_whose_name_is_no_text_is_not_offered(desk: OpenDesk, session_folder: Path) -> None:
    write_view(session_folder, View(export=ExportView(folder="../\\xff\\x1b[2J")))
    async with desk() as at:
        await annotated(at)
        assert (await opened(at)).query_one("#folder", Input).value == ""
        assert shown(at, "foreseen")[1].endswith(str(export_folder(at) / "png"))


async def test_a_read_only_session_is_exported_and_not_written_to(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotated(at)
        history = at.session.history()
        async with desk() as other:
            assert other.client.read_only
            await opened(other)
            await other.press("enter")
            await finished(other)
            assert (export_folder(at) / "png").is_dir()
        assert at.session.history() == history


async def test_a_folder_is_completed(tmp_path: Path, desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("data", "datasets", ".data", "odd\u202ename"):
        (tmp_path / name).mkdir()
    (tmp_path / "old.samannot").mkdir()
    (tmp_path / "old.samannot" / "session.json").touch()
    (tmp_path / "dat").touch()
    assert completed(f"{tmp_path}/d") == f"{tmp_path}/data/"
    assert completed(f"{tmp_path}/datas") == f"{tmp_path}/datasets/"
    assert completed(f"{tmp_path}/.d") == f"{tmp_path}/.data/"
    assert completed(f"{tmp_path}/o") is None, "neither a session nor what cannot be typed"
    assert completed(f"{tmp_path}/nowhere/x") is None
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert (completed("dat"), completed("~/datas"), completed("/et")) == ("data/", "~/datasets/", "/etc/")
    async with desk() as at:
        await annotated(at)
        folder = (await opened(at)).query_one("#folder", Input)
        folder.value = ""
        await at.press("tab", *f"{tmp_path}/datas")
        await at.until(lambda: bool(folder._suggestion))
        await at.press("right", *"new")
        assert folder.value == f"{tmp_path}/datasets/new"
        assert shown(at, "foreseen")[1].endswith(f"{tmp_path.resolve()}/datasets/new/png")
