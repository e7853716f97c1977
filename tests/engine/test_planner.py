"""Runs inside one block: starts, sources, lead-ins, barriers and edits. Blocks here have 10 frames."""

import pytest

from samannot_tui.errors import InputError
from samannot_tui.session.plan import LabelPlan, Pass, Source, Span
from tests.engine.scene import Scene, frames, mask, only, source_frames, written


def test_forward_from_a_prompt_writes_to_the_end_of_the_block() -> None:
    scene = Scene()
    click = scene.point(1, 3)
    plan = scene.plan(3)
    assert plan.passes == (Pass("forward", 3, 9, (LabelPlan(1, 3, (Source(3, (click,)),), (Span(3, 9),)),)),)
    assert (plan.direction, plan.start, plan.transition, plan.continues) == ("forward", 3, "off", None)
    assert (plan.barriers, plan.unsourced, plan.notices) == ((), (), ())


def test_backward_from_a_prompt_writes_to_the_start_of_the_block() -> None:
    scene = Scene()
    click = scene.point(1, 6)
    assert scene.plan(6, "backward").passes == (
        Pass("backward", 0, 6, (LabelPlan(1, 6, (Source(6, (click,)),), (Span(0, 6),)),)),
    )


def test_both_writes_the_start_once() -> None:
    scene = Scene()
    scene.point(1, 4)
    forward, backward = scene.plan(4, "both").passes
    assert (forward.direction, written(forward.labels[0])) == ("forward", frames(4, 9))
    assert (backward.direction, written(backward.labels[0])) == ("backward", frames(0, 3))
    assert backward.labels[0].start == 4


def test_a_label_starts_at_the_nearest_source_behind() -> None:
    scene = Scene()
    scene.point(1, 0)
    scene.point(1, 2)
    planned = only(scene.plan(5))
    assert planned.start == 2
    assert source_frames(planned) == [0, 2]


def test_backward_behind_means_later_frames() -> None:
    scene = Scene()
    scene.point(1, 7)
    scene.point(1, 9)
    planned = only(scene.plan(5, "backward"))
    assert (planned.start, source_frames(planned)) == (7, [9, 7])
    assert written(planned) == frames(0, 7)


def test_sources_ahead_act_in_the_order_of_travel() -> None:
    scene = Scene()
    for frame in (8, 6, 1, 3):
        scene.point(1, frame)
    assert source_frames(only(scene.plan(3))) == [1, 3, 6, 8]
    assert source_frames(only(scene.plan(6, "backward"))) == [8, 6, 3, 1]


def test_without_a_source_behind_frames_before_the_first_one_stay_untouched() -> None:
    scene = Scene()
    scene.point(1, 6)
    plan = scene.plan(2)
    assert (only(plan).start, written(only(plan))) == (6, frames(6, 9))
    assert (plan.passes[0].first, plan.passes[0].last) == (6, 9)


def test_the_lead_in_fills_gaps_and_rewrites_nothing() -> None:
    scene = Scene()
    scene.point(1, 1)
    scene.run({1: [1, 2, 4]})
    planned = only(scene.plan(6))
    assert planned.start == 1
    assert planned.writes == (Span(3, 3), Span(5, 9))


def test_every_frame_from_the_start_on_is_written_again() -> None:
    scene = Scene()
    scene.point(1, 1)
    scene.run({1: frames(1, 9)})
    assert written(only(scene.plan(4))) == frames(4, 9)


def test_a_prompt_set_is_named_whole_and_with_its_base() -> None:
    scene = Scene()
    scene.run({1: [5]})
    base = scene.record(5)
    clicks = (scene.point(1, 5, base=base), scene.point(1, 5, positive=False))
    assert only(scene.plan(5)).sources == (Source(5, clicks, base),)


def test_negative_points_alone_are_no_source_and_are_named() -> None:
    scene = Scene()
    scene.point(1, 2)
    scene.point(1, 5, positive=False)
    plan = scene.plan(2)
    assert source_frames(only(plan)) == [2]
    assert plan.notices == ("Only negative points on frame 5, which compute nothing: label1.",)


def test_negative_points_refine_a_base() -> None:
    scene = Scene()
    scene.run({1: [5]})
    click = scene.point(1, 5, positive=False, base=scene.record(5))
    assert only(scene.plan(5)).sources == (Source(5, (click,), scene.record(5)),)


def test_edits_ahead_are_sources_and_are_kept() -> None:
    scene = Scene()
    scene.point(1, 2)
    record = scene.edit(1, 6)
    planned = only(scene.plan(2))
    assert planned.sources[1:] == (mask(6, record),)
    assert planned.writes == (Span(2, 5), Span(7, 9))


def test_an_edit_is_a_start() -> None:
    scene = Scene()
    record = scene.edit(1, 2)
    planned = only(scene.plan(2))
    assert planned.sources == (mask(2, record),)
    assert written(planned) == frames(3, 9)


