"""How a label gets from one block into the next. Blocks here have 10 frames."""

from typing import Any

import pytest

from samannot_tui.engine.continuations import Memory
from samannot_tui.engine.planner import NothingToRunError
from samannot_tui.session.plan import Continued
from tests.engine.scene import Scene, frames, mask, only, source_frames, written

GONE = "The engine holds no memory of frame 9 any more; going on from the mask there: label1."


def tracked_block() -> tuple[Scene, Memory]:
    """Block 0 tracked forward, the engine's memory standing at its last frame."""
    scene = Scene()
    scene.point(1, 0)
    run = scene.run({1: frames(0, 9)})
    return scene, Memory(run, 9, "forward", frozenset({1}))


def test_carry_goes_on_from_the_engines_memory() -> None:
    scene, memory = tracked_block()
    plan = scene.plan(10, memory=memory)
    assert only(plan).carried
    assert (only(plan).start, only(plan).sources, written(only(plan))) == (10, (), frames(10, 19))
    assert (plan.transition, plan.continues, plan.notices) == ("carry", Continued(memory.run, 9), ())


def test_carry_tracks_through_the_lead_in() -> None:
    scene, memory = tracked_block()
    planned = only(scene.plan(15, memory=memory))
    assert (planned.carried, planned.start, written(planned)) == (True, 10, frames(10, 19))


def test_carry_keeps_later_prompts_as_sources() -> None:
    scene, memory = tracked_block()
    scene.point(1, 14)
    planned = only(scene.plan(10, memory=memory))
    assert (planned.carried, planned.start, source_frames(planned)) == (True, 10, [14])


def test_prompts_on_the_first_frame_correct_the_carried_memory() -> None:
    scene, memory = tracked_block()
    scene.point(1, 10)
    planned = only(scene.plan(10, memory=memory))
    assert (planned.carried, planned.start, source_frames(planned)) == (True, 10, [10])


def test_a_nearer_source_is_taken_instead_of_the_memory() -> None:
    scene, memory = tracked_block()
    scene.point(1, 12)
    plan = scene.plan(14, memory=memory)
    assert (only(plan).carried, only(plan).start) == (False, 12)
    assert (plan.transition, plan.continues, plan.notices) == ("off", None, ())


def test_carry_also_carries_an_instance_that_is_absent_at_the_boundary() -> None:
    scene = Scene()
    scene.point(1, 0)
    run = scene.run({1: frames(0, 9)}, absent=[9])
    assert only(scene.plan(10, memory=Memory(run, 9, "forward", frozenset({1})))).carried


def test_without_memory_carry_falls_back_to_the_mask_and_says_so() -> None:
    scene, _ = tracked_block()
    plan = scene.plan(10)
    planned = only(plan)
    assert (planned.carried, planned.start, planned.sources) == (False, 9, (mask(9, scene.record(9)),))
    assert written(planned) == frames(10, 19)
    assert (plan.passes[0].first, plan.passes[0].last) == (9, 19)
    assert (plan.transition, plan.continues, plan.notices) == ("mask", None, (GONE,))


def falls_back(scene: Scene, memory: Memory, start: int = 10) -> bool:
    plan = scene.plan(start, memory=memory)
    assert (plan.notices == (GONE,)) is not only(plan).carried
    return not only(plan).carried


def test_memory_at_another_frame_is_not_carried() -> None:
    scene, memory = tracked_block()
    assert falls_back(scene, Memory(memory.run, 8, "forward", memory.labels))


def test_memory_of_the_other_direction_is_not_carried() -> None:
    scene, memory = tracked_block()
    assert falls_back(scene, Memory(memory.run, 9, "backward", memory.labels))


def test_memory_of_other_labels_is_not_carried() -> None:
    scene, memory = tracked_block()
    assert falls_back(scene, Memory(memory.run, 9, "forward", frozenset({2})))


def test_memory_of_an_undone_run_is_not_carried() -> None:
    scene, _ = tracked_block()
    scene.run({1: [9]})
    again = scene.run({1: [9]})
    scene.undo(again)
    assert falls_back(scene, Memory(again, 9, "forward", frozenset({1})))


def test_memory_is_not_carried_once_the_mask_at_its_frame_is_another() -> None:
    scene, memory = tracked_block()
    scene.edit(1, 9)
    assert falls_back(scene, memory)


def test_carry_is_per_label() -> None:
    scene = Scene(labels=2)
    run = scene.run({1: frames(0, 9), 2: frames(0, 9)})
    scene.edit(2, 9)
    plan = scene.plan(10, memory=Memory(run, 9, "forward", frozenset({1, 2})))
    assert [planned.carried for planned in plan.passes[0].labels] == [True, False]
    assert plan.transition == "carry"
    assert plan.notices == (GONE.replace("label1", "label2"),)


