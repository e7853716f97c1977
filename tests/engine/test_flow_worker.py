"""The program as it ships: the worker's own command and the flow engine, on a clip made here."""

from pathlib import Path

import numpy as np
import pytest

from samannot_tui.engine.planner import RunRequest
from samannot_tui.engine.reports import Ended, RunnerEvent, Started
from samannot_tui.engine.runner import Runner
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.masks.rle import Rle, decode
from samannot_tui.media.open import open_media
from samannot_tui.review.metrics import region_similarity
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.prompts import BoxPrompt
from samannot_tui.session.store import Session
from tests.engine.speckles import write_square

WIDTH, HEIGHT, SIDE, FRAMES = 160, 96, 36, 12


def corner(frame: int) -> tuple[int, int]:
    return 20 + 4 * frame, 25 + 2 * frame


def truth(frame: int) -> np.ndarray:
    x, y = corner(frame)
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[y : y + SIDE, x : x + SIDE] = True
    return mask


@pytest.fixture(scope="module")
def square(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("square")
    write_square(folder, WIDTH, HEIGHT, SIDE, [corner(frame) for frame in range(FRAMES)])
    return folder


class Studio:
    """A session on the clip with a box prompt on frame 0 and a runner as the program makes it."""

    def __init__(self, folder: Path, video: Path, block_size: int) -> None:
        source = open_media(video)
        self.session = Session.create(folder / f"blocks-of-{block_size}.samannot", video, source.info)
        source.close()
        self.session.submit(cmd.AddLabel("square"))
        self.session.submit(cmd.ChangeSetting("block_size", block_size))
        x, y = corner(0)
        self.session.submit(cmd.AddPrompt(1, 0, BoxPrompt(x, y, x + SIDE - 1, y + SIDE - 1)))
        self.reports: list[RunnerEvent] = []
        self.runner = Runner(self.session, video, EngineSpec("flow"), self._listen)
        self.predict_at: int | None = None

    def _listen(self, report: RunnerEvent) -> None:
        self.reports.append(report)
        if isinstance(report, Started) and self.predict_at is not None:
            self.runner.predict(self.predict_at, 1)

    def masks(self, frames: int = FRAMES) -> list[Rle]:
        records = [self.session.live.record(frame, 1) for frame in range(frames)]
        assert all(records)
        return [self.session.masks.read(record or 0).rle for record in records]

    def close(self) -> None:
        self.runner.close()
        self.session.close()


def test_a_box_on_the_first_frame_is_tracked_and_blocks_change_nothing(square: Path, tmp_path: Path) -> None:
    in_blocks, at_once = Studio(tmp_path, square, 6), Studio(tmp_path, square, FRAMES)
    try:
        for start in (0, 6):
            assert in_blocks.runner.run_and_wait(RunRequest(start, "forward")) == Ended("finished")
        assert at_once.runner.run_and_wait(RunRequest(0, "forward")) == Ended("finished")
        transitions = [report.plan.transition for report in in_blocks.reports if isinstance(report, Started)]
        assert transitions == ["off", "carry"]
        assert in_blocks.masks() == at_once.masks()
        for frame, rle in enumerate(at_once.masks()):
            assert region_similarity(decode(rle), truth(frame)) > 0.8, frame
    finally:
        in_blocks.close()
        at_once.close()


def test_a_prediction_in_the_middle_of_a_run_does_not_change_the_run(square: Path, tmp_path: Path) -> None:
    alone, disturbed = Studio(tmp_path, square, FRAMES), Studio(tmp_path, square, FRAMES - 1)
    try:
        x, y = corner(8)
        for studio in (alone, disturbed):
            studio.session.submit(cmd.AddPrompt(1, 8, BoxPrompt(x, y, x + SIDE - 1, y + SIDE - 1)))
        disturbed.predict_at = 8
        for studio in (alone, disturbed):
            studio.runner.run_and_wait(RunRequest(0, "forward"))
            assert studio.runner.wait_idle(60)
        assert any(isinstance(event, ev.MaskPredicted) for event in disturbed.session.history())
        assert alone.masks(FRAMES - 1) == disturbed.masks(FRAMES - 1)
    finally:
        alone.close()
        disturbed.close()
