import io
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from samannot_tui.engine.contract import Arrays, PromptSet, TrackedLabel, TrackPass
from samannot_tui.engine.flow.engine import FlowEngine
from samannot_tui.engine.flow.tracker import FlowTracker
from tests.engine.flow.clips import ArrayFrames, Clip, carried, forward, fresh, iou, same

ONE = Clip([(40, 48, 3, 1)])
TWO = Clip([(40, 40, 3, 1), (100, 56, -3, 0)])


def test_a_disc_is_followed_forward() -> None:
    results = list(ONE.tracker().propagate(forward(0, 9, fresh(ONE.given(0)))))
    assert [result.frame for result in results] == list(range(10))
    assert min(iou(r.results[0].mask, ONE.masks[0][r.frame]) for r in results) > 0.85
    assert all(r.results[0].object_score > 0 and 0 < r.results[0].quality <= 1 for r in results)


def test_a_disc_is_followed_backward_from_the_last_frame() -> None:
    sweep = TrackPass("backward", 0, 9, (fresh(ONE.given(0, 9)),))
    results = list(ONE.tracker().propagate(sweep))
    assert [result.frame for result in results] == list(range(9, -1, -1))
    assert min(iou(r.results[0].mask, ONE.masks[0][r.frame]) for r in results) > 0.85


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_a_pass_closed_midway_and_carried_on_equals_an_uninterrupted_one(direction: str) -> None:
    step = 1 if direction == "forward" else -1
    start, middle = (0, 4) if step == 1 else (9, 5)
    whole = TrackPass(direction, 0, 9, (fresh(TWO.given(0, start)), fresh(TWO.given(1, start))))  # type: ignore[arg-type]
    expected = list(TWO.tracker().propagate(whole))
    tracker = TWO.tracker()
    head = []
    with closing(tracker.propagate(whole)) as results:
        for result in results:
            head.append(result)
            if result.frame == middle:
                break
    rest = replace(whole, labels=tuple(carried(label, middle + step) for label in (1, 2)))
    assert same(head + list(tracker.propagate(rest)), expected)


def test_a_snapshot_goes_on_in_another_tracker_as_if_nothing_had_happened() -> None:
    whole = list(ONE.tracker().propagate(forward(0, 9, fresh(ONE.given(0)))))
    tracker = ONE.tracker()
    list(tracker.propagate(forward(0, 3, fresh(ONE.given(0)))))
    file = io.BytesIO()
    np.savez(file, **tracker.snapshot(1))
    file.seek(0)
    other = ONE.tracker()
    other.restore(1, dict(np.load(file, allow_pickle=False)))
    assert same(list(other.propagate(forward(4, 9, carried(1, 4)))), whole[4:])


def test_a_snapshot_does_not_grow_with_the_frames_tracked() -> None:
    tracker = ONE.tracker()
    list(tracker.propagate(forward(0, 2, fresh(ONE.given(0)))))
    early = {name: array.nbytes for name, array in tracker.snapshot(1).items()}
    list(tracker.propagate(forward(3, 9, carried(1, 3))))
    assert {name: array.nbytes for name, array in tracker.snapshot(1).items()} == early


def _snapshots() -> dict[int, Arrays]:
    """Memories of both labels of TWO after frame 3."""
    tracker = TWO.tracker()
    list(tracker.propagate(forward(0, 3, fresh(TWO.given(0)), fresh(TWO.given(1)))))
    return {label: tracker.snapshot(label) for label in (1, 2)}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_labels_restored_one_by_one_in_any_order_go_on_as_if_nothing_had_happened(order: tuple[int, int]) -> None:
    whole = list(TWO.tracker().propagate(forward(0, 9, fresh(TWO.given(0)), fresh(TWO.given(1)))))
    tracker, snapshots = TWO.tracker(), _snapshots()
    for label in order:
        tracker.restore(label, snapshots[label])
    assert same(list(tracker.propagate(forward(4, 9, *(carried(label, 4) for label in order)))), whole[4:])


def test_restoring_a_label_replaces_its_memory_and_leaves_the_others_alone() -> None:
    earlier = _snapshots()
    tracker = TWO.tracker()
    list(tracker.propagate(forward(0, 6, fresh(TWO.given(0)), fresh(TWO.given(1)))))
    later = tracker.snapshot(2)
    tracker.restore(1, earlier[1])
    assert _equal(tracker.snapshot(1), earlier[1])
    assert _equal(tracker.snapshot(2), later)
    alone = TWO.tracker()
    alone.restore(1, earlier[1])
    assert same(
        list(tracker.propagate(forward(4, 9, carried(1, 4)))), list(alone.propagate(forward(4, 9, carried(1, 4))))
    )


def test_labels_may_go_on_from_memories_of_different_frames() -> None:
    whole = list(TWO.tracker().propagate(forward(0, 9, fresh(TWO.given(0)), fresh(TWO.given(1, 5)))))
    tracker = TWO.tracker()
    list(tracker.propagate(forward(0, 2, fresh(TWO.given(0)))))
    first = tracker.snapshot(1)
    list(tracker.propagate(forward(5, 5, fresh(TWO.given(1, 5)))))
    tracker.restore(1, first)
    results = list(tracker.propagate(forward(3, 9, carried(1, 3), carried(2, 6))))
    assert [[one.label for one in r.results] for r in results] == [[1]] * 3 + [[1, 2]] * 4
    assert same(results[:2], whole[3:5])
    assert min(iou(r.results[1].mask, TWO.masks[1][r.frame]) for r in results[3:]) > 0.75