def test_mask_starts_from_the_last_mask_of_the_block_before() -> None:
    scene = Scene(transition="mask")
    run = scene.run({1: frames(0, 9)})
    plan = scene.plan(10, memory=Memory(run, 9, "forward", frozenset({1})))
    assert only(plan).sources == (mask(9, scene.record(9)),)
    assert not only(plan).carried
    assert (plan.transition, plan.notices) == ("mask", ())


def test_mask_hands_over_into_the_lead_in() -> None:
    scene = Scene(transition="mask")
    scene.run({1: [9, 11]})
    planned = only(scene.plan(15))
    assert planned.start == 9
    assert written(planned) == [10, *frames(12, 19)]


def test_an_instance_absent_at_the_boundary_has_no_source_and_is_named() -> None:
    scene = Scene(transition="mask", labels=2)
    scene.run({1: frames(0, 9), 2: frames(0, 9)}, absent=[])
    absent = scene.run({1: [9]}, absent=[9])
    assert absent
    plan = scene.plan(10)
    assert plan.unsourced == (1,)
    assert plan.notices == (
        "Absent on frame 9, so nothing is handed over from there: label1.",
        "No prompt or mask to start from on frames 10 to 19, left alone: label1.",
    )


def test_off_hands_nothing_over() -> None:
    scene = Scene(transition="off")
    run = scene.run({1: frames(0, 9)})
    scene.point(1, 15)
    plan = scene.plan(10, memory=Memory(run, 9, "forward", frozenset({1})))
    assert (only(plan).carried, only(plan).start, plan.transition) == (False, 15, "off")


def test_off_still_starts_from_a_barrier() -> None:
    scene = Scene(transition="off")
    scene.run({1: frames(0, 9)})
    scene.barrier(9)
    assert only(scene.plan(10)).sources == (mask(9, scene.record(9)),)


def test_a_barrier_at_the_boundary_stops_memory_but_gives_its_mask_without_a_notice() -> None:
    scene, memory = tracked_block()
    scene.barrier(9)
    plan = scene.plan(10, memory=memory)
    assert (only(plan).carried, source_frames(only(plan))) == (False, [9])
    assert (plan.transition, plan.notices, plan.barriers) == ("off", (), (9,))


def test_a_barrier_inside_the_block_cuts_the_hand_over_off() -> None:
    scene, memory = tracked_block()
    scene.barrier(12)
    scene.point(1, 16)
    plan = scene.plan(14, memory=memory)
    assert (only(plan).carried, only(plan).start) == (False, 16)


def test_backward_takes_over_from_the_first_frame_of_the_next_block() -> None:
    scene = Scene()
    scene.point(1, 15)
    run = scene.run({1: frames(10, 15)})
    plan = scene.plan(9, "backward", memory=Memory(run, 10, "backward", frozenset({1})))
    assert (only(plan).carried, only(plan).start, written(only(plan))) == (True, 9, frames(0, 9))
    fallen_back = only(scene.plan(9, "backward"))
    assert fallen_back.sources == (mask(10, scene.record(10)),)
    assert written(fallen_back) == frames(0, 9)


def test_both_carries_in_its_first_pass_only() -> None:
    scene = Scene()
    run = scene.run({1: frames(0, 29)})
    forward, backward = scene.plan(15, "both", memory=Memory(run, 9, "forward", frozenset({1}))).passes
    assert forward.labels[0].carried
    assert not backward.labels[0].carried
    assert source_frames(backward.labels[0]) == [20]


def test_both_passes_may_each_go_on_from_memory() -> None:
    scene = Scene()
    scene.point(1, 15)
    run = scene.run({1: frames(20, 29)})
    memory = Memory(run, 20, "backward", frozenset({1}))
    scene.point(1, 19)
    forward, backward = scene.plan(19, "both", memory=memory).passes
    assert (forward.labels[0].carried, backward.labels[0].carried) == (False, True)


def test_there_is_nothing_to_take_over_at_the_ends_of_the_video() -> None:
    scene = Scene(frames=20)
    scene.point(1, 5)
    assert only(scene.plan(0)).start == 5
    scene.point(1, 15)
    assert only(scene.plan(19, "backward")).start == 15


def test_a_changed_block_size_moves_only_the_cuts() -> None:
    scene = Scene()
    scene.point(1, 0)
    run = scene.run({1: frames(0, 9)})
    scene.change("block_size", 5)
    planned = only(scene.plan(10, memory=Memory(run, 9, "forward", frozenset({1}))))
    assert (planned.carried, written(planned)) == (True, frames(10, 14))


