"""What the engine is for: the masks of upstream's own predictor, bit for bit."""

from typing import Literal

import numpy as np
import pytest
import torch

from samannot_tui.engine.contract import FrameResult, PromptSet, TrackedLabel
from samannot_tui.engine.sam2.features import ImageFeatures
from samannot_tui.engine.sam2.memory import FEATURE_FRAMES, MAX_CONDITIONING, POINTER_FRAMES
from samannot_tui.engine.sam2.tracker import Sam2Tracker
from samannot_tui.masks.rle import BoolMask
from tests.engine.sam2.rig import (
    CLIP,
    FRAMES,
    IMAGE_SIZE,
    PLENTY,
    WEIGHTS,
    network,
    ordered,
    seasoned,
    sweep,
    upstream,
)
from tests.engine.sam2.upstream import Upstream, build_upstream, random_weights

START = 20
PROMPTS: dict[int, tuple[PromptSet, ...]] = {
    1: (
        PromptSet(1, 5, points=((36.0, 42.0, True),)),
        PromptSet(1, START, boxes=((36.0, 30.0, 74.0, 66.0),), points=((56.0, 48.0, True), (90.0, 20.0, False))),
        PromptSet(1, 41, mask=CLIP.masks[0][41]),
    ),
    2: (
        PromptSet(2, START, points=((90.0, 44.0, True), (20.5, 20.25, False))),
        PromptSet(2, 22, boxes=((70.0, 28.0, 106.0, 60.0),)),
    ),
    3: (
        PromptSet(3, 2, mask=CLIP.masks[2][2]),
        PromptSet(3, START, mask=CLIP.masks[2][START], points=((60.0, 50.0, True),)),
        PromptSet(3, 50, points=((76.0, 40.0, True), (80.0, 44.0, True))),
    ),
}
BOX = (30.0, 30.0, 90.0, 80.0)


def _prompted(*labels: int) -> Upstream:
    reference = upstream()
    for frame in range(FRAMES):
        for label in labels:
            for one in PROMPTS[label]:
                if one.frame == frame:
                    reference.add(one)
    return reference


def _assert_equal(found: FrameResult, logits: dict[int, torch.Tensor], reference: Upstream) -> None:
    assert [one.label for one in found.results] == sorted(logits)
    for one in found.results:
        assert one.object_score == reference.object_score(one.label, found.frame)
        given = [p.mask for p in PROMPTS[one.label] if p.frame == found.frame and not p.points]
        expected = logits[one.label].numpy() > 0 if not given or given[0] is None else given[0]
        assert np.array_equal(one.mask, expected)
        assert one.source == ("prompted" if any(p.frame == found.frame for p in PROMPTS[one.label]) else "propagated")


@pytest.mark.parametrize("labels", [(1,), (1, 2, 3)])
def test_forward_then_backward_from_a_frame_equals_upstream(labels: tuple[int, ...]) -> None:
    reference = _prompted(*labels)
    directions: tuple[Literal["forward", "backward"], ...] = ("forward", "backward")
    for direction in directions:
        first, last = (START, FRAMES - 1) if direction == "forward" else (0, START)
        tracked = [TrackedLabel(label, START, ordered(PROMPTS[label], direction)) for label in labels]
        count, seen = last - first + 1, []
        steps = reference.propagate(START, count, reverse=direction == "backward")
        for found, (frame, logits) in zip(
            seasoned().propagate(sweep(direction, first, last, *tracked)), steps, strict=True
        ):
            assert found.frame == frame
            _assert_equal(found, logits, reference)
            seen += [one.mask for one in found.results if one.source == "propagated"]
        _assert_telling(seen)
        reference.forget_tracked()


@pytest.mark.parametrize("labels", [(1,), (1, 2, 3)])
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_the_whole_clip_in_one_sweep_equals_upstream(
    direction: Literal["forward", "backward"], labels: tuple[int, ...]
) -> None:
    last = FRAMES - 1
    start = 0 if direction == "forward" else last
    reference, tracked = upstream(), []
    for label in labels:
        # Each is prompted at both ends and once between, with a kind of its own.
        between = PromptSet(label, 20 + label, points=((40.0 + 10 * label, 48.0, True),))
        ends = [PromptSet(label, frame, mask=CLIP.masks[label - 1][frame]) for frame in (0, last)]
        given = (ends[0], between, ends[1])
        # Upstream's last bits depend on the order in which frames were prompted; the engine's is by frame.
        for one in given:
            reference.add(one)
        tracked.append(TrackedLabel(label, start, ordered(given, direction)))
    seen = []
    steps = reference.propagate(start, FRAMES, reverse=direction == "backward")
    for found, (frame, logits) in zip(seasoned().propagate(sweep(direction, 0, last, *tracked)), steps, strict=True):
        assert found.frame == frame
        for one in found.results:
            assert one.object_score == reference.object_score(one.label, frame)
            if frame not in (0, last):
                assert np.array_equal(one.mask, logits[one.label].numpy() > 0)
                seen.append(one.mask)
    assert len(seen) == (FRAMES - 2) * len(labels)
    _assert_telling(seen)