def test_memory_for_a_start_still_ahead_outlasts_a_pass_closed_before_it() -> None:
    snapshots = _snapshots()
    tracker = TWO.tracker()
    tracker.restore(2, snapshots[2])
    with closing(tracker.propagate(forward(0, 9, fresh(TWO.given(0)), carried(2, 4)))) as results:
        next(results)
    assert _equal(tracker.snapshot(2), snapshots[2])
    assert tracker.snapshot(1)["flow"][1] == 0


def test_a_snapshot_of_a_label_without_memory_is_refused() -> None:
    tracker = TWO.tracker()
    with pytest.raises(ValueError, match="no memory of label 1"):
        tracker.snapshot(1)
    list(tracker.propagate(forward(0, 1, fresh(TWO.given(0)))))
    with pytest.raises(ValueError, match="no memory of label 2"):
        tracker.snapshot(2)
    tracker.close()
    with pytest.raises(ValueError, match="no memory of label 1"):
        tracker.snapshot(1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("flow", np.array([1, 1])),
        ("flow", np.array([2, 10])),
        ("flow", np.array([2, -1])),
        ("flow", np.array([2.0, 1.0])),
        ("flow", None),
        ("soft", np.zeros((3, 3), np.uint8)),
        ("energy", np.full((48, 72), np.nan, np.float32)),
        ("numbers", np.array([-1.0, 5.0, 1.0])),
        ("anchor.target", None),
    ],
)
def test_restoring_what_is_no_snapshot_is_refused_and_changes_nothing(name: str, value: object) -> None:
    before = _snapshots()[1]
    arrays = dict(before)
    if value is None:
        del arrays[name]
    else:
        arrays[name] = np.asarray(value)
    tracker = TWO.tracker()
    tracker.restore(1, before)
    for label in (1, 2):
        with pytest.raises(ValueError, match="saved memory"):
            tracker.restore(label, arrays)
    assert _equal(tracker.snapshot(1), before)
    with pytest.raises(ValueError, match="no memory of label 2"):
        tracker.snapshot(2)


def test_a_snapshot_of_a_video_of_another_size_is_refused() -> None:
    other = FlowTracker(ArrayFrames([np.zeros((50, 60, 3), np.uint8)] * 4))
    with pytest.raises(ValueError, match="saved memory"):
        other.restore(1, _snapshots()[1])


def test_carrying_on_without_the_memory_for_it_is_refused() -> None:
    tracker = ONE.tracker()
    with pytest.raises(ValueError, match="no memory of it at frame 4"):
        tracker.propagate(forward(5, 9, carried(1, 5)))
    list(tracker.propagate(forward(0, 3, fresh(ONE.given(0)))))
    with pytest.raises(ValueError, match="no memory of it at frame 4"):
        tracker.propagate(forward(5, 9, carried(1, 5)))


def test_memory_of_labels_outside_the_pass_is_dropped() -> None:
    tracker = TWO.tracker()
    list(tracker.propagate(forward(0, 2, fresh(TWO.given(0)), fresh(TWO.given(1)))))
    list(tracker.propagate(forward(3, 4, carried(2, 3))))
    assert tracker.snapshot(2)["flow"][1] == 4
    with pytest.raises(ValueError, match="no memory of label 1"):
        tracker.snapshot(1)


def test_of_two_labels_alike_the_lower_id_has_the_pixels_in_whatever_order_they_are_named() -> None:
    twin = replace(ONE.given(0), label=2)
    results = list(ONE.tracker().propagate(forward(0, 3, fresh(ONE.given(0)), fresh(twin))))
    assert same(list(ONE.tracker().propagate(forward(0, 3, fresh(twin), fresh(ONE.given(0))))), results)
    first, second = results[1].results
    assert iou(first.mask, ONE.masks[0][1]) > 0.85
    assert not second.mask.any()


def test_crossing_labels_never_share_a_pixel() -> None:
    sweep = forward(0, 9, fresh(TWO.given(0)), fresh(TWO.given(1)))
    for result in TWO.tracker().propagate(sweep):
        assert [one.label for one in result.results] == [1, 2]
        if result.frame:
            assert not (result.results[0].mask & result.results[1].mask).any()


def test_a_prompted_frame_equals_segment_and_the_others_keep_off_it() -> None:
    box = PromptSet(2, 5, boxes=((60.0, 30.0, 110.0, 80.0),))
    sweep = forward(0, 9, fresh(TWO.given(0)), fresh(TWO.given(1), box))
    results = {result.frame: result for result in TWO.tracker().propagate(sweep)}
    (alone,) = TWO.tracker().segment([box])
    first, second = results[5].results
    assert np.array_equal(second.mask, alone.mask)
    assert (second.object_score, second.quality) == (alone.object_score, alone.quality)
    assert (first.source, second.source) == ("propagated", "prompted")
    assert not (first.mask & second.mask).any()