def ended_run(frame: int, **settings: Any) -> tuple[Scene, Memory]:
    """A run forward from a prompt on frame 2 of block 0, with another prompt on 8, ended at `frame`."""
    scene = Scene(**settings)
    scene.point(1, 2)
    scene.point(1, 8)
    plan = scene.plan(2)
    run = scene.run({1: frames(2, frame)}, plan=plan)
    return scene, Memory(run, frame, "forward", frozenset({1}))


@pytest.mark.parametrize("start", [2, 4, 5, 6, 7])
@pytest.mark.parametrize("transition", ["carry", "mask", "points", "off"])
def test_an_ended_run_is_resumed_where_it_was_ended(start: int, transition: str) -> None:
    scene, memory = ended_run(5, transition=transition)
    plan = scene.plan(start, memory=memory)
    assert (only(plan).start, only(plan).continues) == (6, Continued(memory.run, 5))
    assert source_frames(only(plan)) == [2, 8]
    assert written(only(plan)) == frames(6, 9)


def test_an_ended_run_is_not_resumed_from_before_what_it_wrote() -> None:
    scene, memory = ended_run(5)
    assert (only(scene.plan(1, memory=memory)).start, only(scene.plan(1, memory=memory)).carried) == (2, False)


def test_an_ended_run_is_not_resumed_after_a_new_source() -> None:
    scene, memory = ended_run(5)
    scene.point(1, 9)
    assert only(scene.plan(6, memory=memory)).start == 2


def test_an_ended_run_is_not_resumed_past_a_source_that_it_had_not_reached() -> None:
    scene, memory = ended_run(5)
    planned = only(scene.plan(9, memory=memory))
    assert (planned.start, planned.carried) == (8, False)


def test_an_ended_run_is_not_resumed_where_its_masks_have_been_edited() -> None:
    scene, memory = ended_run(5)
    scene.edit(1, 4)
    assert not only(scene.plan(4, memory=memory)).carried


def test_a_finished_run_is_done_again_from_its_start() -> None:
    scene, memory = ended_run(9)
    planned = only(scene.plan(2, memory=memory))
    assert (planned.start, planned.carried, written(planned)) == (2, False, frames(2, 9))


def test_memory_of_a_frame_whose_edit_was_a_source_of_its_run_is_carried() -> None:
    scene = Scene()
    scene.point(1, 0)
    scene.edit(1, 9)
    run = scene.run({1: frames(0, 8)}, plan=scene.plan(0))
    assert only(scene.plan(10, memory=Memory(run, 9, "forward", frozenset({1})))).carried


def test_points_look_one_frame_ahead_into_the_next_block() -> None:
    scene = Scene(transition="points")
    scene.point(1, 3)
    forward, backward = scene.plan(3, "both").passes
    assert (forward.first, forward.last, forward.ahead) == (3, 9, 10)
    assert (backward.first, backward.last, backward.ahead) == (0, 3, None)
    assert written(forward.labels[0]) == frames(3, 9)


@pytest.mark.parametrize("barrier", [10, 9, 7])
def test_points_do_not_look_over_a_barrier(barrier: int) -> None:
    scene = Scene(transition="points")
    scene.point(1, 3)
    scene.barrier(barrier)
    assert scene.plan(3).passes[0].ahead is None


def test_points_do_not_look_beyond_the_video() -> None:
    scene = Scene(transition="points", frames=20)
    scene.point(1, 15)
    forward, backward = scene.plan(15, "both").passes
    assert (forward.ahead, backward.ahead) == (None, 9)


@pytest.mark.parametrize("transition", ["carry", "mask", "off"])
def test_other_transitions_do_not_look_ahead(transition: str) -> None:
    scene = Scene(transition=transition)
    scene.point(1, 3)
    assert scene.plan(3).passes[0].ahead is None


def test_points_hand_no_mask_over() -> None:
    scene = Scene(transition="points")
    run = scene.run({1: frames(0, 9)})
    with pytest.raises(NothingToRunError, match="No prompt or mask to start from on frames 10 to 19"):
        scene.plan(10, memory=Memory(run, 9, "forward", frozenset({1})))


def test_points_that_were_handed_over_start_the_next_block() -> None:
    scene = Scene(transition="points")
    run = scene.run({1: frames(0, 9)})
    scene.point(1, 10, auto=run)
    plan = scene.plan(10)
    assert (only(plan).start, plan.transition) == (10, "points")