def _assert_telling(masks: list[BoolMask]) -> None:
    """Masks of random weights that are all empty, full or alike would be equal whatever the engine does."""
    shares = [float(mask.mean()) for mask in masks]
    assert all(0.05 < share < 0.95 for share in shares)
    assert len({mask.tobytes() for mask in masks}) > len(masks) / 2


def test_more_prompted_frames_than_the_network_attends_to_equal_upstream_with_the_same_bound() -> None:
    # More within the reach of pointers than it attends to, then some farther apart, ahead and behind.
    frames = [*range(11), 13, 20, 22, 30, 36, 38]
    assert POINTER_FRAMES > 11 > MAX_CONDITIONING + 1
    prompts = tuple(PromptSet(1, frame, points=((40.0 + frame, 44.0, True),)) for frame in frames)
    reference = upstream()
    for one in prompts:
        reference.add(one)
    results = seasoned().propagate(sweep("forward", 0, 44, TrackedLabel(1, 0, prompts)))
    for found, (_, logits) in zip(results, reference.propagate(0, 45), strict=True):
        assert np.array_equal(found.results[0].mask, logits[1].numpy() > 0)
        assert found.results[0].object_score == reference.object_score(1, found.frame)
    reference.forget_tracked()
    back = seasoned().propagate(sweep("backward", 0, 38, TrackedLabel(1, 38, prompts[::-1])))
    for found, (_, logits) in zip(back, reference.propagate(38, 39, reverse=True), strict=True):
        assert np.array_equal(found.results[0].mask, logits[1].numpy() > 0)


@pytest.mark.parametrize(
    "prompts",
    [
        PromptSet(1, 8, points=((40.0, 44.0, True),)),
        PromptSet(1, 8, points=((40.3, 44.7, True), (100.9, 20.1, False), (50.0, 40.0, True))),
        PromptSet(1, 8, boxes=(BOX,)),
        PromptSet(1, 8, boxes=((90.0, 80.0, 30.0, 30.0),)),
        PromptSet(1, 8, boxes=(BOX,), points=((50.0, 50.0, True), (10.0, 10.0, False))),
        PromptSet(1, 8, base=CLIP.masks[0][8], points=((100.0, 20.0, False),)),
        PromptSet(1, 8, base=CLIP.masks[0][8], boxes=(BOX,)),
        PromptSet(1, 8, mask=CLIP.masks[0][8], boxes=(BOX,), points=((50.0, 50.0, True),)),
    ],
    ids=["click", "clicks", "box", "box-reversed", "box-clicks", "base-click", "base-box", "mask-box-click"],
)
def test_every_kind_of_prompt_equals_upstream(prompts: PromptSet) -> None:
    reference = upstream()
    ordered_box = tuple((min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3])) for b in prompts.boxes)
    logits = reference.add(PromptSet(1, 8, prompts.points, ordered_box, prompts.mask, prompts.base))
    (found,) = seasoned().segment([prompts])
    assert np.array_equal(found.mask, logits.numpy() > 0)
    assert 0.02 < found.mask.mean() < 0.98
    assert found.source == "prompted"
    assert 0 < found.quality < 1


def test_a_mask_and_a_base_refined_together_act_as_their_union() -> None:
    click = ((50.0, 50.0, True),)
    both = PromptSet(1, 8, points=click, mask=CLIP.masks[0][8], base=CLIP.masks[1][8])
    union = PromptSet(1, 8, points=click, mask=CLIP.masks[0][8] | CLIP.masks[1][8])
    one, other, without = seasoned().segment([both, union, PromptSet(1, 8, points=click, mask=CLIP.masks[0][8])])
    assert np.array_equal(one.mask, other.mask)
    assert not np.array_equal(one.mask, without.mask)


