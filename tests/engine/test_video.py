"""The order of runs over a whole video. Blocks here have 10 frames, videos 40."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.engine.planner import NothingToRunError, RunRequest, plan_run
from samannot_tui.engine.video import plan_video
from tests.engine.scene import Scene, written
from tests.engine.test_planner_properties import FRAMES, clicks, present_edits, runs, scenes


def requests(scene: Scene) -> list[tuple[int, str, tuple[int, ...] | None]]:
    return [(each.start, each.direction, each.labels) for each in plan_video(scene.state(), scene.live(), scene.frames)]


def test_forward_to_the_end_then_backward_to_the_beginning() -> None:
    scene = Scene()
    scene.point(1, 13)
    scene.point(1, 31)
    assert requests(scene) == [
        (13, "forward", (1,)),
        (20, "forward", (1,)),
        (30, "forward", (1,)),
        (13, "backward", (1,)),
        (9, "backward", (1,)),
    ]


def test_a_prompt_on_the_first_frame_needs_nothing_backward() -> None:
    scene = Scene(frames=15)
    scene.point(1, 0)
    assert requests(scene) == [(0, "forward", (1,)), (10, "forward", (1,))]


def test_labels_join_with_their_first_source_and_go_back_in_groups() -> None:
    scene = Scene(labels=4)
    scene.point(1, 22)
    scene.point(2, 5)
    scene.point(3, 22)
    assert requests(scene) == [
        (5, "forward", (2,)),
        (10, "forward", (2,)),
        (20, "forward", (1, 2, 3)),
        (30, "forward", (1, 2, 3)),
        (5, "backward", (2,)),
        (22, "backward", (1, 3)),
        (19, "backward", (1, 3)),
        (9, "backward", (1, 3)),
    ]


def test_edits_and_masks_on_barriers_are_sources_too() -> None:
    scene = Scene(labels=2)
    scene.edit(1, 35)
    scene.run({2: [30]})
    scene.barrier(30)
    assert requests(scene)[0] == (31, "forward", (1, 2))


def test_barriers_cut_blocks_into_requests_of_their_own() -> None:
    scene = Scene(frames=20)
    scene.point(1, 2)
    scene.barrier(4, 5, 10, 15)
    assert requests(scene) == [
        (2, "forward", (1,)),
        (6, "forward", (1,)),
        (11, "forward", (1,)),
        (16, "forward", (1,)),
        (2, "backward", (1,)),
    ]


def test_without_any_source_it_says_so() -> None:
    scene = Scene()
    scene.point(1, 3, positive=False)
    with pytest.raises(NothingToRunError, match="prompt a label on a frame first"):
        plan_video(scene.state(), scene.live(), 40)


@given(scenes(st.one_of(clicks, present_edits, runs), ("carry", "mask")))
@settings(max_examples=100, deadline=None)
def test_masks_handed_over_take_every_sourced_label_to_both_ends(scene: Scene) -> None:
    """Carry acts as `mask` here, since no engine holds any memory."""
    try:
        todo = list(plan_video(scene.state(), scene.live(), FRAMES))
    except NothingToRunError:
        return
    for request in todo:
        run(scene, request)
    for label in {label for request in todo for label in request.labels or ()}:
        assert len(scene.live().frames(label)) == FRAMES


def run(scene: Scene, request: RunRequest) -> None:
    """Plan, and pretend to have run: every label is found on every frame."""
    try:
        plan = plan_run(scene.state(), scene.live(), FRAMES, request)
    except NothingToRunError:
        return
    for sweep in plan.passes:
        scene.run({each.label: written(each) for each in sweep.labels})
