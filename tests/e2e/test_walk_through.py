"""The walk-through of docs/, played as it is written, and what the demo says at its end."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.key_script import read_key_script
from tests.e2e.test_terminals import tmux, until

ROOT = Path(__file__).parents[2]
KEYS = read_key_script(Path(__file__).with_name("walk_through.keys"))
DEMO = [sys.executable, "-m", "samannot_tui", "demo", "--engine", "flow"]
PATIENCE = 60.0


@pytest.mark.tmux
@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux")
def test_the_walk_through_by_keyboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with tmux(tmp_path / "socket", DEMO) as terminal:
        for action in KEYS:
            action.play(terminal, PATIENCE)
        until(lambda: terminal.is_dead, "the end")
        # With what lies above the screen: tmux scrolls it by a line to say that the program has ended.
        said = " ".join(terminal("capture-pane", "-p", "-S", "-").split())
    assert "60 of 60 frames annotated" in said
    scores = re.findall(r"mean J (\d\.\d\d) with the (ground truth|reference masks)", said)
    assert [name for _, name in scores] == ["ground truth", "reference masks"]
    assert all(float(score) > 0.9 for score, _ in scores)
    assert re.search(r"white koi 0\.\d\d, gold koi 0\.\d\d, black koi 0\.\d\d", said), "flower is not in the truth"
    (session,) = (tmp_path / "samannot-tui").glob("demo-*/clip.samannot")
    assert (session.parent / "clip-export" / "png" / "labels.json").is_file()
    verify = [sys.executable, "-m", "samannot_tui", "replay", str(session), "--verify"]
    done = subprocess.run(verify, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.tmux
@pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux")
def test_a_demo_without_masks_ends_without_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with tmux(tmp_path / "socket", DEMO) as terminal:
        until(lambda: "frame 0/59" in terminal.screen, "the first paint")
        terminal.press("q")
        until(lambda: terminal.is_dead, "the end")
        assert "mean J" not in terminal.screen and "Traceback" not in terminal.screen


def test_the_walk_through_names_the_keys_that_are_played() -> None:
    told = (ROOT / "docs" / "walk-through.md").read_text()
    shown = set(re.findall(r"`([^`\n]+)`", told))
    pressed = {key for action in KEYS if action.kind == "press" for key in action.text.split()}
    names = {"Escape": "Esc"}
    assert {names.get(key, key) for key in pressed} <= shown
    assert {action.text for action in KEYS if action.kind == "type"} <= shown
