"""A real sequence, where ../shared/data is at hand."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from samannot_tui.engine.contract import PromptSet
from samannot_tui.engine.flow.tracker import FlowTracker
from tests.engine.flow.clips import ArrayFrames, forward, fresh, iou

DAVIS = Path(__file__).parents[4] / "shared" / "data" / "davis"
FRAMES = 25

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not DAVIS.is_dir(), reason=f"{DAVIS} is not there"),
]


@pytest.fixture(scope="module")
def dog() -> tuple[ArrayFrames, list[np.ndarray]]:  # type: ignore[type-arg]
    pictures, masks = [], []
    for frame in range(FRAMES):
        picture = cv2.imread(str(DAVIS / "JPEGImages" / "dog" / f"{frame:05d}.jpg"), cv2.IMREAD_COLOR)
        mask = cv2.imread(str(DAVIS / "Annotations" / "dog" / f"{frame:05d}.png"), cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        assert mask is not None
        pictures.append(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
        masks.append(mask > 0)
    return ArrayFrames(pictures), masks  # type: ignore[arg-type]


def _mean_iou(clip: tuple[ArrayFrames, list[np.ndarray]], prompts: PromptSet) -> float:  # type: ignore[type-arg]
    frames, masks = clip
    results = FlowTracker(frames).propagate(forward(0, FRAMES - 1, fresh(prompts)))
    return float(np.mean([iou(r.results[0].mask, masks[r.frame]) for r in results if r.frame]))


def test_a_dog_is_followed_from_its_mask(dog: tuple[ArrayFrames, list[np.ndarray]]) -> None:  # type: ignore[type-arg]
    assert _mean_iou(dog, PromptSet(1, 0, mask=dog[1][0])) > 0.75


def test_a_dog_is_followed_from_a_box(dog: tuple[ArrayFrames, list[np.ndarray]]) -> None:  # type: ignore[type-arg]
    rows, columns = np.nonzero(dog[1][0])
    box = (float(columns.min()), float(rows.min()), float(columns.max()), float(rows.max()))
    assert _mean_iou(dog, PromptSet(1, 0, boxes=(box,))) > 0.7
