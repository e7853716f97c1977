"""Requests that go beyond their block: chains of runs. Blocks here have 10 frames, videos 40 (50 in the studio)."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from samannot_tui.engine.chain import Chain
from samannot_tui.engine.planner import NothingToRunError, RunRequest
from samannot_tui.engine.reports import Ended, Failed, Notice, Paused, Ready, Stale, Started
from samannot_tui.engine.runner import Runner
from samannot_tui.errors import InputError, JobError
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from tests.engine.scene import Scene, only, written
from tests.engine.studio import FRAMES, Studio
from tests.engine.test_runner import SECONDS, Signals, ended, wait_until_sent


def links(scene: Scene, request: RunRequest) -> list[tuple[int, str, Any]]:
    chain = Chain(request)
    found = []
    while link := chain.next(scene.state(), scene.frames):
        found.append((link.start, link.direction, link.extent))
    return found


def starts(studio: Studio) -> list[int]:
    return [report.plan.start for report in studio.reported(Started) if isinstance(report, Started)]


def writes(studio: Studio) -> list[tuple[int, int]]:
    """First and last frame that each run was to write for its first label."""
    plans = [report.plan for report in studio.reported(Started) if isinstance(report, Started)]
    return [(plan.passes[0].labels[0].writes[0].first, plan.passes[0].labels[0].writes[-1].last) for plan in plans]


class TestLinks:
    def test_to_the_end_of_the_block_is_one_run(self) -> None:
        assert links(Scene(), RunRequest(3, "forward")) == [(3, "forward", "block")]

    @pytest.mark.parametrize(
        ("direction", "expected"),
        [
            ("forward", [(13, "forward", "all"), (20, "forward", "all"), (30, "forward", "all")]),
            ("backward", [(13, "backward", "all"), (9, "backward", "all")]),
            (
                "both",
                [(13, "both", "all"), (20, "forward", "all"), (30, "forward", "all"), (9, "backward", "all")],
            ),
            ("frame", [(13, "frame", "all")]),
        ],
    )
    def test_to_the_videos_end(self, direction: Any, expected: list[tuple[int, str, str]]) -> None:
        assert links(Scene(), RunRequest(13, direction, extent="all")) == expected

    def test_so_many_frames_go_over_the_borders_of_blocks(self) -> None:
        assert links(Scene(), RunRequest(7, "forward", extent=15)) == [
            (7, "forward", 15),
            (10, "forward", 12),
            (20, "forward", 2),
        ]
        assert links(Scene(), RunRequest(7, "forward", extent=3)) == [(7, "forward", 3)]
        assert links(Scene(), RunRequest(12, "backward", extent=5)) == [(12, "backward", 5), (9, "backward", 2)]

    def test_the_videos_end_ends_it(self) -> None:
        assert links(Scene(), RunRequest(35, "forward", extent=50)) == [(35, "forward", 50)]
        assert links(Scene(), RunRequest(3, "backward", extent="all")) == [(3, "backward", "all")]

    @pytest.mark.parametrize("barrier", [15, 19, 20])
    def test_a_barrier_ends_it(self, barrier: int) -> None:
        scene = Scene()
        scene.barrier(barrier)
        chain = Chain(RunRequest(5, "forward", extent="all"))
        found = []
        while link := chain.next(scene.state(), scene.frames):
            found.append(link.start)
        assert found == ([5, 10] if barrier != 10 else [5])
        assert chain.stopped_at == [barrier]

    def test_a_barrier_set_while_it_goes_on_ends_it(self) -> None:
        scene = Scene()
        chain = Chain(RunRequest(0, "forward", extent="all"))
        assert chain.next(scene.state(), scene.frames)
        scene.barrier(4)
        assert chain.next(scene.state(), scene.frames) is None
        assert chain.stopped_at == [4]

    def test_started_on_a_barrier_at_the_end_of_its_block_it_begins_in_the_next(self) -> None:
        scene = Scene()
        scene.barrier(9)
        assert links(scene, RunRequest(9, "forward", extent=5)) == [(9, "forward", 5), (10, "forward", 5)]

    def test_another_block_size_set_while_it_goes_on_counts_from_the_next_run(self) -> None:
        scene = Scene()
        chain = Chain(RunRequest(0, "forward", extent="all"))
        assert chain.next(scene.state(), scene.frames)
        scene.change("block_size", 25)
        following = [link.start for link in iter(lambda: chain.next(scene.state(), scene.frames), None)]
        assert following == [10, 25]


class TestFewerFrames:
    """A run over N frames is a run of its block that stops after them."""

    def test_it_writes_so_many_frames_from_the_start_on(self) -> None:
        scene = Scene()
        scene.point(1, 2)
        plan = scene.plan(4, extent=3)
        assert (written(only(plan)), plan.passes[0].first, plan.passes[0].last) == ([2, 3, 4, 5, 6], 2, 6)

    def test_what_lies_behind_its_last_frame_drives_it_as_in_a_whole_run(self) -> None:
        scene = Scene()
        scene.point(1, 0)
        scene.point(1, 8)
        assert only(scene.plan(0, extent=4)).sources == only(scene.plan(0)).sources

    def test_a_label_whose_first_source_lies_behind_its_last_frame_is_left_alone_and_named(self) -> None:
        scene = Scene(labels=2)
        scene.point(1, 0)
        scene.point(2, 6)
        plan = scene.plan(0, extent=5)
        assert (only(plan).label, plan.unsourced) == (1, (2,))
        assert plan.notices == ("No prompt or mask to start from on frames 0 to 4, left alone: label2.",)

    def test_points_are_handed_over_only_from_the_end_of_a_block(self) -> None:
        scene = Scene(transition="points")
        scene.point(1, 0)
        assert scene.plan(0, extent=9).passes[0].ahead is None
        assert scene.plan(0, extent=10).passes[0].ahead == 10

    @pytest.mark.parametrize("frames", [0, -3])
    def test_no_frames_are_refused(self, frames: int) -> None:
        scene = Scene()
        scene.point(1, 0)
        with pytest.raises(InputError, match=f"cannot go over {frames} frames; give 1 or more"):
            scene.plan(0, extent=frames)

    def test_two_of_them_are_one_run(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        studio.box(1, 8, x=40)
        runner = studio.runner()
        runner.run_and_wait(RunRequest(0, "forward", (1,), extent=4))
        assert studio.frames(1) == [0, 1, 2, 3]
        runner.run_and_wait(RunRequest(4, "forward", (1,), extent=6))
        assert [studio.left_edge(1, frame) for frame in range(10)] == [5, 6, 7, 8, 9, 10, 11, 12, 40, 41]
        second = list(studio.session.state.runs.values())[-1].plan
        assert second.passes[0].labels[0].carried and second.passes[0].first == 4


class TestChainsOfRuns:
    def test_all_remaining_blocks_are_one_run_each(self, studio: Studio) -> None:
        studio.box(1, 3, x=5)
        assert studio.runner().run_and_wait(RunRequest(3, "forward", (1,), extent="all")) == Ended("finished")
        assert studio.frames(1) == list(range(3, FRAMES))
        assert [studio.left_edge(1, frame) for frame in (3, 9, 10, 49)] == [5, 11, 12, 51]
        assert writes(studio) == [(3, 9), (10, 19), (20, 29), (30, 39), (40, 49)]
        assert studio.reported(Notice) == [Notice("5 runs, 47 frames; each is undone by itself.")]

    @pytest.mark.parametrize("transition", ["carry", "mask", "points"])
    def test_blocks_hand_over_by_the_setting(self, studio: Studio, transition: str) -> None:
        studio.session.submit(cmd.ChangeSetting("transition", transition))
        studio.box(1, 0, x=5)
        studio.runner().run_and_wait(RunRequest(0, "forward", (1,), extent=20))
        assert studio.frames(1) == list(range(20))
        plans = [run.plan.transition for run in studio.session.state.runs.values()]
        assert plans == ["off", transition]

    def test_so_many_frames_both_ways(self, studio: Studio) -> None:
        studio.box(1, 15, x=25)
        studio.runner().run_and_wait(RunRequest(15, "both", (1,), extent=8))
        assert studio.frames(1) == list(range(8, 23))
        assert [studio.left_edge(1, frame) for frame in (8, 15, 22)] == [18, 25, 32]
        assert starts(studio) == [15, 20, 9]

    def test_one_undo_takes_back_one_block(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        studio.runner().run_and_wait(RunRequest(0, "forward", (1,), extent=30))
        studio.session.submit(cmd.Undo())
        assert studio.frames(1) == list(range(20))
        studio.session.submit(cmd.Undo())
        assert studio.frames(1) == list(range(10))
        studio.session.submit(cmd.Redo())
        assert studio.frames(1) == list(range(20))

    def test_other_labels_are_untouched(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        studio.box(2, 0, x=30)
        studio.runner().run_and_wait(RunRequest(0, "forward", (2,), extent="all"))
        assert (studio.frames(1), studio.frames(2)) == ([], list(range(FRAMES)))

    def test_a_barrier_ends_it_and_says_so(self, studio: Studio) -> None:
        studio.session.submit(cmd.SetBarrier(14))
        studio.box(1, 0, x=5)
        studio.runner().run_and_wait(RunRequest(0, "forward", (1,), extent="all"))
        assert studio.frames(1) == list(range(14))
        assert studio.reported(Notice) == [
            Notice("2 runs, 14 frames; each is undone by itself. Stopped at the barrier on frame 14.")
        ]

    def test_blocks_without_anything_to_start_from_are_passed_over(self, studio: Studio) -> None:
        studio.session.submit(cmd.ChangeSetting("transition", "off"))
        studio.box(1, 0, x=5)
        studio.box(1, 33, x=20)
        studio.runner().run_and_wait(RunRequest(0, "forward", (1,), extent="all"))
        assert studio.frames(1) == [*range(10), *range(33, 40)]
        (told,) = studio.reported(Notice)
        assert isinstance(told, Notice) and told.sentence.endswith("3 blocks had nothing to start from.")

    def test_with_nothing_to_start_from_anywhere_it_is_refused(self, studio: Studio) -> None:
        with pytest.raises(NothingToRunError, match="on frames 0 to 9"):
            studio.runner().run_and_wait(RunRequest(0, "forward", extent="all"))

    def test_prompts_added_while_it_goes_on_count_from_the_next_block(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(3), signals)
        future = runner.run(RunRequest(0, "forward", extent=20))
        signals.wait_frames(3)
        studio.box(2, 6, x=30)
        studio.box(1, 12, x=40)
        studio.gate.touch()
        assert ended(future).outcome == "finished"
        assert studio.frames(2) == []
        assert [studio.left_edge(1, frame) for frame in (9, 10, 12, 19)] == [14, 15, 40, 47]


def over_before(order: Callable[[Runner], None], studio: Studio) -> tuple[Runner, Future[Ended]]:
    """A chain whose first run the worker has finished before it hears of the order."""
    studio.box(1, 0, x=5)
    signals = Signals(studio)
    runner = studio.runner("toy", signals)
    runner.warm()
    signals.wait_for(lambda: studio.reported(Ready))
    cache = studio.session.folder / "cache"

    def wait_until_it_is_done() -> None:
        while not any(cache.glob("memory-*-1.safetensors")):
            time.sleep(0.005)

    future = runner.run(RunRequest(0, "forward", (1,), extent="all"))
    runner._order(wait_until_it_is_done)
    order(runner)
    return runner, future


class TestSteeringChains:
    def test_ending_it_ends_the_run_and_what_was_to_follow(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(13), signals)
        future = runner.run(RunRequest(0, "forward", (1,), extent="all"))
        signals.wait_for(lambda: len(studio.frames(1)) >= 13)
        runner.end()
        wait_until_sent(runner)
        studio.gate.touch()
        assert ended(future) == Ended("ended")
        assert runner.wait_idle(SECONDS)
        done = studio.frames(1)
        assert 13 < len(done) < 20 and done == list(range(len(done)))
        assert len(studio.reported(Started)) == 2

    def test_ended_when_a_run_was_just_over_the_next_does_not_begin(self, studio: Studio) -> None:
        runner, future = over_before(Runner.end, studio)
        assert ended(future) == Ended("ended")
        assert runner.wait_idle(SECONDS) and studio.frames(1) == list(range(10))
        assert studio.reported(Ended) == [Ended("finished")]

    def test_paused_when_a_run_was_just_over_the_next_is_paused(self, studio: Studio) -> None:
        runner, future = over_before(Runner.pause, studio)
        while not studio.reported(Paused):
            assert not future.done()
            time.sleep(0.005)
        assert len(studio.reported(Started)) == 2
        runner.resume()
        assert ended(future) == Ended("finished")
        assert studio.frames(1) == list(range(FRAMES))

    def test_it_is_paused_and_resumed(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(13), signals)
        future = runner.run(RunRequest(0, "forward", (1,), extent="all"))
        signals.wait_for(lambda: len(studio.frames(1)) >= 13)
        runner.pause()
        wait_until_sent(runner)
        studio.gate.touch()
        signals.wait_for(lambda: studio.reported(Paused))
        held = studio.frames(1)
        assert not runner.wait_idle(0.3) and studio.frames(1) == held
        runner.resume()
        assert ended(future) == Ended("finished")
        assert studio.frames(1) == list(range(FRAMES))

    def test_a_killed_worker_ends_it_with_a_sentence(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        result = studio.runner("toy:die=23").run_and_wait(RunRequest(0, "forward", (1,), extent="all"))
        assert result.outcome == "failed" and "ended by itself (exit code 3)" in result.reason
        assert result.reason.endswith("run again to go on.")
        assert studio.frames(1) == list(range(23))
        assert studio.session.state.active_run is None

    def test_closing_the_program_ends_it(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(13), signals)
        future = runner.run(RunRequest(0, "forward", (1,), extent="all"))
        signals.wait_for(lambda: len(studio.frames(1)) >= 13)
        runner.close()
        assert ended(future) == Ended("ended", "The program was closed.")
        assert studio.frames(1) == list(range(13))

    def test_a_second_request_is_refused_while_it_goes_on(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(13), signals)
        future = runner.run(RunRequest(0, "forward", (1,), extent=20))
        signals.wait_for(lambda: len(studio.frames(1)) >= 13)
        with pytest.raises(InputError, match="A run is going on"):
            runner.run_and_wait(RunRequest(0, "forward"))
        studio.gate.touch()
        assert ended(future) == Ended("finished")


class TestGoingOnWhereItEnded:
    def test_after_an_end(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(13), signals)
        future = runner.run(RunRequest(0, "forward", (1,), extent="all"))
        signals.wait_for(lambda: len(studio.frames(1)) >= 13)
        runner.end()
        wait_until_sent(runner)
        studio.gate.touch()
        assert ended(future).outcome == "ended"
        done = len(studio.frames(1))
        studio.reports.clear()
        assert runner.run_and_wait(RunRequest(0, "forward", (1,), extent="all")) == Ended("finished")
        assert writes(studio)[0] == (done, 19)
        assert [studio.left_edge(1, frame) for frame in (0, 13, 19, 49)] == [5, 18, 24, 54]
        (told,) = studio.reported(Notice)
        assert isinstance(told, Notice) and "1 block had been tracked already and passed over." in told.sentence

    def test_masks_of_another_engine_are_no_reason_to_leave_a_block_alone(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        studio.runner("toy:die=23").run_and_wait(RunRequest(0, "forward", (1,), extent="all"))
        studio.reports.clear()
        studio.runner("toy:die=1000").run_and_wait(RunRequest(0, "forward", (1,), extent="all"))
        assert starts(studio) == [0, 10, 20, 30, 40]

    def test_the_same_engine_leaves_alone_what_stands(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        runner = studio.runner()
        runner.run_and_wait(RunRequest(0, "forward", (1,), extent=20))
        for memory in (studio.session.folder / "cache").glob("memory-*"):
            memory.unlink()
        studio.reports.clear()
        runner = studio.runner()
        runner.run_and_wait(RunRequest(0, "forward", (1,), extent="all"))
        assert starts(studio) == [20, 30, 40]
        with pytest.raises(NothingToRunError, match="Everything from frame 0 on has been tracked"):
            runner.run_and_wait(RunRequest(0, "forward", (1,), extent="all"))

    def test_a_new_prompt_has_its_block_and_those_after_it_tracked_again(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        runner = studio.runner()
        runner.run_and_wait(RunRequest(0, "forward", (1,), extent="all"))
        studio.box(1, 25, x=2)
        studio.reports.clear()
        runner.run_and_wait(RunRequest(0, "forward", (1,), extent="all"))
        assert starts(studio) == [20, 30, 40]
        assert studio.left_edge(1, 49) == 26
        assert not studio.reported(Stale), "what had gone on from the block has run again"

    def test_an_undone_run_is_made_again(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        runner = studio.runner()
        runner.run_and_wait(RunRequest(0, "forward", (1,), extent="all"))
        studio.session.submit(cmd.Undo())
        studio.reports.clear()
        runner.run_and_wait(RunRequest(0, "forward", (1,), extent="all"))
        assert starts(studio) == [40]


def test_what_cannot_be_written_ends_a_chain_between_two_runs(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.box(1, 0, x=5)
    submit_all = studio.session.submit_all

    def full_after_the_first_run(plan: Any) -> tuple[ev.AnyEvent, ...]:
        def checked(state: Any, live: Any) -> Any:
            commands = plan(state, live)
            if state.runs and any(isinstance(command, cmd.StartRun) for command in commands):
                raise JobError("The disk is full.")
            return commands

        return submit_all(checked)

    monkeypatch.setattr(studio.session, "submit_all", full_after_the_first_run)
    runner = studio.runner()
    with pytest.raises(JobError, match="disk is full"):
        runner.run_and_wait(RunRequest(0, "forward", (1,), extent="all"))
    assert studio.reported(Failed) == [Failed("The disk is full.")]
    assert runner.wait_idle(SECONDS) and studio.frames(1) == list(range(10))