def test_edits_ahead_are_overwritten_when_asked_and_are_no_sources_then() -> None:
    scene = Scene()
    scene.point(1, 2)
    scene.edit(1, 6)
    planned = only(scene.plan(2, overwrite_edits=True))
    assert source_frames(planned) == [2]
    assert written(planned) == frames(2, 9)


def test_the_edit_at_the_start_stays_the_start_when_edits_are_overwritten() -> None:
    scene = Scene()
    record = scene.edit(1, 2)
    scene.edit(1, 4)
    planned = only(scene.plan(2, overwrite_edits=True))
    assert planned.sources == (mask(2, record),)
    assert written(planned) == frames(3, 9)


def test_prompts_under_an_overwritten_edit_drive_again() -> None:
    scene = Scene()
    scene.point(1, 2)
    click = scene.point(1, 6)
    scene.edit(1, 6)
    assert only(scene.plan(2, overwrite_edits=True)).sources[1] == Source(6, (click,))


def test_an_absent_edit_is_kept_but_is_no_source() -> None:
    scene = Scene()
    scene.point(1, 2)
    scene.edit(1, 6, present=False)
    planned = only(scene.plan(2))
    assert source_frames(planned) == [2]
    assert planned.writes == (Span(2, 5), Span(7, 9))


def test_of_prompts_and_edit_on_one_frame_the_later_wins() -> None:
    prompts_first = Scene()
    prompts_first.point(1, 4)
    record = prompts_first.edit(1, 4)
    assert only(prompts_first.plan(4)).sources == (mask(4, record),)

    edit_first = Scene()
    base = edit_first.edit(1, 4)
    click = edit_first.point(1, 4, base=base)
    assert only(edit_first.plan(4)).sources == (Source(4, (click,), base),)


def test_a_person_who_marks_a_prompted_frame_absent_takes_its_prompts_out_of_the_run() -> None:
    scene = Scene()
    scene.point(1, 2)
    scene.point(1, 6)
    scene.edit(1, 6, present=False)
    assert source_frames(only(scene.plan(2))) == [2]


def test_a_run_passes_a_range_marked_absent_without_writing_there() -> None:
    scene = Scene()
    scene.point(1, 2)
    scene.absent(1, 4, 6)
    planned = only(scene.plan(2))
    assert source_frames(planned) == [2]
    assert planned.writes == (Span(2, 3), Span(7, 9))


def test_absence_alone_is_nothing_to_start_from() -> None:
    scene = Scene()
    scene.absent(1, 0, 9)
    with pytest.raises(InputError, match="No prompt or mask to start from"):
        scene.plan(0)


def test_after_a_swap_each_label_starts_from_what_was_the_others() -> None:
    scene = Scene(labels=2)
    clicks = scene.point(1, 2), scene.point(2, 2)
    record = scene.edit(1, 6)
    scene.swap(1, 2, 4, 9)
    moved = {each.label: each.sources for each in scene.plan(2).passes[0].labels}
    assert moved == {1: (Source(2, (clicks[0],)),), 2: (Source(2, (clicks[1],)), mask(6, record))}
    scene.swap(1, 2, 0, 3)
    moved = {each.label: each.sources for each in scene.plan(2).passes[0].labels}
    assert moved == {1: (Source(2, (clicks[1],)),), 2: (Source(2, (clicks[0],)), mask(6, record))}


def test_the_reach_ends_before_the_barrier_ahead() -> None:
    scene = Scene()
    scene.point(1, 2)
    scene.barrier(6, 8)
    plan = scene.plan(2)
    assert written(only(plan)) == frames(2, 5)
    assert plan.passes[0].last == 5
    assert plan.barriers == (6,)


def test_sources_beyond_a_barrier_do_not_count() -> None:
    scene = Scene()
    scene.point(1, 2)
    scene.point(1, 5)
    scene.point(1, 8)
    scene.barrier(3, 7)
    assert source_frames(only(scene.plan(4))) == [5]


def test_the_mask_on_the_barrier_behind_is_a_source() -> None:
    scene = Scene()
    scene.run({1: frames(0, 9)})
    scene.barrier(3)
    planned = only(scene.plan(6))
    assert planned.sources == (mask(3, scene.record(3)),)
    assert planned.start == 3
    assert written(planned) == frames(6, 9)


def test_an_absent_mask_on_a_barrier_is_no_source_and_is_named() -> None:
    scene = Scene(labels=2)
    scene.run({1: frames(0, 9)}, absent=[3])
    scene.barrier(3)
    scene.point(2, 4)
    plan = scene.plan(4)
    assert plan.unsourced == (1,)
    assert plan.notices == (
        "Absent on frame 3, so nothing is handed over from there: label1.",
        "No prompt or mask to start from on frames 4 to 9, left alone: label1.",
    )


