"""What annotators do with runs, from end to end, through real worker processes.

With the toy engine masks move one pixel a frame, to the right going forward and to the left going backward, so that
each frame tells from which source it was made. The studio has 50 frames in blocks of ten, and labels dog and cat.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from samannot_tui.engine.planner import RunRequest
from samannot_tui.engine.reports import Ended, Started
from samannot_tui.engine.runner import Runner
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.engine.stale import stale_blocks
from samannot_tui.masks.rle import decode
from samannot_tui.media.open import open_media
from samannot_tui.session import commands as cmd
from samannot_tui.session.plan import Plan
from samannot_tui.session.prompts import BoxPrompt, PointPrompt
from samannot_tui.session.store import Session
from tests.engine.studio import FRAMES, Studio
from tests.engine.test_runner import Signals, ended


def edges(studio: Studio, label: int, *frames: int) -> list[int]:
    return [studio.left_edge(label, frame) for frame in frames]


def block(studio: Studio, size: int) -> None:
    studio.session.submit(cmd.ChangeSetting("block_size", size))


def last_plan(studio: Studio) -> Plan:
    return list(studio.session.state.runs.values())[-1].plan


def records(studio: Studio, label: int) -> dict[int, int | None]:
    return {frame: studio.session.live.record(frame, label) for frame in studio.frames(label)}


class TestPromptsAndBarriers:
    def test_two_prompted_frames_and_a_backward_run_from_behind_both(self, studio: Studio) -> None:
        """Prompts on 10 and 30 in a block 0..49, a run backward from 40: frames behind the nearer prompt are its own,
        those behind the farther one are that one's; nothing at or above the start is made up."""
        block(studio, FRAMES)
        studio.box(1, 10, x=5)
        studio.box(1, 30, x=40)
        assert studio.runner().run_and_wait(RunRequest(40, "backward")) == Ended("finished")
        assert studio.frames(1) == list(range(31))
        assert edges(studio, 1, 30, 29, 11, 10, 9, 5) == [40, 39, 21, 5, 4, 0]

    def test_a_barrier_on_the_start_frame_is_read_and_never_written(self, studio: Studio) -> None:
        runner = studio.runner()
        studio.box(1, 0, x=5)
        runner.run_and_wait(RunRequest(0, "forward"))
        studio.session.submit(cmd.SetBarrier(4))
        kept = records(studio, 1)
        studio.box(1, 0, x=30)
        assert runner.run_and_wait(RunRequest(4, "both")) == Ended("finished")
        assert studio.session.live.record(4, 1) == kept[4]
        assert edges(studio, 1, 3, 4, 5, 9) == [8, 9, 10, 14]

    def test_two_overlapping_instances_keep_all_of_their_pixels(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        studio.box(2, 0, x=10)
        studio.runner().run_and_wait(RunRequest(0, "forward", extent="all"))
        for frame in (0, 9, 10, 30):
            dog, cat = studio.mask(1, frame), studio.mask(2, frame)
            assert dog.sum() == cat.sum() == 100
            assert (dog & cat).sum() == 50

    def test_prompts_added_during_a_run_count_from_the_next(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(3), signals)
        future = runner.run(RunRequest(0, "forward"))
        signals.wait_frames(3)
        studio.box(1, 6, x=40)
        studio.box(2, 6, x=20)
        studio.gate.touch()
        assert ended(future) == Ended("finished")
        assert edges(studio, 1, 5, 6, 9) == [10, 11, 14]
        assert studio.frames(2) == []
        assert runner.run_and_wait(RunRequest(0, "forward")) == Ended("finished")
        assert edges(studio, 1, 5, 6, 9) == [10, 40, 43]
        assert studio.frames(2) == [6, 7, 8, 9]


class TestIdentity:
    def test_renaming_during_a_run_is_safe(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        studio.box(2, 0, x=30)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(3), signals)
        future = runner.run(RunRequest(0, "forward", extent=20))
        signals.wait_frames(3)
        studio.session.submit(cmd.RenameLabel(1, "wolf"))
        studio.session.submit(cmd.RenameLabel(2, "dog"))
        studio.gate.touch()
        assert ended(future) == Ended("finished")
        assert (edges(studio, 1, 0, 19), edges(studio, 2, 0, 19)) == ([5, 24], [30, 49])
        assert [label.name for label in studio.session.state.labels.values()] == ["wolf", "dog"]

    def test_a_new_instance_in_mid_video_disturbs_and_renumbers_nobody(self, studio: Studio) -> None:
        runner = studio.runner()
        studio.box(1, 0, x=5)
        studio.box(2, 0, x=30)
        runner.run_and_wait(RunRequest(0, "forward", extent="all"))
        before = {label: records(studio, label) for label in (1, 2)}
        studio.session.submit(cmd.AddLabel("bird"))
        studio.box(3, 25, x=15)
        runner.run_and_wait(RunRequest(25, "both", (3,), extent="all"))
        assert {label: records(studio, label) for label in (1, 2)} == before
        assert [(label.id, label.name) for label in studio.session.state.labels.values()] == [
            (1, "dog"),
            (2, "cat"),
            (3, "bird"),
        ]
        assert studio.frames(3) == list(range(FRAMES))
        assert edges(studio, 3, 20, 25, 30) == [10, 15, 20]

    def test_a_new_instance_run_together_with_the_others_leaves_their_earlier_blocks_alone(
        self, studio: Studio
    ) -> None:
        runner = studio.runner()
        studio.box(1, 0, x=5)
        runner.run_and_wait(RunRequest(0, "forward", extent="all"))
        early = {frame: record for frame, record in records(studio, 1).items() if frame < 25}
        studio.box(2, 25, x=30)
        runner.run_and_wait(RunRequest(25, "forward", extent="all"))
        assert {frame: record for frame, record in records(studio, 1).items() if frame < 25} == early
        assert (edges(studio, 1, 24, 25, 49), edges(studio, 2, 25, 49)) == ([29, 30, 54], [30, 54])


class TestEdits:
    def test_an_edit_then_a_run_over_it(self, studio: Studio) -> None:
        """The edit stays to the pixel and drives what follows."""
        runner = studio.runner()
        studio.box(1, 0, x=5)
        runner.run_and_wait(RunRequest(0, "forward"))
        edit = studio.edit(1, 4)
        runner.run_and_wait(RunRequest(0, "forward", extent=20))
        assert studio.session.live.record(4, 1) == edit
        assert np.array_equal(studio.mask(1, 5), np.roll(studio.mask(1, 4), 1, axis=1))
        assert np.array_equal(studio.mask(1, 19), np.roll(studio.mask(1, 4), 15, axis=1))
        assert edges(studio, 1, 0, 3) == [5, 8]

    def test_undo_of_a_run_and_of_an_edit_before_it(self, studio: Studio) -> None:
        runner = studio.runner()
        studio.box(1, 0, x=5)
        runner.run_and_wait(RunRequest(0, "forward"))
        first = records(studio, 1)
        edit = studio.edit(1, 4)
        runner.run_and_wait(RunRequest(0, "forward"))
        second = records(studio, 1)
        studio.session.submit(cmd.Undo())
        assert records(studio, 1) == {**first, 4: edit}
        studio.session.submit(cmd.Undo())
        assert records(studio, 1) == first
        assert runner.plan(RunRequest(0, "forward")).passes[0].labels[0].sources[-1].frame == 0
        studio.session.submit(cmd.Redo())
        studio.session.submit(cmd.Redo())
        assert records(studio, 1) == second


class TestBlocks:
    def test_the_look_ahead_ends_with_the_last_block(self, studio: Studio) -> None:
        studio.session.submit(cmd.ChangeSetting("transition", "points"))
        studio.box(1, 30, x=5)
        studio.runner().run_and_wait(RunRequest(30, "forward", extent="all"))
        ahead = [report.plan.passes[0].ahead for report in studio.reported(Started) if isinstance(report, Started)]
        assert ahead == [40, None]
        assert studio.frames(1) == list(range(30, FRAMES))
        assert studio.session.state.prompted_frames(1) == [30, 40]

    def test_a_block_size_changed_after_runs_moves_only_the_cuts(self, studio: Studio) -> None:
        """Memory of an old boundary gives way to the mask at the new one, which is said; what stands there stays."""
        runner = studio.runner()
        studio.box(1, 0, x=5)
        runner.run_and_wait(RunRequest(0, "forward", extent=20))
        before = records(studio, 1)
        block(studio, 15)
        assert records(studio, 1) == before
        runner.run_and_wait(RunRequest(20, "forward", (1,)))
        plan = last_plan(studio)
        assert (plan.transition, plan.passes[0].labels[0].start) == ("mask", 14)
        assert plan.notices == ("The engine holds no memory of frame 14 any more; going on from the mask there: dog.",)
        after = records(studio, 1)
        assert {frame: after[frame] for frame in before} == before
        assert edges(studio, 1, 20, 29) == [25, 34]

    def test_sources_of_what_were_two_blocks_are_all_in_reach_of_one(self, studio: Studio) -> None:
        runner = studio.runner()
        studio.box(1, 0, x=5)
        studio.box(1, 12, x=40)
        runner.run_and_wait(RunRequest(0, "forward", extent=20))
        block(studio, FRAMES)
        runner.run_and_wait(RunRequest(0, "forward"))
        assert [source.frame for source in last_plan(studio).passes[0].labels[0].sources] == [0, 12]
        assert edges(studio, 1, 11, 12, 20) == [16, 40, 48]

    def test_stale_blocks_are_told_by_the_blocks_there_are_now(self, studio: Studio) -> None:
        runner = studio.runner()
        studio.box(1, 0, x=5)
        runner.run_and_wait(RunRequest(0, "forward", extent="all"))
        studio.box(1, 4, x=40)
        runner.run_and_wait(RunRequest(0, "forward"))

        def stale() -> tuple[int, ...]:
            return stale_blocks(studio.session.state, studio.session.live)

        assert stale() == (1, 2, 3, 4)
        block(studio, 20)
        assert stale() == (0, 1, 2)
        block(studio, 10)
        studio.session.submit(cmd.Undo())
        assert stale() == ()
        studio.session.submit(cmd.Redo())
        assert stale() == (1, 2, 3, 4)
        runner.run_and_wait(RunRequest(0, "forward", extent="all"))
        assert stale() == ()


def square_and_shadow(frame: int) -> npt.NDArray[np.uint8]:
    """A red speckled square with a blue one right beside it, on green speckles; both move."""
    random = np.random.default_rng(7)
    picture = (random.random((64, 96, 3)) * 60 + (20, 110, 30)).astype(np.uint8)
    x = 10 + 2 * frame
    picture[16:40, x : x + 24] = random.random((24, 24, 3)) * 60 + (180, 30, 30)
    picture[16:40, x + 24 : x + 40] = random.random((24, 16, 3)) * 60 + (30, 30, 180)
    return picture


@pytest.fixture
def leaking(tmp_path: Path) -> Iterator[Session]:
    """A session whose one prompt, a box, took in the shadow with the square."""
    folder = tmp_path / "square"
    folder.mkdir()
    for frame in range(6):
        Image.fromarray(square_and_shadow(frame)).save(folder / f"{frame:03d}.png")
    source = open_media(folder)
    session = Session.create(tmp_path / "square.samannot", folder, source.info)
    source.close()
    session.submit(cmd.AddLabel("square"))
    session.submit(cmd.AddPrompt(1, 0, BoxPrompt(10, 16, 49, 39)))
    yield session
    session.close()


def test_a_negative_click_takes_a_leak_back_there_and_on_the_frames_that_follow(leaking: Session) -> None:
    """With the flow engine, through base, prediction and run."""

    def covered(frame: int) -> tuple[float, float]:
        """Parts of the square and of its shadow that the mask covers."""
        mask = decode(leaking.masks.read(leaking.live.record(frame, 1) or 0).rle)[16:40]
        x = 10 + 2 * frame
        return float(mask[:, x : x + 24].mean()), float(mask[:, x + 24 : x + 40].mean())

    runner = Runner(leaking, leaking.media_file(), EngineSpec("flow"), lambda report: None)
    try:
        assert runner.run_and_wait(RunRequest(0, "forward")) == Ended("finished")
        before = [covered(frame) for frame in range(6)]
        assert min(shadow for _, shadow in before) > 0.8, (
            "the mask must leak for a click to have something to take back"
        )
        leaking.submit(cmd.AddPrompt(1, 2, PointPrompt(14 + 24 + 8, 28, False)))
        runner.predict(2, 1)
        assert runner.wait_idle(60)
        assert runner.run_and_wait(RunRequest(2, "forward")) == Ended("finished")
    finally:
        runner.close()
    after = [covered(frame) for frame in range(6)]
    assert after[:2] == before[:2]
    assert all(square > 0.9 and shadow < 0.1 for square, shadow in after[2:]), after
