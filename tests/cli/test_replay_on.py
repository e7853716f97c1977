"""`replay SESSION --out NEW` as a person gets it: what comes of a sample session, and what an interruption leaves."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import sample_data
from samannot_tui.masks.rle import Rle
from samannot_tui.session.store import Session
from tests.cli.test_replay_verify import CALM, fingerprint, replay
from tests.e2e.test_terminals import until

SAMPLE = Path(sample_data.__file__).parent
FINISHED = SAMPLE / "sessions" / "finished.samannot"


def live_masks(folder: Path) -> dict[tuple[int, int], Rle]:
    session = Session.open(folder)
    try:
        frames = range(session.manifest.frame_count)
        cells = {(frame, label): record for frame in frames for label, record in session.live.on_frame(frame).items()}
        return {cell: session.masks.read(record).rle for cell, record in cells.items()}
    finally:
        session.close()


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """The sample session in a place of its own, its video where it looks for it."""
    shutil.copy(SAMPLE / "clip.mp4", tmp_path)
    return Path(shutil.copytree(FINISHED, tmp_path / "sessions" / "finished.samannot"))


@pytest.mark.slow
def test_the_new_session_opens_exports_and_verifies(finished: Path, tmp_path: Path) -> None:
    before = fingerprint(finished)
    new = tmp_path / "elsewhere" / "new.samannot"
    done = replay(finished, "--out", new, "--engine", "flow", "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "The flow engine makes the masks; it needs no checkpoint.\n"
    told = json.loads(done.stdout)
    assert (told["runs"], told["predictions"], told["masks"], told["notices"]) == (2, 4, 205, [])
    assert fingerprint(finished) == before
    assert sorted(path.name for path in new.parent.iterdir()) == ["new.samannot"]
    assert live_masks(new) == live_masks(shutil.copytree(finished, finished.with_name("copy.samannot")))
    assert replay(new, "--verify", "--exact").returncode == 0
    export = [sys.executable, "-m", "samannot_tui", "export", new, "--format", "davis", "--out", tmp_path / "out"]
    assert subprocess.run(export, check=False, capture_output=True, env=CALM).returncode == 0
    assert len(list((tmp_path / "out" / "davis" / "Annotations" / "clip").iterdir())) == 60


@pytest.mark.parametrize("order", [signal.SIGTERM, signal.SIGKILL])
def test_an_interruption_leaves_no_half_a_session(finished: Path, tmp_path: Path, order: signal.Signals) -> None:
    new, part = tmp_path / "new.samannot", tmp_path / ".new.samannot.part"
    command = [sys.executable, "-m", "samannot_tui", "replay", finished, "--out", new, "--engine", "flow"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=CALM) as process:
        until(lambda: part.exists() and (part / "masks.jsonl").stat().st_size > 0, "the first mask", 60)
        process.send_signal(order)
        process.communicate(timeout=60)
    assert process.returncode != 0
    assert not new.exists()
    assert part.exists() == (order == signal.SIGKILL), "a killed program cleans nothing up; the next one does"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--engine", "flow"), "--engine has no meaning here: the player shows what there is"),
        (("--verify", "--out", "x"), "exclude each other"),
        (("--verify", "--engine", "flow"), "--engine has no meaning here: --verify takes"),
        (("--verify", "--until", "3"), "--until has no meaning here"),
        (("--out", "x", "--at", "14:05"), "--at has no meaning here: --out does the whole journal again"),
        (("--out", "."), "exists already"),
        (("--out", "x", "--checkpoint", "nothing.pt"), "nothing.pt"),
        (("--out", "x", "--image-size", "77", "--engine", "sam2"), "multiple of 32"),
    ],
)
def test_what_makes_no_sense_is_refused(options: tuple[str, ...], sentence: str) -> None:
    done = replay(FINISHED, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr and done.stderr.splitlines()[-1].startswith("samannot-tui: ")