def test_started_on_a_barrier_it_is_a_source_and_the_next_frame_the_first_written() -> None:
    scene = Scene()
    scene.run({1: frames(0, 9)})
    scene.barrier(4, 7)
    forward, backward = scene.plan(4, "both").passes
    assert (forward.labels[0].start, written(forward.labels[0])) == (4, [5, 6])
    assert (backward.labels[0].start, written(backward.labels[0])) == (4, frames(0, 3))
    # The barrier ahead bounds the forward reach: its mask is a source for an engine that looks at all of them.
    assert forward.labels[0].sources == (mask(4, scene.record(4)), mask(7, scene.record(7)))
    assert backward.labels[0].sources == (mask(4, scene.record(4)),)
    assert scene.plan(4, "both").barriers == (4, 7)


def test_both_from_a_barrier_at_the_end_of_the_block_goes_backward_only() -> None:
    scene = Scene()
    scene.run({1: frames(0, 9)})
    scene.barrier(9)
    (sweep,) = scene.plan(9, "both").passes
    assert (sweep.direction, written(sweep.labels[0])) == ("backward", frames(0, 8))


def test_labels_without_a_source_are_named_and_left_alone() -> None:
    scene = Scene(labels=3)
    scene.point(2, 0)
    plan = scene.plan(0)
    assert [planned.label for planned in plan.passes[0].labels] == [2]
    assert plan.unsourced == (1, 3)
    assert plan.notices == ("No prompt or mask to start from on frames 0 to 9, left alone: label1, label3.",)


def test_a_label_with_nothing_to_write_counts_as_unsourced() -> None:
    scene = Scene(labels=2)
    for frame in frames(5, 9):
        scene.edit(1, frame)
    scene.point(2, 5)
    plan = scene.plan(5)
    assert plan.unsourced == (1,)
    assert plan.notices == ("Nothing to write on frames 0 to 9 that a person has not edited, left alone: label1.",)


def test_a_pass_goes_to_the_end_of_its_reach_whatever_is_written_there() -> None:
    """What it leaves for the next block must not depend on that."""
    scene = Scene()
    scene.point(1, 2)
    scene.edit(1, 8)
    scene.edit(1, 9)
    plan = scene.plan(2)
    assert (plan.passes[0].first, plan.passes[0].last) == (2, 9)
    assert written(only(plan)) == frames(2, 7)
    assert source_frames(only(plan)) == [2, 8, 9]


def test_labels_start_each_at_its_own_source() -> None:
    scene = Scene(labels=2)
    scene.point(1, 2)
    scene.point(2, 6)
    (sweep,) = scene.plan(4).passes
    assert [(planned.label, planned.start, written(planned)) for planned in sweep.labels] == [
        (1, 2, frames(2, 9)),
        (2, 6, frames(6, 9)),
    ]
    assert (sweep.first, sweep.last) == (2, 9)


def test_only_the_labels_asked_for_take_part() -> None:
    scene = Scene(labels=3)
    for label in (1, 2, 3):
        scene.point(label, 0)
    plan = scene.plan(0, labels=(3, 1, 3))
    assert [planned.label for planned in plan.passes[0].labels] == [1, 3]
    assert plan.unsourced == ()


def test_both_writes_no_cell_twice_when_the_source_lies_before_the_start() -> None:
    scene = Scene()
    scene.point(1, 2)
    scene.run({1: [12]})
    scene.run({1: [10]})
    forward, backward = scene.plan(5, "both").passes
    assert written(forward.labels[0]) == frames(2, 9)
    assert source_frames(backward.labels[0]) == [10, 2]
    assert written(backward.labels[0]) == [0, 1]


class TestThisFrameOnly:
    def test_uses_the_prompts_of_that_frame(self) -> None:
        scene = Scene(labels=2)
        click = scene.point(1, 5)
        scene.point(2, 4)
        plan = scene.plan(5, "frame")
        assert plan.passes == (Pass("forward", 5, 5, (LabelPlan(1, 5, (Source(5, (click,)),), (Span(5, 5),)),)),)
        assert plan.unsourced == (2,)
        assert plan.notices == ("No prompt on frame 5, left alone: label2.",)

    def test_is_refused_on_a_barrier(self) -> None:
        scene = Scene()
        scene.point(1, 5)
        scene.barrier(5)
        with pytest.raises(InputError, match="Frame 5 is a barrier"):
            scene.plan(5, "frame")

    def test_leaves_an_edit_alone_unless_asked(self) -> None:
        scene = Scene(labels=2)
        scene.edit(1, 5)
        scene.point(1, 5)
        scene.point(2, 5)
        plan = scene.plan(5, "frame")
        assert plan.unsourced == (1,)
        assert plan.notices == ("Edited by a person on frame 5, left alone: label1.",)
        assert scene.plan(5, "frame", overwrite_edits=True).unsourced == ()
