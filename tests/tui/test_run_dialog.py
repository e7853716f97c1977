"""Runs by their dialog: how far, which way, which labels, foreseen before they start; chains of them on the screen."""

import os
import signal
from pathlib import Path

import psutil
import pytest
from textual.widgets import Static

from samannot_tui.session.commands import AddLabel, AddPrompt, ChangeSetting
from samannot_tui.session.prompts import BoxPrompt
from samannot_tui.tui.screens.run import RunScreen
from samannot_tui.tui.widgets.message_line import MessageLine
from samannot_tui.tui.widgets.resources import run_line
from tests.tui.conftest import FRAMES, Desk, OpenDesk
from tests.tui.toys import hold_runs, use_toys


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    use_toys(monkeypatch)


async def prompted(at: Desk, block_size: int = 10) -> None:
    """Three labels, of which the first two have a box on frame 0, and blocks of ten frames."""
    at.session.submit(ChangeSetting("block_size", block_size))
    for name in ("koi", "[red]frog[/red]", "newt"):
        at.session.submit(AddLabel(name))
    for label in (1, 2):
        at.session.submit(AddPrompt(label, 0, BoxPrompt(4, 20, 27, 43)))
    await at.settle()


def foreseen(at: Desk) -> list[str]:
    return str(at.app.screen.query_one("#foreseen", Static).content).splitlines()


def message(at: Desk) -> str:
    return at.screen.query_one(MessageLine).text


async def over(at: Desk) -> None:
    await at.until(lambda: bool(at.session.state.runs) and at.screen.place.run is None)


async def test_what_it_will_do_is_said_before_it_does_it(desk: OpenDesk) -> None:
    async with desk() as at:
        await prompted(at)
        await at.press("R")
        assert isinstance(at.app.screen, RunScreen)
        assert foreseen(at)[:4] == [
            "Frames     0 to 9: 10 to track",
            "Tracked    koi, [red]frog[/red]",
            "Left alone newt",
            "Time       not known before a run of this engine",
        ]
        await at.press("escape")
        assert at.app.screen is at.screen and not at.session.state.runs
        await at.press("R", "enter")
        await over(at)
        assert at.screen.place.live.frames(1).tolist() == list(range(10))
        await at.press("R")
        assert any(line.startswith("Time       about ") for line in foreseen(at))


async def test_over_so_many_frames_of_the_labels_that_are_ticked(desk: OpenDesk) -> None:
    async with desk() as at:
        await prompted(at)
        await at.press("R", "tab", *["backspace"] * 2, "1", "4", "tab", "tab", "down", "space")
        assert foreseen(at)[:2] == [
            "Frames     0 to 13: 14 to track, in 2 runs, each undone by itself",
            "Tracked    koi",
        ]
        await at.press("enter")
        await at.until(lambda: len(at.session.state.runs) == 2 and at.screen.place.run is None)
        assert at.screen.place.live.frames(1).tolist() == list(range(14))
        assert at.screen.place.live.frames(2).tolist() == []


async def test_fifty_frames_are_offered(desk: OpenDesk) -> None:
    async with desk() as at:
        await prompted(at)
        await at.press("R", "down")
        assert foreseen(at)[0].startswith(f"Frames     0 to {FRAMES - 1}: ")


async def test_this_frame_only_and_backward(desk: OpenDesk) -> None:
    async with desk() as at:
        await prompted(at)
        await at.press("R", "up")
        assert foreseen(at)[0] == "Frames     0 to 0: 1 to track"
        await at.press("enter")
        await over(at)
        assert at.screen.place.live.frames(1).tolist() == [0]
        at.session.submit(AddPrompt(1, 7, BoxPrompt(4, 20, 27, 43)))
        await at.press("g", "7", "enter", "R", "tab", "tab", "right", "enter")
        await at.until(lambda: len(at.session.state.runs) == 2 and at.screen.place.run is None)
        run = list(at.session.state.runs.values())[-1]
        assert (run.plan.direction, run.plan.start) == ("backward", 7)


async def test_refusals_are_told_in_the_dialog_and_start_nothing(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("R")
        assert at.app.screen is at.screen and at.told[-1].startswith("There is no label yet")
        await prompted(at)
        await at.press("R", "tab", "x", "enter")
        assert foreseen(at) == ["“x” is not a number of frames."]
        await at.press("backspace", "9", "tab", "tab", "space", "down", "space", "enter")
        assert foreseen(at)[0].startswith("There is nothing to run.")
        await at.press("down", "space", "enter")
        assert foreseen(at) == ["No label is ticked; Space ticks one."]
        assert isinstance(at.app.screen, RunScreen) and not at.session.state.runs


async def test_all_remaining_blocks_tell_which_of_how_many(
    desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_runs(monkeypatch, tmp_path / "gate")
    async with desk() as at:
        await prompted(at)
        await at.press("R", "down", "down", "enter")
        assert message(at).startswith("Run forward, frames 0 to 29 in 3 runs: koi")
        await at.until(lambda: at.screen.place.run is not None)
        assert at.screen.place.run is not None and run_line(at.screen.place.run).startswith("1 of 3 ▶")
        await at.press("R")
        await at.until(lambda: at.told[-1].startswith("A run is going on"))
        assert at.app.screen is at.screen
        await at.press("escape")
        (tmp_path / "gate").touch()
        await at.until(lambda: at.screen.place.run is not None and at.screen.place.run.paused)
        await at.press("escape")
        await at.until(lambda: at.screen.place.run is None and len(at.session.state.runs) == 3)
        assert at.screen.place.live.frames(1).tolist() == list(range(FRAMES))
        assert message(at).startswith(f"3 runs, {FRAMES} frames")


async def test_x_ends_a_whole_chain(desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hold_runs(monkeypatch, tmp_path / "gate")
    async with desk() as at:
        await prompted(at)
        await at.press("R", "down", "down", "enter")
        await at.until(lambda: at.screen.place.run is not None)
        await at.press("x")
        (tmp_path / "gate").touch()
        await over(at)
        (run,) = at.session.state.runs.values()
        assert run.outcome == "ended"


async def test_a_killed_engine_is_a_sentence_and_the_next_run_starts_another(
    desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_runs(monkeypatch, tmp_path / "gate")
    async with desk() as at:
        await prompted(at)
        await at.press("greater_than_sign")
        await at.until(lambda: at.screen.place.run is not None and len(at.screen.place.live.frames(1)) == 3)
        workers = [each for each in psutil.Process().children() if "toy" in " ".join(each.cmdline())]
        os.kill(workers[-1].pid, signal.SIGKILL)
        await over(at)
        assert "was killed (signal 9)" in at.told[-1] and "run again to go on" in at.told[-1]
        assert at.screen.place.live.frames(1).tolist() == [0, 1, 2]
        (tmp_path / "gate").touch()
        await at.press("greater_than_sign")
        await at.until(lambda: len(at.session.state.runs) == 2 and at.screen.place.run is None)
        assert at.screen.place.live.frames(1).tolist() == list(range(10))
