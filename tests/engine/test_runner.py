"""Runs and predictions through a real worker process, with the toy engine (masks move 1 px a frame)."""

import errno
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from samannot_tui.engine.job import fill_plan
from samannot_tui.engine.planner import NothingToRunError, RunRequest
from samannot_tui.engine.reports import (
    Ended,
    Failed,
    Notice,
    Paused,
    PredictionDone,
    PredictionPending,
    Progressed,
    Ready,
    Resumed,
    RunnerEvent,
    Stale,
    Started,
)
from samannot_tui.engine.runner import Runner
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.engine.video import plan_video
from samannot_tui.errors import InputError, JobError
from samannot_tui.masks.index import RecordSource
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.plan import Continued
from samannot_tui.session.prompts import BoxPrompt
from samannot_tui.session.store import Session
from tests.engine.studio import FRAMES, Studio

SECONDS = 30.0


class Signals:
    """A listener that lets a test wait for the first report of a kind and act on reports as they come."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._seen = threading.Condition()
        self.react: Callable[[RunnerEvent], None] = lambda report: None

    def __call__(self, report: RunnerEvent) -> None:
        self._studio.reports.append(report)
        self.react(report)
        with self._seen:
            self._seen.notify_all()

    def wait_for(self, happened: Callable[[], Any]) -> None:
        with self._seen:
            assert self._seen.wait_for(happened, SECONDS), self._studio.reports

    def wait_frames(self, done: int) -> None:
        self.wait_for(lambda: any(isinstance(r, Progressed) and r.done >= done for r in self._studio.reports))


def full_disk(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def ended(future: Any) -> Ended:
    result = future.result(SECONDS)
    assert isinstance(result, Ended)
    return result


def wait_until_sent(runner: Runner) -> None:
    """Wait until every order so far has gone out to the worker."""
    sent = threading.Event()
    runner._order(sent.set)
    assert sent.wait(SECONDS)


def is_a_beginning(frames: list[int], of: int, at_least: int) -> bool:
    return at_least <= len(frames) < of and frames == list(range(len(frames)))


def frames_on_disk(studio: Studio) -> list[int]:
    """Label 1's frames as a fresh look at the folder finds them."""
    second = Session.open(studio.session.folder)
    try:
        return [int(frame) for frame in second.live.frames(1)]
    finally:
        second.close()


def run_ended_at(frame: int, studio: Studio) -> Runner:
    """A runner whose run forward from frame 0 was ended once it had done that many frames."""
    signals = Signals(studio)
    runner = studio.runner(studio.holding(frame), signals)
    future = runner.run(RunRequest(0, "forward"))
    signals.wait_frames(frame)
    runner.end()
    wait_until_sent(runner)
    studio.gate.touch()
    assert ended(future).outcome == "ended"
    return runner