def test_a_mask_given_is_the_result_bit_for_bit_and_conditions_as_upstream() -> None:
    reference = upstream()
    reference.add(PromptSet(1, 8, mask=CLIP.masks[0][8]))
    given = PromptSet(1, 8, mask=CLIP.masks[0][8])
    results = list(seasoned().propagate(sweep("forward", 8, 11, TrackedLabel(1, 8, (given,)))))
    first = results[0].results[0]
    assert np.array_equal(first.mask, CLIP.masks[0][8])
    assert (first.object_score, first.quality, first.source) == (10.0, 1.0, "prompted")
    for found, (_, logits) in list(zip(results, reference.propagate(8, 4), strict=True))[1:]:
        assert np.array_equal(found.results[0].mask, logits[1].numpy() > 0)


def test_a_base_alone_stands_and_a_mask_alone_takes_its_place() -> None:
    mine, base = CLIP.masks[0][8], CLIP.masks[1][8]
    kept, replaced = seasoned().segment([PromptSet(1, 8, base=base), PromptSet(1, 8, mask=mine, base=base)])
    assert np.array_equal(kept.mask, base)
    assert np.array_equal(replaced.mask, mine)


def test_an_empty_mask_says_absent() -> None:
    (found,) = seasoned().segment([PromptSet(1, 8, mask=np.zeros((96, 144), np.bool_))])
    assert not found.mask.any()
    assert (found.object_score, found.quality) == (-10.0, 0.0)


def test_several_boxes_give_the_union_of_their_masks_and_that_union_conditions() -> None:
    boxes = (BOX, (80.0, 10.0, 140.0, 50.0))
    several = PromptSet(1, 8, boxes=boxes)
    reference = upstream()
    union = np.zeros((96, 144), np.bool_)
    for label, box in enumerate(boxes, start=2):
        union |= reference.add(PromptSet(label, 8, boxes=(box,))).numpy() > 0
    results = list(seasoned().propagate(sweep("forward", 8, 11, TrackedLabel(1, 8, (several,)))))
    assert np.array_equal(results[0].results[0].mask, union)
    reference = upstream()
    reference.add(PromptSet(1, 8, mask=union))
    for found, (_, logits) in list(zip(results, reference.propagate(8, 4), strict=True))[1:]:
        assert np.array_equal(found.results[0].mask, logits[1].numpy() > 0)
    clicks = ((50.0, 50.0, True),)
    refined, expected = seasoned().segment([PromptSet(1, 8, clicks, boxes), PromptSet(1, 8, clicks, base=union)])
    assert np.array_equal(refined.mask, expected.mask)


def test_bf16_equals_upstream_under_the_same_autocast() -> None:
    reference = Upstream(build_upstream(random_weights(), IMAGE_SIZE), CLIP.source())
    prompts = (PromptSet(1, 0, points=((36.0, 42.0, True),)), PromptSet(1, 4, mask=CLIP.masks[0][4]))
    ours = Sam2Tracker(network("bf16"), WEIGHTS, CLIP.source(), PLENTY)
    results = list(ours.propagate(sweep("forward", 0, 9, TrackedLabel(1, 0, prompts))))
    with torch.autocast("cpu", torch.bfloat16):
        for one in prompts:
            reference.add(one)
        steps = list(reference.propagate(0, 10))
    for found, (frame, logits) in zip(results, steps, strict=True):
        if frame != 4:
            assert np.array_equal(found.results[0].mask, logits[1].numpy() > 0)
            assert found.results[0].object_score == reference.object_score(1, frame)


def test_the_windows_are_the_networks_own() -> None:
    model = network()._model
    assert model.num_maskmem - 1 == FEATURE_FRAMES
    assert model.max_obj_ptrs_in_encoder - 1 == POINTER_FRAMES
    assert model.max_cond_frames_in_attn == MAX_CONDITIONING
    assert model.memory_temporal_stride_for_eval == 1


def test_predicted_quality_is_the_best_candidates_iou(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[torch.Tensor] = []
    heads = network()._model._forward_sam_heads

    def spied(*args: object, **kwargs: object) -> object:
        found = heads(*args, **kwargs)
        seen.append(found[2])
        return found

    monkeypatch.setattr(network()._model, "_forward_sam_heads", spied)
    (found,) = seasoned().segment([PromptSet(1, 8, points=((40.0, 44.0, True),))])
    assert seen[0].shape == (1, 3)
    assert found.quality == float(seen[0].max())


def test_features_are_upstreams() -> None:
    reference = upstream()
    ours: ImageFeatures = seasoned()._features.at(3)
    _, theirs = reference.state["cached_features"][3]
    assert all(torch.equal(mine, yours) for mine, yours in zip(ours.levels, theirs["backbone_fpn"], strict=True))
    assert torch.equal(ours.position, theirs["vision_pos_enc"][-1])
    assert ours.nbytes == sum(level.untyped_storage().nbytes() for level in ours.levels)
