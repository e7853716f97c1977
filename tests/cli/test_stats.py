"""`stats SESSION`: what it prints, for people and as JSON."""

import json
from pathlib import Path

from click.testing import CliRunner

from samannot_tui.cli.stats import command
from samannot_tui.session import commands as cmd
from samannot_tui.session.prompts import PointPrompt
from tests.session.support import make_session


def session(folder: Path) -> Path:
    opened = make_session(folder)
    opened.submit(cmd.AddLabel("дом"))
    opened.submit(cmd.AddPrompt(1, 0, PointPrompt(1, 1)))
    opened.close()
    return opened.folder


def test_the_figures_stand_beside_those_of_the_paper(tmp_path: Path) -> None:
    lines = CliRunner().invoke(command, [str(session(tmp_path))], catch_exceptions=False).stdout.splitlines()
    assert lines[0] == "1 instances, 0 masks on 0 frames, - made by a model"
    assert lines[6].split() == ["1", "дом", "1.00", "-", "-", "1.00"]
    assert lines[-1].split()[-3:] == ["4.50", "19.0%", "2.68"]


def test_json_has_every_figure(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, [str(session(tmp_path)), "--json", "--pause", "5"], catch_exceptions=False)
    told = json.loads(done.stdout)
    assert (told["pause_s"], told["masks"], told["instances"][0]["points"]) == (5, 0, 1)


def test_a_pause_without_end_is_refused(tmp_path: Path) -> None:
    for pause in ("inf", "nan", "1e9", "100000"):
        assert CliRunner().invoke(command, [str(session(tmp_path / pause)), "--json", "--pause", pause]).exit_code == 2


def test_damage_is_told_and_nothing_is_touched(tmp_path: Path) -> None:
    folder = session(tmp_path)
    journal = folder / "journal.jsonl"
    first, second, *_ = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(first + second.replace(b"PromptAdded", b"PromptEaten") + first)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    done = CliRunner().invoke(command, [str(folder), "--json"], catch_exceptions=False)
    assert "journal.jsonl is damaged at line 2" in done.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
