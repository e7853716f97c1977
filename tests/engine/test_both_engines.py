"""Blocks, transitions and resuming as design section 5 says, through the worker, for every engine that ships."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from samannot_tui.engine.planner import NothingToRunError, RunRequest
from samannot_tui.engine.reports import Notice, RunnerEvent
from samannot_tui.engine.runner import Runner
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import Rle, decode, encode
from samannot_tui.media.open import open_media
from samannot_tui.session import commands as cmd
from samannot_tui.session.paths import encode_path
from samannot_tui.session.plan import Plan
from samannot_tui.session.prompts import BoxPrompt, MaskPrompt, PointPrompt, Prompt
from samannot_tui.session.store import Session
from tests.engine.speckles import write_square

WIDTH, HEIGHT, SIDE, FRAMES, BLOCK = 96, 64, 24, 18, 6
SECONDS = 120.0


def box(frame: int) -> BoxPrompt:
    x, y = 10 + 3 * frame, 10 + frame
    return BoxPrompt(x, y, x + SIDE - 1, y + SIDE - 1)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("square")
    corners = [(round(box(frame).x0), round(box(frame).y0)) for frame in range(FRAMES)]
    write_square(folder, WIDTH, HEIGHT, SIDE, corners)
    return folder


@pytest.fixture(scope="module", params=["flow", "sam2"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> EngineSpec:
    if request.param == "flow":
        return EngineSpec("flow")
    pytest.importorskip("sam2", reason="the extra [sam2] is not installed")
    from tests.engine.sam2.upstream import save_random_checkpoint

    checkpoint = tmp_path_factory.mktemp("weights") / "random.pt"
    save_random_checkpoint(checkpoint)
    return EngineSpec("sam2", encode_path(checkpoint), image_size=128, precision="fp32")


class Desk:
    """Sessions on the video, and runners with the engine."""

    def __init__(self, folder: Path, video: Path, engine: EngineSpec) -> None:
        self._folder, self._video, self._engine = folder, video, engine
        self._sessions: list[Session] = []
        self.runners: list[Runner] = []
        self.reports: list[RunnerEvent] = []

    def session(self, transition: str = "carry", block_size: int = BLOCK) -> Session:
        source = open_media(self._video)
        made = Session.create(self._folder / f"{len(self._sessions)}.samannot", self._video, source.info)
        source.close()
        self._sessions.append(made)
        made.submit(cmd.AddLabel("square"))
        made.submit(cmd.ChangeSetting("transition", transition))
        made.submit(cmd.ChangeSetting("block_size", block_size))
        return made

    def runner(self, session: Session) -> Runner:
        made = Runner(session, self._video, self._engine, self.reports.append)
        self.runners.append(made)
        return made

    def close(self) -> None:
        for runner in self.runners:
            runner.close()
        for session in self._sessions:
            session.close()


@pytest.fixture
def desk(tmp_path: Path, video: Path, engine: EngineSpec) -> Iterator[Desk]:
    made = Desk(tmp_path, video, engine)
    yield made
    made.close()


def prompt(session: Session, frame: int, given: Prompt | None = None, label: int = 1) -> None:
    session.submit(cmd.AddPrompt(label, frame, given or box(frame)))


def run(runner: Runner, *requests: RunRequest) -> None:
    for request in requests:
        assert runner.run_and_wait(request).outcome == "finished"


def forward(*starts: int) -> list[RunRequest]:
    return [RunRequest(start, "forward") for start in starts]


def backward(*starts: int) -> list[RunRequest]:
    return [RunRequest(start, "backward") for start in starts]


def masks(session: Session, label: int = 1) -> dict[int, Rle]:
    records = {int(frame): session.live.record(int(frame), label) for frame in session.live.frames(label)}
    return {frame: session.masks.read(record or 0).rle for frame, record in records.items()}


def last_plan(session: Session) -> Plan:
    return list(session.state.runs.values())[-1].plan


def test_carried_blocks_equal_the_whole_video_with_a_new_worker_for_each_too(desk: Desk) -> None:
    whole = desk.session(block_size=FRAMES)
    prompt(whole, 2)
    run(desk.runner(whole), *forward(2))
    one_worker, many_workers = desk.session(), desk.session()
    for session in (one_worker, many_workers):
        prompt(session, 2)
    run(desk.runner(one_worker), *forward(2, 6, 12))
    for request in forward(2, 6, 12):
        runner = desk.runner(many_workers)
        run(runner, request)
        runner.close()
    assert last_plan(one_worker).transition == last_plan(many_workers).transition == "carry"
    assert len({rle.counts for rle in masks(whole).values()}) > 6, "masks that never change prove nothing"
    assert masks(one_worker) == masks(many_workers) == masks(whole)


def test_carried_backward_too(desk: Desk) -> None:
    whole, blocks = desk.session(block_size=FRAMES), desk.session()
    for session in (whole, blocks):
        prompt(session, 15)
    run(desk.runner(whole), *backward(15))
    run(desk.runner(blocks), *backward(15, 11, 5))
    assert masks(blocks) == masks(whole)
    assert list(masks(whole)) == list(range(16))


@pytest.mark.parametrize("restart", [False, True], ids=["same-worker", "new-worker"])
def test_ended_and_resumed_equals_uninterrupted(desk: Desk, restart: bool) -> None:
    whole, ended = desk.session(block_size=FRAMES), desk.session(block_size=FRAMES)
    for session in (whole, ended):
        prompt(session, 0)
        prompt(session, 14)
    run(desk.runner(whole), *forward(0))
    runner = desk.runner(ended)
    future = runner.run(RunRequest(0, "forward"))
    while len(masks(ended)) < 2 and not future.done():
        time.sleep(0.001)
    runner.end()
    assert future.result(SECONDS).outcome in ("ended", "finished")
    done = list(masks(ended))[-1]
    if restart:
        runner.close()
        runner = desk.runner(ended)
    if done < FRAMES - 1:
        run(runner, RunRequest(done, "forward"))
        (sweep,) = last_plan(ended).passes
        assert (sweep.first, sweep.labels[0].carried) == (done + 1, True)
    assert masks(ended) == masks(whole)


def test_a_new_engine_process_after_a_correction_starts_from_the_correction(desk: Desk) -> None:
    """A correction on a tracked frame holds, and changes what follows."""
    session = desk.session(block_size=FRAMES)
    prompt(session, 0)
    runner = desk.runner(session)
    run(runner, *forward(0))
    before = masks(session)
    x, y = round(box(9).x0), round(box(9).y0)
    prompt(session, 9, PointPrompt(x + 4, y + 4, False))
    runner.predict(9, 1)
    assert runner.wait_idle(SECONDS)
    corrected = masks(session)[9]
    assert corrected != before[9]
    run(runner, *forward(9))
    after = masks(session)
    assert after[9] == corrected
    assert [after[frame] for frame in range(9)] == [before[frame] for frame in range(9)]
    assert any(after[frame] != before[frame] for frame in range(10, FRAMES))


def test_undo_brings_back_exactly_what_was(desk: Desk) -> None:
    session = desk.session(block_size=FRAMES)
    prompt(session, 0)
    runner = desk.runner(session)
    run(runner, *forward(0))
    before = masks(session)
    prompt(session, 9, PointPrompt(5, 60, True))
    run(runner, *forward(9))
    session.submit(cmd.Undo())
    session.submit(cmd.Undo())
    assert masks(session) == before
    run(runner, *forward(0))
    assert masks(session) == before


def test_mask_goes_on_from_the_last_mask(desk: Desk) -> None:
    session = desk.session("mask")
    prompt(session, 0)
    run(desk.runner(session), *forward(0, 6))
    (planned,) = last_plan(session).passes[0].labels
    assert (last_plan(session).transition, planned.start, planned.carried) == ("mask", 5, False)
    assert list(masks(session)) == list(range(12))


def test_points_go_on_from_the_skeleton_of_the_look_ahead(desk: Desk) -> None:
    session = desk.session("points")
    prompt(session, 0)
    runner = desk.runner(session)
    run(runner, *forward(0))
    assert list(masks(session)) == list(range(6))
    handed = session.state.prompts_on(6, 1)
    assert 1 <= len(handed) <= 8 and all(placed.auto for placed in handed)
    # The same frame of a run that is not cut there: what the look-ahead saw.
    whole = desk.session(block_size=FRAMES)
    prompt(whole, 0)
    run(desk.runner(whole), *forward(0))
    seen = decode(masks(whole)[6])
    for placed in handed:
        assert isinstance(placed.prompt, PointPrompt)
        assert seen[round(placed.prompt.y), round(placed.prompt.x)]
    run(runner, *forward(6))
    assert last_plan(session).transition == "points"
    assert list(masks(session)) == list(range(12))


def test_off_leaves_the_next_block_alone(desk: Desk) -> None:
    session = desk.session("off")
    prompt(session, 0)
    runner = desk.runner(session)
    run(runner, *forward(0))
    with pytest.raises(NothingToRunError, match="No prompt or mask to start from"):
        runner.run_and_wait(RunRequest(6, "forward"))


def test_without_its_memory_carry_goes_on_from_the_mask_and_says_so(desk: Desk) -> None:
    session, by_mask = desk.session(), desk.session("mask")
    for each in (session, by_mask):
        prompt(each, 0)
    runner = desk.runner(session)
    run(runner, *forward(0))
    for file in (session.folder / "cache").glob("memory-*"):
        file.unlink()
    runner.close()
    run(desk.runner(session), *forward(6))
    run(desk.runner(by_mask), *forward(0, 6))
    assert "holds no memory of frame 5" in last_plan(session).notices[0]
    assert masks(session) == masks(by_mask)


def test_a_prompt_on_the_first_frame_of_a_block_corrects_what_is_carried(desk: Desk) -> None:
    whole, blocks = desk.session(block_size=FRAMES), desk.session()
    for session in (whole, blocks):
        prompt(session, 0)
    run(desk.runner(blocks), *forward(0))
    for session in (whole, blocks):
        prompt(session, 6)
    run(desk.runner(blocks), *forward(6))
    (planned,) = last_plan(blocks).passes[0].labels
    assert (planned.start, planned.carried) == (6, True)
    assert list(masks(blocks)) == list(range(12))


def test_a_barrier_is_not_passed_and_its_mask_goes_on(desk: Desk) -> None:
    session = desk.session(block_size=FRAMES)
    prompt(session, 0)
    runner = desk.runner(session)
    run(runner, *forward(0))
    before = masks(session)
    session.submit(cmd.SetBarrier(8))
    prompt(session, 3)
    run(runner, *forward(3))
    assert all(masks(session)[frame] == before[frame] for frame in range(8, FRAMES))
    run(runner, *forward(8))
    (planned,) = last_plan(session).passes[0].labels
    assert (planned.start, planned.sources[0].frame, planned.writes[0].first) == (8, 8, 9)


def test_both_is_two_passes_that_do_not_disturb_each_other(desk: Desk) -> None:
    both, apart = desk.session(block_size=FRAMES), desk.session(block_size=FRAMES)
    for session in (both, apart):
        prompt(session, 7)
    run(desk.runner(both), RunRequest(7, "both"))
    run(desk.runner(apart), *forward(7))
    run(desk.runner(apart), *backward(6))
    assert masks(both) == masks(apart)
    assert list(masks(both)) == list(range(FRAMES))


def test_no_look_ahead_mask_is_ever_written(desk: Desk) -> None:
    session = desk.session("points")
    prompt(session, 7)
    run(desk.runner(session), RunRequest(7, "both"))
    assert list(masks(session)) == list(range(6, 12))
    assert {int(session.live.index.frame[record]) for record in range(1, session.live.index.count + 1)} <= set(
        range(6, 12)
    )
    assert not [report for report in desk.reports if isinstance(report, Notice)]


def drawn(session: Session, frame: int) -> int:
    """A person's mask of the square, exactly; returns its record."""
    at = box(frame)
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[round(at.y0) : round(at.y1) + 1, round(at.x0) : round(at.x1) + 1] = True
    made = NewMask(frame=frame, label=1, rle=encode(mask), object_score=1.0, quality=1.0, source="edited", run=None)
    (record,) = session.append_masks([made])
    session.submit(cmd.EditMask(1, frame, record))
    return record


def test_a_persons_edit_drives_a_run_and_survives_it(desk: Desk) -> None:
    edited, prompted = desk.session(block_size=FRAMES), desk.session(block_size=FRAMES)
    records = drawn(edited, 2), drawn(edited, 5)
    edited.submit(cmd.MarkAbsent(1, 8, 9))
    for frame in (2, 5):
        prompt(prompted, frame, MaskPrompt(masks(edited)[frame]))
    for session in (edited, prompted):
        run(desk.runner(session), *forward(2))
    assert (edited.live.record(2, 1), edited.live.record(5, 1)) == records
    assert list(edited.live.edited_frames(1)) == [2, 5, 8, 9] and not edited.live.is_present(9, 1)
    free = [frame for frame in range(3, FRAMES) if frame not in (5, 8, 9)]
    assert {frame: masks(edited)[frame] for frame in free} == {frame: masks(prompted)[frame] for frame in free}
