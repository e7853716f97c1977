"""The sample's files are what its script makes, and the clip is one that annotation can be shown on."""

from pathlib import Path

import av
import numpy as np
import pytest

import sample_data
from samannot_tui.formats.prompts_file import read_prompts_file
from samannot_tui.masks.geometry import bounding_box
from samannot_tui.review.labelmaps import LabelMap, read_label_map
from sample_data.fish import FRAMES
from sample_data.scene import HEIGHT, WIDTH, Scene

FOLDER = Path(sample_data.__file__).parent
CHECKED = (0, 37, FRAMES - 1)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene()


@pytest.fixture(scope="module")
def clip() -> list[LabelMap]:
    with av.open(str(FOLDER / "clip.mp4")) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)]


def truth(frame: int) -> LabelMap:
    return read_label_map(FOLDER / "ground_truth" / f"{frame:05}.png")


def test_the_scene_is_drawn_the_same_each_time(scene: Scene) -> None:
    for first, again in zip(scene.draw(CHECKED[1]), Scene().draw(CHECKED[1]), strict=True):
        assert np.array_equal(first, again)


@pytest.mark.parametrize("frame", CHECKED)
def test_the_clip_and_its_ground_truth_are_the_scene(scene: Scene, clip: list[LabelMap], frame: int) -> None:
    """Up to the video's compression, and a few pixels that another OpenCV may round differently."""
    picture, labels = scene.draw(frame)
    assert np.abs(clip[frame].astype(int) - picture).mean() < 4
    assert np.count_nonzero(labels != truth(frame)) < 50


def test_the_clip_is_short_and_small(clip: list[LabelMap]) -> None:
    assert len(clip) == FRAMES
    assert clip[0].shape == (HEIGHT, WIDTH, 3)
    assert (FOLDER / "clip.mp4").stat().st_size < 3_000_000


def test_two_instances_are_partly_hidden_at_the_end_and_none_ever_wholly() -> None:
    areas = np.array([np.bincount(truth(frame).ravel(), minlength=4)[1:] for frame in range(FRAMES)])
    assert areas.min() > 5000
    assert list(areas[-1] < 0.85 * areas.max(axis=0)) == [False, True, True]


def test_the_prompts_are_the_boxes_of_the_first_frame() -> None:
    first = truth(0)
    prompts = read_prompts_file(FOLDER / "prompts.json").prompts
    assert [(entry.frame, entry.box) for entry in prompts] == [
        (0, bounding_box(first == entry.label)) for entry in prompts
    ]
    assert len(prompts) == 3
