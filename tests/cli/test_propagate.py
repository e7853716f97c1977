"""`propagate SESSION`: over what it runs, and what it says. A clip of 24 frames in blocks of 8."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from samannot_tui.cli.propagate import command
from samannot_tui.errors import InputError
from samannot_tui.media.open import open_media
from samannot_tui.session import commands as cmd
from samannot_tui.session.prompts import BoxPrompt
from samannot_tui.session.store import Session
from tests.e2e.clips import SIDE, corner, write_clip

FRAMES, BLOCK, PROMPTED = 24, 8, 10


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "square.mp4", FRAMES)


@pytest.fixture
def folder(clip: Path, tmp_path: Path) -> Path:
    """A session with the square prompted in the middle, its left half too, and a label without anything."""
    source = open_media(clip)
    session = Session.create(tmp_path / "square.samannot", clip, source.info)
    source.close()
    for name in ("square", "half", "ghost"):
        session.submit(cmd.AddLabel(name))
    session.submit(cmd.ChangeSetting("block_size", BLOCK))
    x, y = corner(PROMPTED)
    session.submit(cmd.AddPrompt(1, PROMPTED, BoxPrompt(x, y, x + SIDE - 1, y + SIDE - 1)))
    session.submit(cmd.AddPrompt(2, PROMPTED, BoxPrompt(x, y, x + SIDE // 2, y + SIDE - 1)))
    session.close()
    return session.folder


def propagate(folder: Path, *options: str) -> Result:
    arguments = [str(folder), "--engine", "flow", *options]
    result = CliRunner().invoke(command, arguments, standalone_mode=False)
    if isinstance(result.exception, InputError):
        raise result.exception
    assert result.exception is None, result.output
    return result


def told(folder: Path, *options: str) -> dict[str, Any]:
    return dict(json.loads(propagate(folder, *options, "--json").stdout))


def frames(folder: Path, label: int) -> list[int]:
    session = Session.open(folder)
    try:
        return [int(frame) for frame in session.live.frames(label)]
    finally:
        session.close()


def test_the_whole_video(folder: Path) -> None:
    result = told(folder)
    assert frames(folder, 1) == frames(folder, 2) == list(range(FRAMES))
    # The prompted frame is made in both directions.
    assert (result["masks"], result["runs"], result["labels_without_source"]) == (2 * FRAMES + 2, 4, [3])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--from", "10", "--direction", "forward"], range(10, 16)),
        (["--from", "10"], range(8, 16)),
        (["--from", "10", "--direction", "forward", "--frames", "9"], range(10, 19)),
        (["--from", "10", "--direction", "backward", "--all"], range(11)),
        (["--from", "10", "--all"], range(FRAMES)),
        (["--direction", "forward"], range(10, FRAMES)),
        (["--blocks", "2..3"], range(8, FRAMES)),
        (["--blocks", "2"], range(8, 16)),
    ],
)
def test_what_it_runs_over(folder: Path, options: list[str], expected: range) -> None:
    told(folder, *options)
    assert frames(folder, 1) == list(expected)


@pytest.mark.parametrize("label", ["2", "half"])
def test_one_label_alone(folder: Path, label: str) -> None:
    result = told(folder, "--labels", label, "--from", "10")
    assert (frames(folder, 1), frames(folder, 2)) == ([], list(range(8, 16)))
    assert result["labels_without_source"] == []


def test_a_blocks_options_go_with_a_new_block_size(folder: Path) -> None:
    told(folder, "--block-size", "12", "--blocks", "1")
    assert frames(folder, 1) == list(range(12))


def test_from_a_frame_it_says_what_it_is_going_to_do(folder: Path) -> None:
    result = propagate(folder, "--from", "10", "--all", "--direction", "forward")
    assert "Run forward, frames 10 to 23 in 2 runs: square, half." in result.stderr
    assert "left alone: ghost." in result.stderr
    assert result.stdout == "28 masks in 2 runs\nnothing to start from, left alone: ghost\n"


def test_no_progress_where_nobody_watches(folder: Path) -> None:
    assert "\r" not in propagate(folder, "--from", "10").stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--frames", "5"], "give --from too"),
        (["--all"], "give --from too"),
        (["--from", "3", "--blocks", "1"], "--from and --blocks exclude each other"),
        (["--from", "3", "--frames", "5", "--all"], "--frames and --all exclude each other"),
        (["--blocks", "3..2"], r"--blocks 3\.\.2 is no range of blocks"),
        (["--blocks", "one"], "--blocks one is no range of blocks"),
        (["--blocks", "0..2"], "is no range of blocks"),
        (["--blocks", "3..4"], "There are no blocks 3 to 4; the video has blocks 1 to 3"),
        (["--labels", "cow\x1b"], r"There is no label cow\\x1b; the session's labels are: 1 square, 2 half, 3 ghost"),
        (["--labels", "9"], "There is no label 9"),
        (["--from", "99"], "There is no frame 99; the video has frames 0 to 23"),
        (["--labels", "ghost"], "nothing to run; prompt a label"),
        (["--from", "10", "--labels", "3"], "left alone: ghost"),
    ],
)
def test_wrong_options_are_one_sentence_and_run_nothing(folder: Path, options: list[str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        propagate(folder, *options)
    session = Session.open(folder)
    assert not session.state.runs
    session.close()


def test_a_label_whose_name_is_another_ones_number_is_meant_by_its_name(folder: Path) -> None:
    session = Session.open(folder)
    session.submit(cmd.RenameLabel(1, "2"))
    session.close()
    told(folder, "--labels", "2", "--from", "10", "--direction", "forward")
    assert (frames(folder, 1), frames(folder, 2)) == (list(range(10, 16)), [])
