"""`report SESSION`: where the page goes, and what is printed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from samannot_tui.cli.report import command
from samannot_tui.errors import InputError
from samannot_tui.media.open import open_media
from samannot_tui.session import commands as cmd
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.store import Session
from tests.e2e.clips import write_clip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    clip = write_clip(tmp_path / "square.mp4", 8)
    source = open_media(clip)
    session = Session.create(tmp_path / "square.samannot", clip, source.info)
    source.close()
    session.submit(cmd.AddLabel("square"))
    session.submit(cmd.AddPrompt(1, 0, PointPrompt(9, 9)))
    session.submit(cmd.MarkAbsent(1, 2, 5))
    session.close()
    return session.folder


def test_the_page_lies_beside_the_session(folder: Path) -> None:
    done = CliRunner().invoke(command, [str(folder)], catch_exceptions=False)
    place = folder.parent / "square-report.html"
    assert done.stdout == f"report: {place}\n"
    assert place.read_text("utf-8").startswith("<!doctype html>")


def test_json_is_the_report_without_its_pictures(folder: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        command, [str(folder), "--json", "--out", str(tmp_path / "r.html")], catch_exceptions=False
    )
    told = json.loads(done.stdout)
    assert (told["report"], told["frames"], told["bin_frames"]) == (str(tmp_path / "r.html"), 8, 1)
    assert told["instances"][0]["presence"]["absent"] == [0, 0, 1, 1, 1, 1, 0, 0]


def test_a_session_that_is_seen_in_part_is_told_on_the_page_too(folder: Path) -> None:
    journal = folder / "journal.jsonl"
    first, *rest = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([first, rest[0].replace(b"PromptAdded", b"PromptEaten"), *rest[1:]]))
    done = CliRunner().invoke(command, [str(folder)], catch_exceptions=False)
    assert "journal.jsonl is damaged at line 2" in done.stderr
    assert "journal.jsonl is damaged at line 2" in (folder.parent / "square-report.html").read_text("utf-8")


def test_what_is_in_the_way_is_refused_before_the_session_is_opened(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("mine")
    with pytest.raises(InputError, match="is no report"):
        CliRunner().invoke(
            command, [str(tmp_path / "nowhere"), "--out", str(tmp_path / "mine.html")], catch_exceptions=False
        )
    assert (tmp_path / "mine.html").read_text() == "mine"