class TestRuns:
    def test_a_run_writes_its_plan_frame_by_frame(self, studio: Studio) -> None:
        studio.box(1, 2, x=20)
        assert studio.runner().run_and_wait(RunRequest(2, "both")) == Ended("finished")
        assert studio.frames(1) == list(range(10))
        # Forward one pixel to the right a frame, backward one to the left.
        assert [studio.left_edge(1, frame) for frame in range(10)] == [18, 19, 20, 21, 22, 23, 24, 25, 26, 27]

    def test_engine_and_record_say_where_a_mask_comes_from(self, studio: Studio) -> None:
        studio.box(1, 2, x=20)
        studio.runner().run_and_wait(RunRequest(2, "forward"))
        (run,) = studio.session.state.runs.values()
        assert (run.engine.name, run.engine.version, run.outcome) == ("toy", "1", "finished")
        records = [studio.session.masks.read(studio.session.live.record(frame, 1) or 0) for frame in (2, 3)]
        assert [(record.source, record.run) for record in records] == [("prompted", run.id), ("propagated", run.id)]

    def test_the_engine_sees_the_very_frame_that_its_mask_is_for(self, studio: Studio) -> None:
        studio.box(1, 9, x=20)
        studio.runner().run_and_wait(RunRequest(9, "backward"))
        index = studio.session.live.index
        for frame in range(10):
            record = studio.session.live.record(frame, 1)
            assert record and index.quality[record] == pytest.approx(5 * frame / 255)

    def test_prompts_on_later_frames_take_effect(self, studio: Studio) -> None:
        studio.box(1, 0, x=10)
        studio.box(1, 5, x=30)
        studio.runner().run_and_wait(RunRequest(0, "forward"))
        assert [studio.left_edge(1, frame) for frame in (4, 5, 9)] == [14, 30, 34]

    def test_other_labels_and_barriers_are_left_as_they_are(self, studio: Studio) -> None:
        runner = studio.runner()
        for label in (1, 2):
            studio.box(label, 0, x=10 * label)
        runner.run_and_wait(RunRequest(0, "forward"))
        before = {frame: studio.session.live.record(frame, 2) for frame in range(10)}
        barrier = studio.session.live.record(6, 1)
        studio.session.submit(cmd.SetBarrier(6))
        runner.run_and_wait(RunRequest(0, "forward", labels=(1,)))
        assert {frame: studio.session.live.record(frame, 2) for frame in range(10)} == before
        assert studio.session.live.record(6, 1) == barrier
        assert runner.plan(RunRequest(6, "forward")).passes[0].labels[0].writes[0].first == 7

    def test_carry_goes_on_in_the_same_worker(self, studio: Studio) -> None:
        runner = studio.runner()
        studio.box(1, 0, x=5)
        runner.run_and_wait(RunRequest(0, "forward"))
        runner.run_and_wait(RunRequest(10, "forward", labels=(1,)))
        started = studio.reported(Started)[-1]
        assert isinstance(started, Started) and started.plan.transition == "carry" and not started.plan.notices
        assert studio.left_edge(1, 19) == 24

    def test_a_new_worker_goes_on_from_what_the_old_one_left(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        studio.runner().run_and_wait(RunRequest(0, "forward"))
        studio.runner().run_and_wait(RunRequest(10, "forward", labels=(1,)))
        started = studio.reported(Started)[-1]
        assert isinstance(started, Started) and started.plan.transition == "carry" and not started.plan.notices
        assert studio.left_edge(1, 19) == 24

    def test_another_engine_goes_on_from_the_mask_and_says_so(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        studio.runner().run_and_wait(RunRequest(0, "forward"))
        studio.runner("toy:seconds=0.001").run_and_wait(RunRequest(10, "forward"))
        started = studio.reported(Started)[-1]
        assert isinstance(started, Started) and started.plan.transition == "mask"
        assert "no memory of frame 9" in started.plan.notices[0]
        assert studio.left_edge(1, 19) == 24

    def test_undoing_a_run_takes_its_memory_out_of_the_next(self, studio: Studio) -> None:
        runner = studio.runner()
        studio.box(1, 0, x=5)
        runner.run_and_wait(RunRequest(0, "forward"))
        runner.run_and_wait(RunRequest(0, "forward"))
        first, second = list(studio.session.state.runs)
        assert runner.plan(RunRequest(10, "forward")).continues == Continued(second, 9)
        studio.session.submit(cmd.Undo())
        assert runner.plan(RunRequest(10, "forward")).continues == Continued(first, 9)
        studio.session.submit(cmd.Undo())
        with pytest.raises(NothingToRunError):
            runner.plan(RunRequest(10, "forward"))
        studio.session.submit(cmd.Redo())
        assert runner.plan(RunRequest(10, "forward")).continues == Continued(first, 9)

    def test_running_a_block_again_names_the_blocks_that_had_gone_on_from_it(self, studio: Studio) -> None:
        runner = studio.runner()
        studio.box(1, 0, x=5)
        for start in (0, 10, 20):
            runner.run_and_wait(RunRequest(start, "forward", (1,)))
        assert not studio.reported(Stale)
        studio.box(1, 4, x=30)
        runner.run_and_wait(RunRequest(0, "forward", (1,)))
        assert studio.reported(Stale) == [Stale((1, 2))]

    def test_damaged_memory_fails_the_run_once_and_then_gives_way_to_the_mask(self, studio: Studio) -> None:
        runner = studio.runner()
        studio.box(1, 0, x=5)
        runner.run_and_wait(RunRequest(0, "forward"))
        (memory,) = (studio.session.folder / "cache").glob("memory-*-1.safetensors")
        memory.write_bytes(memory.read_bytes()[:-8])
        failed = runner.run_and_wait(RunRequest(10, "forward"))
        assert failed.outcome == "failed" and "memory of frame 9 cannot be read" in failed.reason
        assert runner.run_and_wait(RunRequest(10, "forward")).outcome == "finished"
        assert studio.session.state.runs[list(studio.session.state.runs)[-1]].plan.transition == "mask"

    @pytest.mark.parametrize("start", [4, 3, 6, 0])
    def test_an_ended_run_is_resumed_where_it_was_ended_by_another_worker_too(self, studio: Studio, start: int) -> None:
        studio.box(1, 0, x=5)
        studio.box(1, 8, x=40)
        runner = run_ended_at(4, studio)
        done = studio.frames(1)[-1]
        assert done < 7
        runner.close()
        again = studio.runner(studio.holding(4))
        assert again.run_and_wait(RunRequest(start, "forward")).outcome == "finished"
        planned = list(studio.session.state.runs.values())[-1].plan.passes[0]
        assert planned.labels[0].carried and planned.first == done + 1
        assert [studio.left_edge(1, frame) for frame in range(10)] == [5, 6, 7, 8, 9, 10, 11, 12, 40, 41]

    def test_an_ended_run_is_not_resumed_when_its_sources_have_changed(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        runner = run_ended_at(4, studio)
        studio.box(1, 9, x=40)
        assert not runner.plan(RunRequest(4, "forward")).passes[0].labels[0].carried

    def test_a_whole_video(self, studio: Studio) -> None:
        runner = studio.runner()
        studio.box(1, 23, x=25)
        studio.box(2, 3, x=5)
        for request in plan_video(studio.session.state, studio.session.live, FRAMES):
            assert runner.run_and_wait(request).outcome == "finished"
        assert studio.frames(1) == studio.frames(2) == list(range(FRAMES))
        assert [studio.left_edge(1, frame) for frame in (2, 23, 43)] == [4, 25, 45]
        assert not any(report.plan.notices for report in studio.reported(Started) if isinstance(report, Started))

    def test_progress_counts_up_to_the_total_and_never_past_what_is_on_disk(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        seen: list[tuple[Progressed, int]] = []
        signals = Signals(studio)
        signals.react = lambda report: (
            seen.append((report, len(studio.frames(1)))) if isinstance(report, Progressed) else None
        )
        studio.runner("toy:seconds=0.04", signals).run_and_wait(RunRequest(0, "forward"))
        assert [report.done for report, _ in seen] == sorted(report.done for report, _ in seen)
        assert all(report.done <= live and report.total == 10 for report, live in seen)
        assert (seen[0][0].seconds_left, seen[-1][0].done, seen[-1][0].seconds_left) == (None, 10, 0)

    def test_progress_is_committed_in_groups(self, studio: Studio) -> None:
        studio.session.submit(cmd.ChangeSetting("block_size", FRAMES))
        studio.box(1, 0, x=5)
        studio.runner().run_and_wait(RunRequest(0, "forward"))
        commits = [event for event in studio.session.history() if isinstance(event, ev.RunProgressed)]
        assert 1 <= len(commits) < FRAMES


class TestRefusals:
    def test_a_refused_run_raises_and_is_reported(self, studio: Studio) -> None:
        runner = studio.runner()
        with pytest.raises(NothingToRunError, match="nothing to run"):
            runner.run_and_wait(RunRequest(0, "forward"))
        assert [report.sentence for report in studio.reported(Failed) if isinstance(report, Failed)]
        assert runner.wait_idle(SECONDS)

    def test_a_second_run_is_refused_while_one_goes_on(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(3), signals)
        first = runner.run(RunRequest(0, "forward"))
        signals.wait_frames(3)
        with pytest.raises(InputError, match="A run is going on"):
            runner.run_and_wait(RunRequest(0, "forward"))
        studio.gate.touch()
        assert ended(first).outcome == "finished"

    def test_an_unknown_engine(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        with pytest.raises(InputError, match="There is no engine magic"):
            studio.runner("magic").run_and_wait(RunRequest(0, "forward"))

    def test_an_engine_that_fails_while_it_is_only_warmed_says_why(self, studio: Studio) -> None:
        signals = Signals(studio)
        runner = studio.runner("unheard of", signals)
        runner.warm()
        signals.wait_for(lambda: studio.reported(Failed))
        assert studio.reported(Failed) == [Failed("There is no engine unheard of.")]
        runner.close()
        assert len(studio.reported(Failed)) == 1

    def test_media_that_is_gone(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        runner = Runner(
            studio.session, studio.video / "gone.mp4", EngineSpec("toy"), studio.reports.append, studio.command
        )
        try:
            with pytest.raises(InputError, match=r"gone\.mp4"):
                runner.run_and_wait(RunRequest(0, "forward"))
            runner.predict(0, 1)
            assert runner.wait_idle(SECONDS)
            assert studio.reported(PredictionDone) == [PredictionDone(0, 1)]
        finally:
            runner.close()

    def test_a_worker_that_cannot_start(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        runner = Runner(studio.session, studio.video, EngineSpec("toy"), studio.reports.append, ("/nowhere/python",))
        try:
            with pytest.raises(JobError, match="engine's process cannot be started"):
                runner.run_and_wait(RunRequest(0, "forward"))
        finally:
            runner.close()

    def test_a_cache_folder_that_is_a_symlink_is_not_written_through(self, studio: Studio, tmp_path: Any) -> None:
        studio.box(1, 0, x=5)
        cache = studio.session.folder / "cache"
        cache.rmdir()
        cache.symlink_to(tmp_path)
        with pytest.raises(JobError, match="cannot be started"):
            studio.runner().run_and_wait(RunRequest(0, "forward"))
        assert not (tmp_path / "engine.log").exists()

    def test_a_closed_runner_takes_no_orders(self, studio: Studio) -> None:
        runner = studio.runner()
        runner.close()
        with pytest.raises(JobError, match="has been stopped"):
            runner.predict(0, 1)


class TestSteering:
    def test_pause_holds_the_run_and_resume_goes_on(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(3), signals)
        future = runner.run(RunRequest(0, "forward"))
        signals.wait_frames(3)
        runner.pause()
        wait_until_sent(runner)
        studio.gate.touch()
        signals.wait_for(lambda: studio.reported(Paused))
        held = studio.frames(1)
        assert is_a_beginning(held, of=10, at_least=4)
        assert frames_on_disk(studio) == held
        runner.predict(0, 1)
        signals.wait_for(lambda: studio.reported(PredictionDone))
        assert studio.frames(1) == held
        runner.resume()
        assert ended(future).outcome == "finished"
        assert studio.reported(Resumed)
        assert [studio.left_edge(1, frame) for frame in range(10)] == list(range(5, 15))

    def test_end_keeps_what_is_finished(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(3), signals)
        future = runner.run(RunRequest(0, "forward"))
        signals.wait_frames(3)
        runner.end()
        wait_until_sent(runner)
        studio.gate.touch()
        assert ended(future) == Ended("ended")
        assert is_a_beginning(studio.frames(1), of=10, at_least=4)
        assert studio.session.state.active_run is None
        assert runner.run_and_wait(RunRequest(0, "forward")).outcome == "finished"

    def test_a_paused_run_can_be_ended(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(3), signals)
        future = runner.run(RunRequest(0, "forward"))
        signals.wait_frames(3)
        runner.pause()
        runner.end()
        wait_until_sent(runner)
        studio.gate.touch()
        assert ended(future).outcome == "ended"

    def test_ending_before_the_engine_is_ready_calls_the_run_off(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        runner = studio.runner()
        future = runner.run(RunRequest(0, "forward"))
        runner.end()
        assert ended(future).outcome == "ended"
        assert runner.wait_idle(SECONDS)
        assert studio.session.state.active_run is None

    def test_steering_without_a_run_does_nothing(self, studio: Studio) -> None:
        runner = studio.runner()
        runner.pause()
        runner.resume()
        runner.end()
        assert runner.wait_idle(SECONDS)
        assert studio.reports == []

    def test_closing_ends_the_run_and_keeps_what_is_finished(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(3), signals)
        future = runner.run(RunRequest(0, "forward"))
        signals.wait_frames(3)
        runner.close()
        assert ended(future) == Ended("ended", "The program was closed.")
        assert studio.session.state.active_run is None
        assert studio.frames(1) == [0, 1, 2]

    def test_closing_while_the_engine_starts_refuses_the_run(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        runner = studio.runner()
        future = runner.run(RunRequest(0, "forward"))
        runner.close()
        with pytest.raises(JobError, match="closed before it began"):
            future.result(SECONDS)

    def test_what_a_person_edits_or_bars_during_a_run_is_not_written_over(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(3), signals)
        future = runner.run(RunRequest(0, "forward"))
        signals.wait_frames(3)
        edit = studio.edit(1, 9)
        studio.session.submit(cmd.SetBarrier(8))
        studio.gate.touch()
        assert ended(future).outcome == "finished"
        assert studio.session.live.record(9, 1) == edit
        assert studio.session.live.record(8, 1) is None
        assert studio.session.live.record(7, 1) is not None


class TestPredictions:
    def test_a_prediction_becomes_the_frames_mask(self, studio: Studio) -> None:
        seq = studio.box(1, 4, x=20)
        runner = studio.runner()
        runner.predict(4, 1)
        assert runner.wait_idle(SECONDS)
        event = studio.session.history()[-1]
        assert isinstance(event, ev.MaskPredicted) and (event.frame, event.label, event.prompts) == (4, 1, (seq,))
        assert event.engine is not None and event.engine.name == "toy"
        record = studio.session.masks.read(event.record)
        assert (record.source, record.run) == ("prompted", None)
        assert studio.reported(PredictionPending, PredictionDone) == [PredictionPending(4, 1), PredictionDone(4, 1)]

    def test_the_whole_set_with_its_base_is_applied(self, studio: Studio) -> None:
        runner = studio.runner()
        studio.box(1, 4, x=20)
        runner.run_and_wait(RunRequest(4, "forward"))
        studio.point(1, 6, x=22, positive=False)
        studio.point(1, 6, x=40)
        runner.predict(6, 1)
        assert runner.wait_idle(SECONDS)
        # The tracked box (columns 22 to 31) without its first two columns, and a square at 40.
        assert studio.columns(1, 6) == [*range(22, 32), 39, 40, 41]
        assert studio.row(1, 6, 10) == [*range(24, 32), 39, 40, 41]

    def test_asked_again_before_it_was_begun_it_is_made_once(self, studio: Studio) -> None:
        runner = studio.runner()
        studio.box(1, 4, x=20)
        runner.predict(4, 1)
        studio.point(1, 4, x=40)
        runner.predict(4, 1)
        assert runner.wait_idle(SECONDS)
        predicted = [event for event in studio.session.history() if isinstance(event, ev.MaskPredicted)]
        assert [len(event.prompts) for event in predicted] == [2]
        assert studio.reported(PredictionDone) == [PredictionDone(4, 1)]

    def test_a_mask_of_what_was_merged_meanwhile_is_dropped(self, studio: Studio) -> None:
        """The union stays: a mask that refines what was there before would lose the other label's part."""
        for label, x in ((1, 20), (2, 40)):
            studio.box(label, 6, x=x)
        runner = studio.runner()
        runner.run_and_wait(RunRequest(6, "forward"))
        studio.point(1, 7, x=25)
        signals = Signals(studio)
        slow = studio.runner("toy:seconds=1", signals)
        slow.warm()
        signals.wait_for(lambda: len(studio.reported(Ready)) == 2)
        slow.predict(7, 1)
        wait_until_sent(slow)
        studio.session.submit(cmd.ReassignMasks("merge", 2, 1, 7, 7))
        assert slow.wait_idle(SECONDS)
        assert studio.columns(1, 7) == [*range(21, 31), *range(41, 51)]

    def test_negative_points_alone_say_that_they_compute_nothing(self, studio: Studio) -> None:
        runner = studio.runner()
        studio.point(1, 4, x=20, positive=False)
        runner.predict(4, 1)
        assert runner.wait_idle(SECONDS)
        assert studio.reported(Notice) == [Notice("Only negative points on frame 4, which compute nothing: dog.")]
        assert studio.reported(PredictionDone) == [PredictionDone(4, 1)]

    def test_without_prompts_there_is_nothing_to_do(self, studio: Studio) -> None:
        runner = studio.runner()
        runner.predict(4, 1)
        assert runner.wait_idle(SECONDS)
        assert studio.reported(PredictionPending, PredictionDone) == [PredictionPending(4, 1), PredictionDone(4, 1)]

    def test_during_a_run_it_is_served_between_frames_and_disturbs_nothing(self, studio: Studio) -> None:
        studio.session.submit(cmd.ChangeSetting("block_size", FRAMES))
        studio.box(1, 0, x=5)
        studio.box(2, 40, x=20)
        signals = Signals(studio)
        runner = studio.runner("toy:seconds=0.01", signals)
        signals.react = lambda report: runner.predict(40, 2) if isinstance(report, Started) else None
        future = runner.run(RunRequest(0, "forward", labels=(1,)))
        assert ended(future).outcome == "finished"
        done = studio.reports.index(PredictionDone(40, 2))
        assert done < next(i for i, report in enumerate(studio.reports) if isinstance(report, Ended))
        assert [studio.left_edge(1, frame) for frame in range(FRAMES)] == list(range(5, 55))
        assert studio.left_edge(2, 40) == 20

    def test_a_stale_mask_is_dropped_silently(self, studio: Studio) -> None:
        runner = studio.runner("toy:seconds=0.1")
        runner.warm()
        seq = studio.box(1, 4, x=20)
        runner.predict(4, 1)
        studio.session.submit(cmd.RemovePrompt(seq))
        assert runner.wait_idle(SECONDS)
        assert studio.session.live.record(4, 1) is None
        assert studio.reported(PredictionPending, PredictionDone) == [PredictionPending(4, 1), PredictionDone(4, 1)]

    def test_a_mask_whose_prompts_change_while_it_is_stored_is_dropped_silently(self, studio: Studio) -> None:
        runner = studio.runner()
        seq = studio.box(1, 4, x=20)
        studio.after_appending(lambda: studio.session.submit(cmd.RemovePrompt(seq)))
        runner.predict(4, 1)
        assert runner.wait_idle(SECONDS)
        assert studio.session.live.record(4, 1) is None
        assert studio.reported(PredictionPending, PredictionDone) == [PredictionPending(4, 1), PredictionDone(4, 1)]


class TestBreakdowns:
    def test_a_killed_worker_costs_the_frame_in_flight_and_nothing_else(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(3), signals)
        future = runner.run(RunRequest(0, "forward"))
        signals.wait_frames(3)
        os.kill(studio.worker_pid(), signal.SIGKILL)
        result = ended(future)
        assert result.outcome == "failed"
        assert "was killed (signal 9), probably because the machine ran out of memory" in result.reason
        assert result.reason.endswith("The frames that were finished are kept; run again to go on.")
        assert studio.frames(1) == [0, 1, 2]
        assert studio.session.state.active_run is None
        studio.gate.touch()
        assert runner.run_and_wait(RunRequest(0, "forward")).outcome == "finished"
        assert studio.frames(1) == list(range(10))

    def test_an_idle_worker_that_is_killed_starts_again_when_needed(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner("toy", signals)
        runner.run_and_wait(RunRequest(0, "forward"))
        os.kill(studio.worker_pid(), signal.SIGKILL)
        signals.wait_for(lambda: studio.reported(Notice))
        runner.predict(0, 1)
        assert runner.wait_idle(SECONDS)
        assert isinstance(studio.session.history()[-1], ev.MaskPredicted)
        assert runner.plan(RunRequest(10, "forward")).transition == "carry"

    def test_a_worker_that_ends_by_itself_says_so(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        result = studio.runner("toy:die=4").run_and_wait(RunRequest(0, "forward"))
        assert result.outcome == "failed"
        assert "ended by itself (exit code 3)" in result.reason
        assert studio.frames(1) == [0, 1, 2, 3]

    def test_an_exception_in_the_engine_is_a_sentence_and_a_traceback_in_the_log(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        runner = studio.runner("toy:raise=4")
        result = runner.run_and_wait(RunRequest(0, "forward"))
        assert result.outcome == "failed"
        assert result.reason.startswith("The engine failed (RuntimeError: the toy broke\\x1b[2J).")
        assert studio.frames(1) == [0, 1, 2, 3]
        assert "Traceback" in studio.log() and "toy engine says hello" in studio.log()
        assert runner.run_and_wait(RunRequest(0, "frame")).outcome == "finished"

    def test_scores_that_are_no_numbers_never_reach_the_session(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)
        result = studio.runner("toy:nan=2").run_and_wait(RunRequest(0, "forward"))
        assert result.outcome == "failed" and "scored label 1 with nan" in result.reason
        assert studio.frames(1) == [0, 1]

    def test_a_listener_that_breaks_costs_the_run_nothing(self, studio: Studio) -> None:
        studio.box(1, 0, x=5)

        def broken(report: RunnerEvent) -> None:
            raise LookupError("the screen is gone")

        assert studio.runner("toy", broken).run_and_wait(RunRequest(0, "forward")).outcome == "finished"
        assert studio.frames(1) == list(range(10))
        assert "the screen is gone" in studio.log()

    def test_a_defect_of_the_program_ends_the_run_and_keeps_its_frames(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(3), signals)
        future = runner.run(RunRequest(0, "forward"))
        signals.wait_frames(3)
        monkeypatch.setattr("samannot_tui.engine.conductor.Conductor.predict", lambda *_: 1 / 0)
        runner.predict(0, 1)
        assert ended(future).outcome == "ended"
        assert studio.frames(1) == [0, 1, 2]
        assert studio.session.state.active_run is None
        assert "ZeroDivisionError" in studio.log()
        assert any("defect of this program" in report.sentence for report in studio.reported(Failed))  # type: ignore[attr-defined]

    def test_a_failing_disk_ends_the_run_and_loses_nothing_that_was_reported(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        studio.box(1, 0, x=5)
        signals = Signals(studio)
        runner = studio.runner(studio.holding(3), signals)
        future = runner.run(RunRequest(0, "forward"))
        signals.wait_frames(3)
        with monkeypatch.context() as disk:
            disk.setattr("samannot_tui.appendlog.os.pwrite", full_disk)
            studio.gate.touch()
            result = ended(future)
        assert result.outcome == "failed" and "is full; make room" in result.reason
        assert studio.frames(1) == [0, 1, 2]
        assert runner.run_and_wait(RunRequest(0, "forward")).outcome == "finished"


@pytest.mark.parametrize("change", ["edit", "swap"])
def test_what_changes_while_a_run_is_planned_is_not_lost_on_it(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    dog, cat = 1, 2
    studio.box(dog, 0, 5)
    studio.box(cat, 0, 40)
    changed = threading.Thread(
        target=lambda: (
            studio.edit(dog, 3)
            if change == "edit"
            else studio.session.submit(cmd.ReassignMasks("swap", dog, cat, 0, FRAMES - 1))
        )
    )

    def interfere(*args: Any) -> Any:
        changed.start()
        changed.join(0.3)  # it either comes through now or waits until the run has begun
        return fill_plan(*args)

    monkeypatch.setattr("samannot_tui.engine.conductor.fill_plan", interfere)
    monkeypatch.setattr(threading, "excepthook", lambda refused: None)
    studio.runner().run_and_wait(RunRequest(0, "forward"))
    changed.join()
    if change == "edit":
        record = studio.session.live.record(3, dog)
        assert record and studio.session.masks.index.source[record] == RecordSource.EDITED
    else:
        (box,) = studio.session.state.prompts_on(0, dog)
        assert isinstance(box.prompt, BoxPrompt)
        assert studio.left_edge(dog, 0) == box.prompt.x0, "masks are of the label whose prompts they come from"
