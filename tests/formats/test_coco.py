"""COCO: read back with pycocotools, value by value."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image
from pycocotools.coco import COCO

from samannot_tui.errors import InputError
from samannot_tui.formats.coco_parts import segment
from samannot_tui.masks.rle import Rle
from tests.formats.golden_files import check_golden
from tests.formats.strategies import Masks, annotations, exported
from tests.formats.support import ArraySource, pixels, rectangle


def test_the_file_is_the_golden_one(tmp_path: Path) -> None:
    check_golden(tmp_path, "coco", "annotations.json")


@settings(deadline=None, max_examples=40)
@given(annotations)
def test_pycocotools_reads_the_same_masks(masks: Masks) -> None:
    with TemporaryDirectory() as folder:
        summary = exported(Path(folder), masks, "coco")
        coco = COCO(summary.folder / "annotations.json")
    images = {image["id"]: image["frame"] for image in coco.dataset["images"]}
    assert sorted(images.values()) == sorted({frame for frame, _ in masks})
    found = {(images[each["image_id"]], each["track_id"]): each for each in coco.dataset["annotations"]}
    assert set(found) == {cell for cell, mask in masks.items() if mask.any()}
    for cell, each in found.items():
        mask = masks[cell]
        assert np.array_equal(coco.annToMask(each), mask)
        rows, columns = np.nonzero(mask)
        size = [int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1]
        assert each["bbox"] == [int(columns.min()), int(rows.min()), *size]
        assert (each["area"], each["iscrowd"], each["category_id"]) == (int(mask.sum()), 0, cell[1])
    assert [each["id"] for each in coco.dataset["annotations"]] == list(range(1, len(found) + 1))


def test_person_and_model_are_told_apart_and_the_score_is_there(tmp_path: Path) -> None:
    folder = check_golden(tmp_path, "coco", "annotations.json")
    coco = COCO(folder / "annotations.json")
    made = {(each["image_id"] - 1, each["category_id"]): each for each in coco.dataset["annotations"]}
    assert {cell: (each["source"], each["made_by"]) for cell, each in made.items()} == {
        (1, 1): ("prompted", "model"),
        (1, 2): ("edited", "person"),
        (2, 1): ("propagated", "model"),
    }
    assert made[2, 1]["object_score"] == 1.0
    assert np.array_equal(coco.annToMask(made[1, 2]), rectangle(9, 7, 12, 10)), "overlaps stay"
    assert [category["name"] for category in coco.loadCats(coco.getCatIds())] == ["dog", "cat"]


def test_the_pictures_are_the_frames(tmp_path: Path) -> None:
    folder = check_golden(tmp_path, "coco", "annotations.json")
    source = ArraySource(tmp_path / "clip.mp4")
    images = json.loads((folder / "annotations.json").read_bytes())["images"]
    assert [image["frame"] for image in images] == [1, 2, 3], "the frame where the dog is absent is there too"
    for image in images:
        path = folder / "images" / image["file_name"]
        with Image.open(path) as picture:
            assert picture.size == (image["width"], image["height"])
        assert np.abs(pixels(path).astype(int) - source.read(image["frame"])).mean() < 3


def test_a_damaged_mask_is_a_sentence() -> None:
    for counts in ("", "S1S1", "~~", "PPPPPPPPPPPPP1"):
        with pytest.raises(InputError):
            segment(Rle(size=(5, 7), counts=counts))
