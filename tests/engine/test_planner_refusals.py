"""Requests that cannot be planned: one sentence each that says why and what to do."""

import pytest

from samannot_tui.engine.planner import NothingToRunError
from samannot_tui.errors import InputError
from tests.engine.scene import Scene, frames


def test_no_labels_at_all() -> None:
    with pytest.raises(NothingToRunError, match="no label to run; add one"):
        Scene(labels=0).plan(0)


def test_no_labels_asked_for() -> None:
    with pytest.raises(NothingToRunError, match="no label to run"):
        Scene().plan(0, labels=())


def test_an_unknown_label() -> None:
    with pytest.raises(InputError, match="no label 7; add one"):
        Scene().plan(0, labels=(1, 7))


@pytest.mark.parametrize("frame", [-1, 40])
def test_a_frame_outside_the_video(frame: int) -> None:
    with pytest.raises(InputError, match=f"no frame {frame}; the video has frames 0 to 39"):
        Scene().plan(frame)


def test_a_run_that_is_going_on() -> None:
    scene = Scene()
    scene.point(1, 0)
    scene.start_run()
    with pytest.raises(InputError, match="run is going on; end it"):
        scene.plan(0)


def test_no_source_for_any_label() -> None:
    with pytest.raises(
        NothingToRunError, match=r"frames 10 to 19, left alone: label1\. Prompt a label on one of these"
    ):
        Scene().plan(12)


def test_nothing_but_edits() -> None:
    scene = Scene()
    for frame in frames(0, 9):
        scene.edit(1, frame)
    with pytest.raises(NothingToRunError, match="clear edited masks, then run"):
        scene.plan(0)


@pytest.mark.parametrize(("start", "direction"), [(9, "forward"), (0, "backward")])
def test_a_barrier_at_the_end_of_the_block(start: int, direction: str) -> None:
    scene = Scene()
    scene.run({1: frames(0, 39)})
    scene.barrier(start)
    with pytest.raises(NothingToRunError, match=f"Frame {start} is a barrier with no frame to write beside it"):
        scene.plan(start, direction)


def test_a_barrier_right_before_another() -> None:
    scene = Scene()
    scene.run({1: frames(0, 9)})
    scene.barrier(4, 5)
    with pytest.raises(NothingToRunError, match="Frame 4 is a barrier"):
        scene.plan(4)


def test_this_frame_only_without_a_prompt() -> None:
    with pytest.raises(NothingToRunError, match="No prompt on frame 3, left alone: label1"):
        Scene().plan(3, "frame")


def test_this_frame_only_with_negative_points_alone() -> None:
    scene = Scene()
    scene.point(1, 3, positive=False)
    with pytest.raises(NothingToRunError, match="Only negative points on frame 3"):
        scene.plan(3, "frame")


def test_hostile_names_are_shown_as_escapes() -> None:
    scene = Scene()
    scene.rename(1, "dog\x1b[2J\n")
    with pytest.raises(NothingToRunError) as refusal:
        scene.plan(0)
    assert "\x1b" not in str(refusal.value)
    assert "dog\\x1b[2J\\x0a" in str(refusal.value)