def test_a_later_prompt_takes_effect_from_its_frame_on() -> None:
    wrong = PromptSet(1, 0, mask=TWO.masks[1][0])
    right = PromptSet(1, 4, mask=TWO.masks[0][4])
    results = list(TWO.tracker().propagate(forward(0, 7, fresh(wrong, right))))
    assert iou(results[3].results[0].mask, TWO.masks[1][3]) > 0.8
    assert iou(results[7].results[0].mask, TWO.masks[0][7]) > 0.7


def test_prompts_before_the_start_and_beyond_the_pass_do_nothing() -> None:
    wrong = TWO.masks[1]
    behind, beyond = PromptSet(1, 1, mask=wrong[1]), PromptSet(1, 8, mask=wrong[8])
    other = fresh(TWO.given(1))
    expected = list(TWO.tracker().propagate(forward(0, 6, fresh(TWO.given(0, 2)), other)))
    label = TrackedLabel(1, 2, (behind, TWO.given(0, 2), beyond))
    assert same(list(TWO.tracker().propagate(forward(0, 6, label, other))), expected)
    tracker = TWO.tracker()
    list(tracker.propagate(forward(0, 4, label, other)))
    rest = forward(5, 6, carried(1, 5, behind, TWO.given(0, 2), beyond), carried(2, 5))
    assert same(list(tracker.propagate(rest)), expected[5:])


def test_a_label_without_memory_waits_for_its_first_prompt() -> None:
    ahead = TWO.given(0, 3)
    label = TrackedLabel(1, 1, (TWO.given(0, 0), ahead))
    results = list(TWO.tracker().propagate(forward(1, 5, label)))
    assert [(r.frame, len(r.results)) for r in results] == [(1, 0), (2, 0), (3, 1), (4, 1), (5, 1)]
    assert same(results[2:], list(TWO.tracker().propagate(forward(3, 5, fresh(ahead)))))


def test_nothing_is_computed_for_a_label_before_its_start() -> None:
    sweep = forward(0, 5, fresh(TWO.given(0, 2)), fresh(TWO.given(1, 4)))
    labels = [(r.frame, [one.label for one in r.results]) for r in TWO.tracker().propagate(sweep)]
    assert labels == [(2, [1]), (3, [1]), (4, [1, 2]), (5, [1, 2])]


def test_segment_leaves_the_memory_as_it_was() -> None:
    tracker = ONE.tracker()
    list(tracker.propagate(forward(0, 3, fresh(ONE.given(0)))))
    before = tracker.snapshot(1)
    tracker.segment([PromptSet(1, 8, points=((64.0, 56.0, True),))])
    assert _equal(before, tracker.snapshot(1))


def test_results_do_not_depend_on_frames_visited_before() -> None:
    sweep = forward(2, 6, fresh(ONE.given(0, 2)))
    visited = ONE.tracker()
    list(visited.propagate(forward(0, 9, fresh(ONE.given(0)))))
    visited.segment([PromptSet(1, 9, boxes=((40.0, 30.0, 90.0, 80.0),))])
    assert same(list(visited.propagate(sweep)), list(ONE.tracker().propagate(sweep)))


def test_each_frame_is_read_once_in_a_pass() -> None:
    source = ONE.source()
    list(FlowTracker(source).propagate(forward(0, 7, fresh(ONE.given(0)))))
    assert source.reads == list(range(9))  # frame 7 looks one ahead


def test_a_disc_that_leaves_the_picture_is_absent() -> None:
    clip = Clip([(110, 48, 9, 0)], frames=12)
    results = list(clip.tracker().propagate(forward(0, 11, fresh(clip.given(0)))))
    assert not clip.masks[0][-1].any()
    assert not results[-1].results[0].mask.any()
    assert results[-1].results[0].object_score <= 0 < results[0].results[0].object_score


def test_an_empty_mask_says_absent_and_later_frames_stay_empty() -> None:
    absent = PromptSet(1, 4, mask=np.zeros((96, 144), np.bool_))
    results = list(ONE.tracker().propagate(forward(0, 6, fresh(ONE.given(0), absent))))
    assert all(r.results[0].object_score <= 0 and not r.results[0].mask.any() for r in results[4:])
    assert all(r.results[0].mask.any() for r in results[:4])


def test_a_pass_outside_the_video_is_refused() -> None:
    with pytest.raises(ValueError, match="frames 0 to 10"):
        ONE.tracker().propagate(forward(0, 10, fresh(ONE.given(0))))


def test_the_engine_names_itself_and_opens_a_tracker() -> None:
    engine = FlowEngine()
    assert engine.info.name == "flow"
    assert engine.info.settings["work_long_side"] == 428
    tracker = engine.open(ONE.source())
    (result,) = tracker.segment([ONE.given(0)])
    tracker.close()
    assert np.array_equal(result.mask, ONE.masks[0][0])


def _equal(first: Arrays, second: Arrays) -> bool:
    return first.keys() == second.keys() and all(np.array_equal(first[k], second[k]) for k in first)
