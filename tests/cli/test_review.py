"""What `review` does around the app."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from samannot_tui.cli import open as cli_open
from samannot_tui.cli import review
from samannot_tui.errors import InputError
from samannot_tui.jobs.opening import open_target
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.store import Session
from samannot_tui.tui import app

FRAMES = 6


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A session of six frames on which a dog was said to be absent."""
    video = tmp_path / "clip"
    video.mkdir()
    for frame in range(FRAMES):
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(video / f"{frame}.png")
    opened = open_target(video)
    opened.session.submit(cmd.AddLabel("dog"))
    opened.session.submit(cmd.MarkAbsent(1, 0, FRAMES - 1))
    opened.close()
    monkeypatch.setattr(review, "require_terminal", lambda: None)
    return opened.session.folder


def with_app(monkeypatch: pytest.MonkeyPatch, person: Callable[[Session], None]) -> None:
    monkeypatch.setattr(app, "run_app", lambda session, source, graphics, deed: person(session))


def judge(session: Session, count: int) -> None:
    """As a person would in the app: the first `count` frames of the check, the very first of them bad."""
    sample = list(session.state.samples.values())[-1]
    for number, cell in enumerate(sample.frames[:count]):
        verdict: ev.Verdict = "satisfactory" if number else "unsatisfactory"
        session.submit(cmd.MarkReview(cell.label, cell.frame, cell.frame, verdict, sample=sample.seq))


def run(folder: Path, *arguments: str) -> str:
    result = CliRunner().invoke(review.command, [str(folder), *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_a_check_goes_on_until_it_is_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_app(monkeypatch, lambda session: judge(session, 3))
    assert "2 of 3 satisfactory: 67 %, likely 21 % to 94 %; 1 to be judged" in run(folder, "--sample", "4")
    with_app(monkeypatch, lambda session: judge(session, 4))
    assert "3 of 4 satisfactory: 75 %" in run(folder, "--sample", "4")
    session = Session.open(folder)
    assert len(session.state.samples) == 1
    session.close()
    with_app(monkeypatch, lambda session: None)
    run(folder, "--sample", "4")
    session = Session.open(folder)
    assert len(session.state.samples) == 2, "the last one was done"
    session.close()


def test_all_tracks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_app(monkeypatch, lambda session: session.submit(cmd.MarkReview(1, 0, 3, "satisfactory")) and None)
    assert run(folder) == "4 of 6 masks judged: 4 satisfactory, 0 not.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--seed", "3"], "--seed goes with --sample"),
        (["--sample", "7"], "There are 6 annotated frames"),
    ],
)
def test_what_cannot_be_is_a_sentence(folder: Path, arguments: list[str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        run(folder, *arguments)


def test_without_masks_or_a_terminal_it_does_not_begin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.open(folder)
    session.submit(cmd.Undo())
    session.close()
    with pytest.raises(InputError, match="no masks to review"):
        run(folder)
    monkeypatch.setattr(review, "require_terminal", cli_open.require_terminal)
    with pytest.raises(InputError, match="needs a terminal"):
        run(folder)
