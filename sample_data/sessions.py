"""The sample's two sessions, ready to open.

prompted.samannot: the three koi prompted on the first frame, their masks there, nothing propagated.
finished.samannot: propagated over the whole clip, then corrected by a click where it was worst and
propagated from there; with a feature, and a barrier behind the frames that were looked at.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from samannot_tui.engine.planner import RunRequest
from samannot_tui.engine.reports import Ended, Failed, RunnerEvent
from samannot_tui.engine.runner import Runner
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.errors import JobError
from samannot_tui.jobs.opening import Opened
from samannot_tui.jobs.track import prompted_session
from samannot_tui.masks.rle import BoolMask, decode
from samannot_tui.review.labelmaps import read_label_map
from samannot_tui.review.metrics import region_similarity
from samannot_tui.session import commands as cmd
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.store import Session

BLACK_KOI = 3
UNDER_THE_PAD = 30
"""The frame where the black koi's head reaches the lily pad."""
LOOKED_AT = 15
CORRECTED_BEFORE = 50
"""The correction lies before this frame, so that there is something left to propagate it to."""

Work = Callable[[Session, Runner, Path], None]


def make_sessions(folder: Path) -> None:
    """Write sessions/ from clip.mp4, prompts.json and ground_truth/, in place of those that are there."""
    for name, work in (("prompted", _predict), ("finished", _finish)):
        session = folder / "sessions" / f"{name}.samannot"
        shutil.rmtree(session, ignore_errors=True)
        opened = prompted_session(folder / "clip.mp4", folder / "prompts.json", session.parent)
        try:
            _with_runner(opened, work, folder)
        finally:
            opened.close()
        opened.session.folder.rename(session)
        (session / "lock").unlink()
        shutil.rmtree(session / "cache")


def _with_runner(opened: Opened, work: Work, folder: Path) -> None:
    failures: list[str] = []

    def listen(event: RunnerEvent) -> None:
        if isinstance(event, Failed):
            failures.append(event.sentence)
        elif isinstance(event, Ended) and event.outcome != "finished":
            failures.append(event.reason)

    runner = Runner(opened.session, opened.session.media_file(), EngineSpec("flow"), listen)
    try:
        work(opened.session, runner, folder)
    finally:
        runner.close()
    if failures:
        raise JobError(failures[0])


def _predict(session: Session, runner: Runner, folder: Path) -> None:
    for label in session.state.labels:
        runner.predict(0, label)
    runner.wait_idle()


def _finish(session: Session, runner: Runner, folder: Path) -> None:
    _predict(session, runner, folder)
    runner.run_and_wait(RunRequest(0, "forward"))
    label, frame, click = _correction(session, folder)
    session.submit(cmd.AddPrompt(label, frame, click))
    runner.predict(frame, label)
    runner.wait_idle()
    runner.run_and_wait(RunRequest(frame, "forward", (label,)))
    session.submit(cmd.SetFeature(BLACK_KOI, "place", 0, "open water"))
    session.submit(cmd.SetFeature(BLACK_KOI, "place", UNDER_THE_PAD, "under the lily pad"))
    session.submit(cmd.SetBarrier(LOOKED_AT))


def _correction(session: Session, folder: Path) -> tuple[int, int, PointPrompt]:
    """The mask that fits the ground truth worst, as (label, frame), and a click into its largest mistake."""
    fits = {}
    for frame in range(LOOKED_AT, CORRECTED_BEFORE):
        truth = read_label_map(folder / "ground_truth" / f"{frame:05}.png")
        for label, record in session.live.on_frame(frame).items():
            mask = decode(session.masks.read(record).rle)
            fits[label, frame] = region_similarity(mask, truth == label), mask, truth == label
    label, frame = min(fits, key=lambda cell: fits[cell][0])
    _, mask, truth_mask = fits[label, frame]
    return label, frame, _click(mask, truth_mask)


def _click(mask: BoolMask, truth: BoolMask) -> PointPrompt:
    """A click as far as possible from the edge of the mistake with the most room, missing or superfluous."""
    depths = [cv2.distanceTransform(wrong.astype(np.uint8), cv2.DIST_L2, 5) for wrong in (truth & ~mask, mask & ~truth)]
    positive = bool(depths[0].max() >= depths[1].max())
    depth = depths[0] if positive else depths[1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return PointPrompt(float(column), float(row), positive)
