"""A review of 200 frames by keyboard alone in a terminal of 80x24: every verdict in the journal and in the export."""

import csv
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.media.open import open_media
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import EngineInfo, ReviewMarked
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.store import Session
from tests.e2e.clips import HEIGHT, SIDE, WIDTH, corner, write_clip
from tests.e2e.key_script import read_key_script
from tests.e2e.test_terminals import Tmux, tmux, until

ROOT = Path(__file__).parents[2]
KEYS = read_key_script(Path(__file__).with_name("review.keys"))
FRAMES, LAST = 200, 199
DOG, CAT = 1, 2
BAD = {(60, DOG), (140, DOG), (100, CAT)}
PATIENCE = 60.0


def made_session(folder: Path) -> Path:
    """dog is the clip's square and cat a piece of the ground; on the BAD ones a fraction of the mask is left."""
    clip = write_clip(folder / "clip.mp4", FRAMES)
    source = open_media(clip)
    session = Session.create(folder / "clip.samannot", clip, source.info)
    source.close()
    plans = []
    for label, name in ((DOG, "dog"), (CAT, "cat")):
        session.submit(cmd.AddLabel(name))
        (placed,) = session.submit(cmd.AddPrompt(label, 0, PointPrompt(5, 5)))
        plans.append(LabelPlan(label, 0, (Source(0, (placed.seq,)),), (Span(0, LAST),)))
    plan = Plan("forward", 0, (Pass("forward", 0, LAST, tuple(plans)),), (), "carry", None, (), ())
    (run,) = session.submit(cmd.StartRun(plan, EngineInfo(name="test", version="1")))
    session.append_masks([mask(frame, label, run.seq) for frame in range(FRAMES) for label in (DOG, CAT)])
    session.submit(cmd.ProgressRun(run.seq, session.masks.length))
    session.submit(cmd.EndRun(run.seq, "finished"))
    session.close()
    return session.folder


def mask(frame: int, label: int, run: int) -> NewMask:
    bad = (frame, label) in BAD
    left, top = corner(frame) if label == DOG else (10, 46)
    side = 6 if bad else SIDE if label == DOG else 14
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[top : top + side, left : left + side] = True
    score, quality = (0.3, 0.1) if bad else (5.0, 0.9)
    return NewMask(
        frame=frame, label=label, rle=encode(pixels), object_score=score, quality=quality, source="propagated", run=run
    )


class Watcher:
    """Looks at the screen as often as it can: which frames were shown?"""

    def __init__(self, terminal: Tmux) -> None:
        self.frames: set[int] = set()
        self._terminal = terminal
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._is_over.is_set():
            try:
                found = re.search(r"frame (\d+)/", self._terminal.screen)
            except subprocess.CalledProcessError:
                return
            if found:
                self.frames.add(int(found[1]))

    def stop(self) -> set[int]:
        self._is_over.set()
        self._thread.join()
        return self.frames


@pytest.mark.tmux
@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux")
def test_a_review_by_keyboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMANNOT_REVIEWER", "Ann")
    folder = made_session(tmp_path)
    command = [sys.executable, "-m", "samannot_tui", "review", str(folder)]
    with tmux(tmp_path / "socket", command, columns=80, rows=24) as terminal:
        watcher = Watcher(terminal)
        for action in KEYS:
            action.play(terminal, PATIENCE)
        until(lambda: terminal.is_dead, "the end")
        seen = watcher.stop()
    print(f"{sum(action.presses for action in KEYS)} key presses, at least {len(seen)} frames of {FRAMES} shown")
    session = Session.open(folder)
    said = [event for event in session.history() if isinstance(event, ReviewMarked)]
    session.close()
    assert [(each.label, each.first, each.last, each.verdict, each.reason) for each in said] == [
        (DOG, 60, 60, "unsatisfactory", "drifted"),
        (DOG, 140, 140, "unsatisfactory", "missing parts"),
        (DOG, 0, 59, "satisfactory", ""),
        (DOG, 61, 139, "satisfactory", ""),
        (DOG, 141, LAST, "satisfactory", ""),
        (CAT, 0, LAST, "satisfactory", ""),
    ]
    assert {each.by for each in said} == {"Ann"}
    check_exports(folder, tmp_path / "out")


def check_exports(folder: Path, out: Path) -> None:
    export = [sys.executable, "-m", "samannot_tui", "export", str(folder), "--format", "tables", "--out"]
    subprocess.run([*export, str(out / "all")], check=True, capture_output=True)
    subprocess.run([*export, str(out / "good"), "--only", "satisfactory"], check=True, capture_output=True)
    rows, good = table(out / "all"), table(out / "good")
    bad = {(60, DOG): "drifted", (140, DOG): "missing parts"}
    assert {cell: row["verdict_reason"] for cell, row in rows.items() if row["verdict"] == "unsatisfactory"} == bad
    assert Counter(row["verdict"] for row in rows.values()) == {"satisfactory": 398, "unsatisfactory": 2}
    assert good.keys() == rows.keys() - bad.keys()
    assert rows[100, CAT]["source"] == "edited", "what was mended is judged as it is now"


def table(folder: Path) -> dict[tuple[int, int], dict[str, str]]:
    with (folder / "tables" / "masks.csv").open(newline="") as file:
        return {(int(row["frame"]), int(row["label"])): row for row in csv.DictReader(file)}


def test_the_readme_states_how_many_keys_that_takes() -> None:
    presses = sum(action.presses for action in KEYS)
    stated = re.search(r"two instances takes (\d+) key presses", (ROOT / "README.md").read_text())
    assert stated is not None and int(stated[1]) == presses
