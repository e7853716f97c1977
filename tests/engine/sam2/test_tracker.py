"""How passes, memory and labels meet."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from functools import cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import load, save

from samannot_tui.engine.contract import FrameResult, PromptSet, TrackedLabel
from samannot_tui.engine.sam2.memory import FEATURE_FRAMES, MAX_CONDITIONING, POINTER_FRAMES
from samannot_tui.engine.sam2.network import Network
from samannot_tui.engine.sam2.tracker import Sam2Tracker
from tests.engine.flow.clips import ArrayFrames
from tests.engine.sam2.rig import CLIP, FRAMES, PLENTY, WEIGHTS, facts, network, seasoned, sweep, tracker

Direction = Literal["forward", "backward"]
DIRECTIONS: tuple[Direction, ...] = ("forward", "backward")
LAST = 39
CLICK = PromptSet(1, 2, points=((36.0, 42.0, True),))
BOX = PromptSet(1, 7, boxes=((30.0, 30.0, 90.0, 80.0),))
OTHER = PromptSet(2, 2, boxes=((90.0, 20.0, 130.0, 60.0),))


def _mirrored(prompts: PromptSet, direction: Direction) -> PromptSet:
    return prompts if direction == "forward" else replace(prompts, frame=LAST - prompts.frame)


def _span(direction: Direction, first: int, last: int) -> tuple[int, int]:
    """The stretch first..last steps into the way."""
    return (first, last) if direction == "forward" else (LAST - last, LAST - first)


def _fresh(direction: Direction) -> TrackedLabel:
    prompts = tuple(_mirrored(one, direction) for one in (CLICK, BOX))
    return TrackedLabel(1, prompts[0].frame, prompts)


def _carried(direction: Direction, steps: int) -> TrackedLabel:
    start = steps if direction == "forward" else LAST - steps
    return TrackedLabel(1, start, tuple(_mirrored(one, direction) for one in (CLICK, BOX)), carried=True)


@cache
def _whole(direction: Direction) -> list[FrameResult]:
    return list(seasoned().propagate(sweep(direction, 0, LAST, _fresh(direction))))


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_blocks_with_the_memory_carried_equal_the_whole(direction: Direction) -> None:
    ours = seasoned()
    found = list(ours.propagate(sweep(direction, *_span(direction, 0, 9), _fresh(direction))))
    for block in range(10, LAST, 10):
        stretch = _span(direction, block, block + 9)
        later = TrackedLabel(1, _carried(direction, block).start, (), carried=True)
        found += ours.propagate(sweep(direction, *stretch, later))
    assert facts(found, 1) == facts(_whole(direction), 1)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("steps", [3, 6, 7, 20])
def test_a_pass_ended_anywhere_goes_on_in_a_new_process_as_if_nothing_had_happened(
    direction: Direction, steps: int
) -> None:
    end = steps - 1 if direction == "forward" else LAST - steps + 1
    found = []
    ours = seasoned()
    with closing(ours.propagate(sweep(direction, 0, LAST, _fresh(direction)))) as results:
        for one in results:
            found.append(one)
            if one.frame == end:
                break
    file = save(dict(ours.snapshot(1)))
    rest = sweep(direction, *_span(direction, steps, LAST), _carried(direction, steps))
    here = found + list(ours.propagate(rest))
    assert facts(here, 1) == facts(_whole(direction), 1)
    if steps != 20:
        return
    other = tracker()
    other.restore(1, load(file))
    there = found + list(other.propagate(rest))
    assert facts(there, 1) == facts(_whole(direction), 1)


def test_a_snapshot_restored_is_the_same_snapshot() -> None:
    ours = seasoned()
    list(ours.propagate(sweep("forward", 2, 20, _fresh("forward"))))
    arrays = ours.snapshot(1)
    other = Sam2Tracker(network(), WEIGHTS, CLIP.source(), PLENTY)
    other.restore(1, load(save(dict(arrays))))
    assert _same(arrays, other.snapshot(1))
    assert arrays["recent.features"].dtype == np.uint16
    assert len(arrays["recent.features"]) == FEATURE_FRAMES
    assert len(arrays["recent.pointers"]) == POINTER_FRAMES - 1  # frame 7 is among the last 15, and prompted


def _same(one: Mapping[str, npt.NDArray[np.generic]], other: Mapping[str, npt.NDArray[np.generic]]) -> bool:
    return one.keys() == other.keys() and all(
        one[name].dtype == other[name].dtype and np.array_equal(one[name], other[name]) for name in one
    )


def test_prompts_ahead_that_changed_since_the_memory_was_made_count_as_they_are_now() -> None:
    ours = seasoned()
    later = PromptSet(1, 12, points=((80.0, 60.0, True),))
    list(ours.propagate(sweep("forward", 2, 5, TrackedLabel(1, 2, (CLICK, BOX)))))
    list(ours.propagate(sweep("forward", 6, 15, TrackedLabel(1, 6, (later,), carried=True))))
    assert ours.snapshot(1)["conditioning"].tolist() == [12, 2]


def test_a_new_instance_in_mid_video_leaves_the_others_bit_identical() -> None:
    late = TrackedLabel(2, 12, (PromptSet(2, 12, points=((104.0, 42.0, True),)),))
    results = list(seasoned().propagate(sweep("forward", 2, 20, late, _fresh("forward"))))
    assert facts(results, 1) == facts([one for one in _whole("forward") if one.frame <= 20], 1)
    assert [one.frame for one in results if len(one.results) == 2] == list(range(12, 21))
    assert all([one.label for one in found.results] == [1, 2] for found in results if found.frame >= 12)


def test_labels_do_not_touch_each_other_and_may_overlap() -> None:
    both = list(seasoned().propagate(sweep("forward", 2, 12, _fresh("forward"), TrackedLabel(2, 2, (OTHER,)))))
    alone = list(seasoned().propagate(sweep("forward", 2, 12, TrackedLabel(2, 2, (OTHER,)))))
    assert facts(both, 2) == facts(alone, 2)
    assert facts(both, 1) == facts(_whole("forward"), 1)[:11]
    assert any((found.results[0].mask & found.results[1].mask).any() for found in both)


def test_prompts_count_in_any_order_and_wherever_in_the_reach_they_lie() -> None:
    behind, ahead = PromptSet(1, 4, points=((38.0, 42.0, True),)), PromptSet(1, 30, mask=CLIP.masks[0][30])
    here = PromptSet(1, 10, points=((42.0, 44.0, True),))

    def tracked(*prompts: PromptSet) -> list[tuple[object, ...]]:
        return facts(list(seasoned().propagate(sweep("forward", 10, 16, TrackedLabel(1, 10, prompts)))), 1)

    all_of_them = tracked(behind, here, ahead)
    assert tracked(ahead, behind, here) == all_of_them
    assert (
        len({repr(found) for found in (all_of_them, tracked(here), tracked(behind, here), tracked(here, ahead))}) == 4
    )


def test_a_label_without_a_prompt_at_its_start_goes_on_from_one_behind_and_waits_for_one_ahead() -> None:
    behind = TrackedLabel(1, 10, (PromptSet(1, 4, points=((38.0, 42.0, True),)),))
    ahead = TrackedLabel(2, 10, (PromptSet(2, 12, points=((104.0, 42.0, True),)),))
    results = list(seasoned().propagate(sweep("forward", 8, 13, behind, ahead)))
    labels = [(found.frame, [one.label for one in found.results]) for found in results]
    assert labels == [(10, [1]), (11, [1]), (12, [1, 2]), (13, [1, 2])]


def test_segment_is_reproducible_leaves_memory_alone_and_is_what_a_pass_gives_there() -> None:
    ours = tracker()
    list(ours.propagate(sweep("forward", 2, 9, _fresh("forward"))))
    before = ours.snapshot(1)
    correction = PromptSet(1, 5, points=((60.0, 44.0, True), (20.0, 20.0, False)), base=CLIP.masks[1][5])
    one, other = ours.segment([correction, replace(correction, label=2)])
    (again,) = tracker().segment([correction])
    assert one.mask.tobytes() == again.mask.tobytes() == other.mask.tobytes()
    assert (one.object_score, one.quality) == (again.object_score, again.quality)
    assert _same(before, ours.snapshot(1))
    corrected = TrackedLabel(1, 2, (CLICK, correction, BOX))
    results = facts(list(ours.propagate(sweep("forward", 2, 9, corrected))), 1)
    old = facts(_whole("forward"), 1)
    assert results[3] == (5, one.mask.tobytes(), one.object_score, one.quality, "prompted")
    assert old[3][1] != one.mask.tobytes()
    assert results[4][1] != old[4][1]


def test_a_second_pass_does_not_run_the_encoder_and_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    encode = Sam2Tracker._encoded

    def counted(self: Sam2Tracker, frame: int) -> object:
        seen.append(frame)
        return encode(self, frame)

    monkeypatch.setattr(Sam2Tracker, "_encoded", counted)
    ours, small = tracker(), tracker(cache_bytes=0)
    first = list(ours.propagate(sweep("forward", 2, 6, _fresh("forward"))))
    assert sorted(seen) == [2, 3, 4, 5, 6, 7]
    second = list(ours.propagate(sweep("forward", 2, 6, _fresh("forward"))))
    assert len(seen) == 6
    uncached = list(small.propagate(sweep("forward", 2, 6, _fresh("forward"))))
    assert len(seen) > 6
    assert facts(first, 1) == facts(second, 1) == facts(uncached, 1)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_memory_does_not_grow_with_the_frames_tracked_nor_with_the_prompts_behind(direction: Direction) -> None:
    """Backward neither, where SAMannot leaves its memory window out."""
    ours = seasoned()
    order = range(FRAMES) if direction == "forward" else range(FRAMES - 1, -1, -1)
    prompts = tuple(PromptSet(1, frame, points=((40.0, 42.0, True),)) for frame in order[:30])
    sizes = []
    counts = []
    for _ in ours.propagate(sweep(direction, 0, FRAMES - 1, TrackedLabel(1, order[0], prompts))):
        bank = ours._held[1]
        counts.append((len(bank.conditioning), len(bank.recent)))
        sizes.append(bank.nbytes)
    assert counts[45:] == [(MAX_CONDITIONING + 1, POINTER_FRAMES)] * (FRAMES - 45)
    assert sizes[59] == sizes[45]
    kept = [memory for part in (bank.conditioning, bank.recent) for memory in part.values()]
    tensors = [tensor for memory in kept for tensor in (memory.pointer, memory.features) if tensor is not None]
    assert sum(tensor.untyped_storage().nbytes() for tensor in tensors) == sizes[59]
    pointer, features = (int(np.prod(shape)) for shape in network().memory_shapes)
    frames = MAX_CONDITIONING + 1
    assert sizes[59] == (frames + POINTER_FRAMES) * pointer * 4 + (frames + FEATURE_FRAMES) * features * 2


def test_memory_of_labels_outside_the_pass_is_dropped_and_restoring_leaves_other_labels_alone() -> None:
    ours = seasoned()
    list(ours.propagate(sweep("forward", 2, 4, _fresh("forward"), TrackedLabel(2, 2, (OTHER,)))))
    first, second = ours.snapshot(1), ours.snapshot(2)
    list(ours.propagate(sweep("forward", 5, 6, TrackedLabel(2, 5, (), carried=True))))
    with pytest.raises(ValueError, match="no memory of label 1"):
        ours.snapshot(1)
    kept = ours.snapshot(2)
    ours.restore(1, first)
    assert _same(ours.snapshot(2), kept)
    assert _same(ours.snapshot(1), first)
    assert not _same(kept, second)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_carrying_on_without_the_memory_for_it_is_refused(direction: Direction) -> None:
    ours = tracker()
    for label in (TrackedLabel(1, 6, (), carried=True), TrackedLabel(1, 4, (), carried=True)):
        with pytest.raises(ValueError, match="cannot go on at frame"):
            ours.propagate(sweep("forward", 2, 9, label))
    list(ours.propagate(sweep("forward", 2, 4, TrackedLabel(1, 2, (CLICK,)))))
    with pytest.raises(ValueError, match="cannot go on at frame 6"):
        ours.propagate(sweep("forward", 2, 9, TrackedLabel(1, 6, (), carried=True)))
    with pytest.raises(ValueError, match="in this direction"):
        ours.propagate(sweep("backward", 0, 9, TrackedLabel(1, 3, (), carried=True)))


@pytest.mark.parametrize(
    ("prompts", "message"),
    [
        (PromptSet(1, 3), "no prompt"),
        (PromptSet(1, 3, points=((5.0, 5.0, False),)), "negative points alone"),
        (PromptSet(1, 60, points=((5.0, 5.0, True),)), "frames 0 to 59"),
        (PromptSet(1, -1, points=((5.0, 5.0, True),)), "frames 0 to 59"),
        (PromptSet(1, 3, points=((float("nan"), 5.0, True),)), "no number"),
        (PromptSet(1, 3, boxes=((0.0, 0.0, float("inf"), 5.0),)), "no number"),
        (PromptSet(1, 3, mask=np.zeros((96, 96), np.bool_)), "144x96"),
        (PromptSet(1, 3, base=np.zeros((96, 144), np.uint8)), "144x96"),  # type: ignore[arg-type]
    ],
)
def test_a_set_that_computes_nothing_is_refused_before_anything_is_computed(prompts: PromptSet, message: str) -> None:
    source = CLIP.source()
    ours = tracker(source)
    with pytest.raises(ValueError, match=message):
        ours.segment([CLICK, prompts])
    with pytest.raises(ValueError, match=message):
        ours.propagate(sweep("forward", 0, 9, TrackedLabel(1, 0, (CLICK, prompts))))
    assert source.reads == []


def test_a_pass_outside_the_video_is_refused() -> None:
    with pytest.raises(ValueError, match="frames 0 to 60"):
        tracker().propagate(sweep("forward", 0, 60, _fresh("forward")))


@cache
def _snapshot() -> dict[str, Any]:
    list(seasoned().propagate(sweep("forward", 2, 10, _fresh("forward"))))
    return dict(seasoned().snapshot(1))


def _with(name: str, row: int, value: object) -> npt.NDArray[np.generic]:
    array: npt.NDArray[np.generic] = _snapshot()[name].copy()
    array[row] = value
    return array


@pytest.mark.parametrize(
    ("name", "change"),
    [
        *[(name, lambda array: None) for name in ("sam2", "weights", "conditioning", "recent")],
        *[(f"conditioning.{what}", lambda array: None) for what in ("pointers", "features")],
        *[(f"recent.{what}", lambda array: None) for what in ("pointers", "features")],
        *[(name, lambda array: array[:-1]) for name in ("sam2", "recent", "recent.pointers", "conditioning.features")],
        *[(name, lambda array: array.astype(np.float64)) for name in ("sam2", "recent", "recent.pointers")],
        ("recent.features", lambda array: array.astype(np.float32)),
        ("recent.features", lambda array: np.full_like(array, 0x7FC0)),
        ("recent.pointers", lambda array: np.full_like(array, np.nan)),
        ("recent", lambda array: array[::-1]),
        ("recent", lambda array: array + 1),
        ("recent", lambda array: array - 20),
        ("conditioning", lambda array: array + 1),
        ("conditioning", lambda array: array * 0),
        ("weights", lambda array: array ^ 1),
        *[("sam2", lambda array, at=at: array + (np.arange(len(array)) == at)) for at in range(7)],
        ("sam2", lambda array: array * [1, 1, 1, 1, 1, 7, 1]),
    ],
)
def test_a_damaged_snapshot_is_refused_and_changes_nothing(name: str, change: Any) -> None:
    arrays = dict(_snapshot())
    changed = change(arrays[name])
    if changed is None:
        del arrays[name]
    else:
        arrays[name] = changed
    ours = tracker()
    with pytest.raises(ValueError, match="saved memory"):
        ours.restore(1, arrays)
    with pytest.raises(ValueError, match="no memory"):
        ours.snapshot(1)


def test_a_snapshot_of_another_video_size_image_size_or_model_is_refused() -> None:
    smaller = ArrayFrames([np.zeros((50, 60, 3), np.uint8)] * FRAMES)
    shorter = ArrayFrames(CLIP.frames[:-1])
    for others in (
        tracker(smaller),
        tracker(shorter),
        Sam2Tracker(network(), "cd" * 32, CLIP.source(), 0),
        Sam2Tracker(network(image_size=64), WEIGHTS, CLIP.source(), 0),
    ):
        with pytest.raises(ValueError, match="another version, model, image size or video"):
            others.restore(1, _snapshot())


def test_an_error_in_mid_pass_leaves_the_memory_of_the_last_frame_given(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = seasoned()
    tracked = Network.tracked

    def failing(self: Network, features: Any, frame: int, *rest: Any) -> Any:
        if frame == 5:
            raise OSError("the disk is gone")
        return tracked(self, features, frame, *rest)

    monkeypatch.setattr(Network, "tracked", failing)
    found = []
    with pytest.raises(OSError, match="the disk is gone"):
        for one in ours.propagate(sweep("forward", 2, 9, _fresh("forward"))):
            found.append(one)
    monkeypatch.undo()
    found += ours.propagate(sweep("forward", 5, 9, _carried("forward", 5)))
    assert facts(found, 1) == facts(_whole("forward"), 1)[:8]


def test_nothing_is_printed_and_no_warning_given(
    capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    ours = tracker()
    list(ours.propagate(sweep("forward", 2, 4, _fresh("forward"))))
    ours.close()
    assert capfd.readouterr() == ("", "")
    assert [str(one.message) for one in recwarn] == []


def test_a_closed_tracker_holds_nothing() -> None:
    ours = tracker()
    list(ours.propagate(sweep("forward", 2, 3, TrackedLabel(1, 2, (CLICK,)))))
    ours.close()
    assert ours._features.nbytes == 0
    with pytest.raises(ValueError, match="no memory"):
        ours.snapshot(1)
