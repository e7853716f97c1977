"""What is said before a run begins, against what then happens. Blocks here have 10 frames."""

from typing import Any

import pytest

from samannot_tui.engine.foresee import Foreseen, foresee, in_words
from samannot_tui.engine.planner import NothingToRunError, RunRequest
from samannot_tui.engine.reports import Started
from samannot_tui.errors import InputError
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from tests.engine.scene import ENGINE, Scene, frames
from tests.engine.studio import Studio


def foreseen(scene: Scene, request: RunRequest, engine: ev.EngineInfo | None = None) -> Foreseen:
    return foresee(scene.state(), scene.live(), request, (), engine)


def words(scene: Scene, request: RunRequest) -> str:
    return in_words(foreseen(scene, request), scene.state())


def test_one_run() -> None:
    scene = Scene(labels=3)
    scene.point(1, 2)
    scene.point(2, 6)
    scene.edit(1, 8)
    found = foreseen(scene, RunRequest(4, "forward"))
    assert (found.first, found.last, found.frames, found.runs) == (2, 9, 8, 1)
    assert (found.labels, found.labels_without_source, found.edits_kept) == ((1, 2), (3,), 1)
    assert found.seconds is None
    assert in_words(found, scene.state()) == (
        "Run forward, frames 2 to 9: label1, label2. 1 edited mask stays as it is. "
        "No prompt or mask to start from on frames 0 to 9, left alone: label3."
    )


def test_edits_that_are_to_be_overwritten_are_not_kept() -> None:
    scene = Scene()
    scene.point(1, 2)
    scene.edit(1, 8)
    assert foreseen(scene, RunRequest(4, "forward", overwrite_edits=True)).edits_kept == 0


def test_a_chain_takes_its_labels_along() -> None:
    scene = Scene(labels=3)
    scene.point(1, 5)
    scene.point(2, 24)
    scene.edit(1, 33)
    found = foreseen(scene, RunRequest(5, "forward", extent="all"))
    assert (found.first, found.last, found.frames, found.runs) == (5, 39, 35, 4)
    assert (found.labels, found.labels_without_source, found.edits_kept) == ((1, 2), (3,), 1)
    assert "frames 5 to 39 in 4 runs: label1, label2." in in_words(found, scene.state())


def test_where_blocks_hand_nothing_over_only_prompted_ones_count() -> None:
    scene = Scene(transition="off")
    scene.point(1, 5)
    scene.point(1, 34)
    found = foreseen(scene, RunRequest(5, "forward", extent="all"))
    assert (found.frames, found.runs) == (5 + 6, 2)


def test_a_barrier_ends_what_is_foreseen() -> None:
    scene = Scene()
    scene.point(1, 5)
    scene.barrier(23)
    assert (foreseen(scene, RunRequest(5, "forward", extent=50)).last) == 22


@pytest.mark.parametrize(
    "request_", [RunRequest(0, "forward"), RunRequest(0, "forward", extent="all"), RunRequest(99, "forward")]
)
def test_what_would_be_refused_is_refused(request_: RunRequest) -> None:
    with pytest.raises(InputError):
        foreseen(Scene(), request_)


def test_many_labels_are_counted_rather_than_named() -> None:
    scene = Scene(labels=9)
    for label in range(1, 10):
        scene.point(label, 0)
    assert words(scene, RunRequest(0, "forward")).endswith(": label1, label2, label3, label4, label5, label6, 3 more.")


def test_names_cannot_drive_the_terminal() -> None:
    scene = Scene()
    scene.point(1, 0)
    scene.rename(1, "dog\x1b[2J")
    assert "\x1b" not in words(scene, RunRequest(0, "forward"))


@pytest.mark.parametrize(("seconds", "told"), [(0.2, "1 s"), (89, "89 s"), (300, "5 min"), (7500, "2 h 05 min")])
def test_how_long(seconds: float, told: str) -> None:
    found = Foreseen("forward", 0, 9, 10, 1, (1,), (), 0, seconds, ())
    assert in_words(found, Scene().state()) == f"Run forward, frames 0 to 9: label1. About {told}."


def test_the_time_is_that_of_this_engines_runs_by_frames_and_labels() -> None:
    scene = Scene(labels=3)
    scene.point(1, 0)
    run = scene.run({1: frames(0, 9)}, plan=scene.plan(0))
    scene.time(run, "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:40.000Z")
    # 10 frames with one label took 40 s: 2 s for a frame, and 2 s for each label on it.
    assert foreseen(scene, RunRequest(0, "forward"), ENGINE).seconds == pytest.approx(40)
    scene.point(2, 0)
    scene.point(3, 0)
    assert foreseen(scene, RunRequest(0, "forward"), ENGINE).seconds == pytest.approx(80)
    assert foreseen(scene, RunRequest(0, "forward"), ev.EngineInfo(name="other", version="1")).seconds is None
    assert foreseen(scene, RunRequest(0, "forward")).seconds is None


def test_the_second_time_nothing_is_left_to_do() -> None:
    scene = Scene(frames=20)
    scene.point(1, 0)
    for start in (0, 10):
        scene.run({1: frames(start, start + 9)}, plan=scene.plan(start))
    with pytest.raises(NothingToRunError, match="Everything from frame 0 on has been tracked"):
        foreseen(scene, RunRequest(0, "forward", extent="all"))
    scene.point(1, 14)
    again = foreseen(scene, RunRequest(0, "forward", extent="all"))
    # No engine remembers anything here: the mask of frame 9 is tracked again, and not written.
    assert (again.frames, again.first, again.last) == (11, 10, 19)


@pytest.mark.parametrize("extent", ["block", 17, "all"])
@pytest.mark.parametrize("direction", ["forward", "backward", "both", "frame"])
@pytest.mark.parametrize("transition", ["carry", "mask", "points", "off"])
def test_what_is_foreseen_happens(studio: Studio, transition: str, direction: Any, extent: Any) -> None:
    studio.session.submit(cmd.ChangeSetting("transition", transition))
    studio.box(1, 13, x=20)
    studio.box(2, 27, x=30)
    studio.edit(1, 18)
    runner = studio.runner()
    request = RunRequest(13, direction, extent=extent)
    expected = runner.foresee(request)
    assert runner.run_and_wait(request).outcome == "finished"
    plans = [report.plan for report in studio.reported(Started) if isinstance(report, Started)]
    sweeps = [sweep for plan in plans for sweep in plan.passes]
    assert expected.runs == len(plans)
    assert expected.frames == sum(sweep.last - sweep.first + 1 for sweep in sweeps)
    ends = [end for sweep in sweeps for each in sweep.labels for span in each.writes for end in (span.first, span.last)]
    assert (expected.first, expected.last) == (min(ends), max(ends))
    assert set(expected.labels) == {each.label for sweep in sweeps for each in sweep.labels}
