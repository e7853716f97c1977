"""Importing YouTube-VIS: our own export comes back, absences too; other people's files; hostile ones as a sentence."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from pycocotools import mask as coco

from samannot_tui.formats.reading import FoundObject
from samannot_tui.formats.youtube_vis_reader import read
from samannot_tui.masks.rle import Rle
from tests.formats.reading_support import empty_session, imported, masks_by_name, refused, shown_masks
from tests.formats.strategies import Masks, annotations, exported
from tests.formats.support import HEIGHT, WIDTH, ArraySource, rectangle

RUNS = coco.encode(np.asfortranarray(rectangle(2, 1, 6, 4).view(np.uint8)))["counts"].decode()
SEGMENTATION = {"size": [HEIGHT, WIDTH], "counts": RUNS}
MASK = Rle((HEIGHT, WIDTH), RUNS)
VIDEO = {"id": 5, "file_names": ["clip/00001.jpg", "clip/00003.jpg"], "width": WIDTH, "height": HEIGHT, "length": 2}


def dataset(*tracks: dict[str, Any], **members: Any) -> dict[str, Any]:
    categories = [{"id": 1, "name": "fish"}, {"id": 2, "name": "bird"}]
    return {"videos": [VIDEO], "annotations": list(tracks), "categories": categories} | members


def track(**members: Any) -> dict[str, Any]:
    lists = {"segmentations": [SEGMENTATION, None], "bboxes": [[2, 1, 5, 4], None]}
    return {"id": 1, "video_id": 5, "category_id": 1} | lists | members


def found_in(folder: Path, content: object) -> list[FoundObject]:
    path = folder / "any.json"
    path.write_text(json.dumps(content))
    return list(read(path, ArraySource(Path("clip.mp4"))))


@settings(deadline=None, max_examples=40)
@given(annotations)
def test_what_was_exported_comes_back_absences_too(masks: Masks) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        summary = exported(folder, masks, "youtube_vis")
        opened = empty_session(folder / "other")
        imported(opened, "youtube_vis", summary.folder)
        assert shown_masks(opened.session) == masks_by_name(masks, absent=True)
        opened.close()


def test_tracks_of_one_category_are_instances_and_other_videos_are_left_out(tmp_path: Path) -> None:
    other = VIDEO | {"id": 6, "file_names": ["another/00000.jpg"]}
    box = track(id=8, category_id=2, segmentations=[], bboxes=[None, [1, 1, 3, 3]], score=0.5)
    content = dataset(track(), track(id=7), box, track(id=9, video_id=6), videos=[other, VIDEO])
    assert found_in(tmp_path, content) == [
        FoundObject(1, "fish 1", mask=MASK, box=(2, 1, 6, 4)),
        FoundObject(1, "fish 7", mask=MASK, box=(2, 1, 6, 4)),
        FoundObject(3, "bird", box=(1, 1, 3, 3), score=0.5),
    ]


HOSTILE: dict[str, tuple[Any, str]] = {
    "no videos": ({"annotations": []}, "no list of videos"),
    "two videos of other names": (
        dataset(videos=[VIDEO | {"file_names": ["a/0.jpg"]}, VIDEO | {"file_names": []}]),
        "holds 2 videos, of which 0",
    ),
    "two videos of one name": (dataset(videos=[VIDEO, VIDEO | {"id": 6}]), "of which 2"),
    "another size": (dataset(videos=[VIDEO | {"width": 1 << 40}]), "but the video has"),
    "a frame twice": (dataset(videos=[VIDEO | {"frames": [1, 1]}]), "not different ones"),
    "frames beyond": (dataset(videos=[VIDEO | {"frames": [1, 5]}]), "not different ones"),
    "frames before": (dataset(videos=[VIDEO | {"frames": [-1]}]), "not different ones"),
    "a path": (dataset(videos=[VIDEO | {"file_names": ["../../../etc/shadow"]}]), "no frame of the video"),
    "no such category": (dataset(track(category_id="x")), "no category x"),
    "a list too long": (dataset(track(segmentations=[None] * 3)), "lists longer than the video"),
    "boxes beyond": (dataset(track(bboxes=[None] * 10**5)), "lists longer than the video"),
    "a mask of another size": (dataset(track(segmentations=[SEGMENTATION | {"size": [1, 1]}])), "item 1: 1x1"),
    "an RLE bomb": (dataset(track(segmentations=[SEGMENTATION | {"counts": "ooooo0" * 99}])), "item 1: "),
    "no list": (dataset(track(segmentations={"0": SEGMENTATION})), "is missing"),
    "a number for a mask": (dataset(track(segmentations=[7])), "item 1: "),
    "a score that is text": (dataset(track(object_scores=["high"])), "item 1: "),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_not_right_is_a_sentence_and_writes_nothing(tmp_path: Path, case: str) -> None:
    content, match = HOSTILE[case]
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(content))
    refused(tmp_path, "youtube_vis", path, match)
