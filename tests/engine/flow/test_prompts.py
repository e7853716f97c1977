import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.engine.contract import PromptSet
from samannot_tui.engine.flow.tracker import FlowTracker
from tests.engine.flow.clips import ArrayFrames, Clip, forward, fresh, iou

CLIP = Clip([(40, 48, 3, 1), (104, 40, -1, 1)], frames=4)
DISC, OTHER = CLIP.masks[0][1], CLIP.masks[1][1]
BOX = (27.0, 33.0, 59.0, 65.0)
OTHER_BOX = (87.0, 25.0, 119.0, 57.0)


def segmented(**prompts: object) -> np.ndarray:  # type: ignore[type-arg]
    (result,) = CLIP.tracker().segment([PromptSet(1, 1, **prompts)])  # type: ignore[arg-type]
    assert result.source == "prompted"
    return result.mask


def test_a_box_gives_the_object_in_it_and_nothing_outside() -> None:
    mask = segmented(boxes=(BOX,))
    assert iou(mask, DISC) > 0.9
    outside = np.ones_like(mask)
    outside[32:67, 26:61] = False
    assert not (mask & outside).any()


def test_corners_may_come_in_any_order() -> None:
    assert np.array_equal(segmented(boxes=((59.0, 65.0, 27.0, 33.0),)), segmented(boxes=(BOX,)))


def test_several_boxes_give_the_union() -> None:
    assert iou(segmented(boxes=(BOX, OTHER_BOX)), DISC | OTHER) > 0.9


def test_one_click_gives_the_object_under_it() -> None:
    assert iou(segmented(points=((43.0, 49.0, True),)), DISC) > 0.7


def test_a_negative_click_on_a_second_object_takes_it_away() -> None:
    both = segmented(boxes=(BOX, OTHER_BOX))
    less = segmented(boxes=(BOX, OTHER_BOX), points=((103.0, 41.0, False),))
    assert np.count_nonzero(both & OTHER) > 700
    assert np.count_nonzero(less & OTHER) < 100
    assert iou(less & ~OTHER, DISC) > 0.8


def test_a_click_refines_a_base_and_leaves_what_is_far_away_untouched() -> None:
    base = DISC.copy()
    base[:, 43:] = False  # half of the disc is missing
    base[80:84, 130:140] = True  # a person's stroke, far from the click
    mask = segmented(base=base, points=((52.0, 49.0, True),))
    assert iou(mask[:, :80], DISC[:, :80]) > 0.85
    assert mask[80:84, 130:140].all()
    assert not mask[70:80, 100:].any()


def test_a_mask_comes_back_as_it_is() -> None:
    mask = np.random.RandomState(3).rand(96, 144) > 0.5
    assert np.array_equal(segmented(mask=mask), mask)


def test_negative_points_refine_a_base() -> None:
    mask = segmented(base=DISC | OTHER, points=((103.0, 41.0, False),))
    assert iou(mask, DISC) > 0.8


def test_prompts_far_outside_the_frame_act_at_its_edge() -> None:
    assert segmented(points=((-500.0, 9999.0, True),))[-8:, :8].any()
    assert segmented(boxes=((-900.0, -900.0, 40.0, 40.0),)).any()
    assert segmented(boxes=((5000.0, 5000.0, 6000.0, 6000.0),)).any()


@pytest.mark.parametrize(
    ("prompts", "sentence"),
    [
        (PromptSet(3, 1, points=((4.0, 4.0, False),)), "label 3 on frame 1 has negative points alone"),
        (PromptSet(3, 1), "has no prompt"),
        (PromptSet(3, 9, points=((4.0, 4.0, True),)), "the video has frames 0 to 3"),
        (PromptSet(3, 1, mask=np.zeros((5, 5), np.bool_)), "144x96 pixels"),
        (PromptSet(3, 1, base=np.zeros((96, 144), np.bool_), boxes=((0, 0, float("nan"), 4),)), "no number"),
    ],
)
def test_a_set_that_computes_nothing_is_refused_in_a_sentence(prompts: PromptSet, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        CLIP.tracker().segment([prompts])
    with pytest.raises(ValueError, match=sentence):
        CLIP.tracker().propagate(forward(0, 3, fresh(prompts)))


def test_negative_points_on_an_empty_base_leave_it_empty() -> None:
    mask = segmented(base=np.zeros((96, 144), np.bool_), points=((4.0, 4.0, False),))
    assert not mask.any()


pictures = st.sampled_from(["noise", "blank", "grey ramp"])
sides = st.integers(1, 70)


@settings(max_examples=25, deadline=None)
@given(sides, sides, pictures, st.sampled_from(["all", "pixel", "box", "clicks"]), st.integers(0, 99))
def test_any_size_and_content_works(height: int, width: int, content: str, kind: str, seed: int) -> None:
    random = np.random.RandomState(seed)
    frames = [_picture(content, height, width, random) for _ in range(3)]
    x, y = random.uniform(-5, width + 5), random.uniform(-5, height + 5)
    pixel = np.zeros((height, width), np.bool_)
    pixel[random.randint(height), random.randint(width)] = True
    prompts = {
        "all": PromptSet(1, 0, mask=np.ones((height, width), np.bool_)),
        "pixel": PromptSet(1, 0, mask=pixel),
        "box": PromptSet(1, 0, boxes=((x, y, width / 2, height / 2),)),
        "clicks": PromptSet(1, 0, points=((x, y, True), (width / 2, height / 2, False))),
    }[kind]
    results = list(FlowTracker(ArrayFrames(frames)).propagate(forward(0, 2, fresh(prompts))))
    assert len(results) == 3
    for result in results:
        (one,) = result.results
        assert one.mask.shape == (height, width) and one.mask.dtype == np.bool_
        assert np.isfinite(one.object_score) and 0 <= one.quality <= 1
        assert one.mask.any() == (one.object_score > 0)


def _picture(content: str, height: int, width: int, random: np.random.RandomState) -> np.ndarray:  # type: ignore[type-arg]
    if content == "noise":
        return random.randint(0, 256, (height, width, 3)).astype(np.uint8)
    if content == "blank":
        return np.zeros((height, width, 3), np.uint8)
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(ramp[None, :, None], (height, width, 3)))


@pytest.mark.parametrize("size", [(2160, 3840), (1280, 720), (7, 900), (481, 853)])
def test_large_portrait_and_odd_pictures_give_masks_of_their_own_size(size: tuple[int, int]) -> None:
    height, width = size
    frame = np.zeros((height, width, 3), np.uint8)
    frame[height // 4 : height // 2, width // 4 : width // 2] = (250, 40, 40)
    truth = frame[..., 0] > 0
    tracker = FlowTracker(ArrayFrames([frame, frame]))
    results = list(tracker.propagate(forward(0, 1, fresh(PromptSet(1, 0, mask=truth)))))
    assert results[1].results[0].mask.shape == size
    assert iou(results[1].results[0].mask, truth) > (0.97 if min(size) > 100 else 0.4)
