"""A real video from an empty folder to its exports, by the keyboard alone in a terminal of 80x24."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samannot_tui.session.store import Session
from tests.e2e.key_script import read_key_script
from tests.e2e.test_terminals import APP, tmux, until

ROOT = Path(__file__).parents[2]
VIDEO = ROOT.parent / "shared" / "data" / "videos" / "bedroom.mp4"
KEYS = read_key_script(Path(__file__).with_name("bedroom.keys"))
FRAMES, BLOCK = 200, 50
BOY, GIRL = 1, 2
SPOTS = (
    (0, 240, 220, BOY),
    (0, 400, 250, GIRL),
    (50, 385, 300, GIRL),
    (110, 110, 370, BOY),
    (110, 205, 205, GIRL),
    (120, 75, 195, BOY),
    (120, 105, 265, BOY),
    (120, 215, 370, GIRL),
    (124, 60, 260, BOY),
    (150, 65, 330, BOY),
    (150, 370, 310, GIRL),
    (170, 130, 260, BOY),
    (170, 430, 370, GIRL),
    (170, 20, 150, 0),
    (172, 20, 420, 0),
    (185, 107, 190, BOY),
    (185, 424, 305, GIRL),
)
"""Frame, x, y and whose pixel that is, as anybody sees; 0 is nobody's."""
PATIENCE = 300.0
"""Seconds; a block takes five on a machine with nothing else to do."""


@pytest.mark.data
@pytest.mark.tmux
@pytest.mark.slow
@pytest.mark.skipif(not VIDEO.is_file(), reason="../shared/data/videos is absent")
@pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux")
def test_the_whole_loop_by_keyboard(tmp_path: Path) -> None:
    video = Path(shutil.copy(VIDEO, tmp_path))
    command = [*APP, "--engine", "flow", "--block-size", str(BLOCK), str(video)]
    with tmux(tmp_path / "socket", command, columns=80, rows=24) as terminal:
        for action in KEYS:
            action.play(terminal, PATIENCE)
        until(lambda: terminal.is_dead, "the end")
    check_session(tmp_path / "bedroom.samannot")
    check_exports(tmp_path / "bedroom-export")
    check_replay(tmp_path / "bedroom.samannot")


def check_session(folder: Path) -> None:
    session = Session.open(folder)
    assert session.notices == ()
    assert {label.id: label.name for label in session.state.labels.values()} == {BOY: "boy", GIRL: "girl"}
    for label in (BOY, GIRL):
        assert list(session.live.frames(label)) == list(range(FRAMES))
    session.close()


def check_exports(folder: Path) -> None:
    davis, png = folder / "davis" / "Annotations" / "bedroom", folder / "png" / "masks"
    for masks in (davis, png):
        assert sorted(file.name for file in masks.iterdir()) == [f"{frame:05d}.png" for frame in range(FRAMES)]
        seen = {frame: label_image(masks, frame) for frame in range(FRAMES)}
        assert set(np.unique(np.stack(list(seen.values())))) == {0, BOY, GIRL}
        wrong = [spot for spot in SPOTS if seen[spot[0]][spot[2], spot[1]] != spot[3]]
        assert not wrong
    labels = json.loads((folder / "png" / "labels.json").read_bytes())
    assert [(label["id"], label["name"]) for label in labels["labels"]] == [(BOY, "boy"), (GIRL, "girl")]
    assert [entry["frame"] for entry in labels["frames"]] == list(range(FRAMES))


def check_replay(folder: Path) -> None:
    """All that the engine made comes out again to the pixel."""
    verify = [sys.executable, "-m", "samannot_tui", "replay", str(folder), "--verify", "--exact", "--json"]
    done = subprocess.run(verify, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    print(f"{told['exact']} of {told['masks']} masks")
    assert told["exact"] == told["masks"] > 2 * FRAMES


def label_image(folder: Path, frame: int) -> np.ndarray:
    with Image.open(folder / f"{frame:05d}.png") as image:
        return np.asarray(image)


def test_the_readme_states_how_many_keys_that_takes() -> None:
    presses = sum(action.presses for action in KEYS)
    print(f"{presses} key presses")
    stated = re.search(r"in (\d+) key presses", (ROOT / "README.md").read_text())
    assert stated is not None and int(stated[1]) == presses
