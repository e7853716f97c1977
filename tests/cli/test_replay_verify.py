"""`replay SESSION --verify` as a person gets it: the ready sample sessions, what is printed, and exit codes."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sample_data
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import decode, encode
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.store import Session

SAMPLE = Path(sample_data.__file__).parent
CALM = {**os.environ, "OMP_NUM_THREADS": "1"}


def replay(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "samannot_tui", "replay", *map(os.fspath, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=CALM)


def fingerprint(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def prompted(tmp_path: Path) -> Path:
    """The sample session with three predictions, in a place of its own beside its video."""
    shutil.copy(SAMPLE / "clip.mp4", tmp_path)
    return Path(shutil.copytree(SAMPLE / "sessions" / "prompted.samannot", tmp_path / "a" / "prompted.samannot"))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "masks"), [("prompted", 3), ("finished", 205)])
def test_the_sample_sessions_come_out_again_to_the_pixel(name: str, masks: int) -> None:
    folder = SAMPLE / "sessions" / f"{name}.samannot"
    before = fingerprint(folder)
    done = replay(folder, "--verify", "--exact", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["passed"], told["masks"], told["exact"], told["least_iou"]) == (True, masks, masks, 1.0)
    assert told["differences"] == []
    assert sum(len(check["masks"]) for check in told["checks"]) == masks
    assert fingerprint(folder) == before


def test_a_mask_that_differs_is_named_and_ends_with_1(prompted: Path) -> None:
    session = Session.open(prompted)
    predicted = session.history()[-1]
    assert isinstance(predicted, ev.MaskPredicted)
    made = session.masks.read(predicted.record)
    mask = decode(made.rle)
    mask[:, : mask.shape[1] // 2] = True
    fields = {name: getattr(made, name) for name in NewMask.__struct_fields__}
    (record,) = session.append_masks([NewMask(**fields | {"rle": encode(mask)})])
    session.submit(cmd.AddPrediction(predicted.label, 0, record, predicted.prompts, predicted.engine))
    session.close()
    done = replay(prompted, "--verify")
    assert done.returncode == 1
    assert "4 predictions" in done.stdout and "3/4" in done.stdout and "FAILED" in done.stdout
    assert "on frame 0, label 3." in done.stdout
    assert "1 run or prediction did not come out with IoU 0.99 or more" in done.stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--verify",), "is not there; say where it is now with --media"),
        (("--verify", "--media", "nowhere.mp4"), "nowhere.mp4 is not there"),
        (("--exact",), "--exact has no meaning here"),
        (("--verify", "--checkpoint", "nothing.pt"), "nothing.pt"),
    ],
)
def test_what_cannot_be_verified_is_refused(prompted: Path, options: tuple[str, ...], sentence: str) -> None:
    (prompted.parents[1] / "clip.mp4").unlink()
    done = replay(prompted, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr and done.stderr.count("\n") == 1
