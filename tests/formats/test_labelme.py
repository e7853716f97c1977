"""Labelme: shapes with masks, decoded as Labelme's `LabelFile` does."""

import json
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import given, settings
from PIL import Image

from samannot_tui.masks.rle import BoolMask
from tests.formats.golden_files import check_golden
from tests.formats.strategies import Masks, annotations, exported
from tests.formats.support import HEIGHT, WIDTH


def decoded(data: str) -> BoolMask:
    with Image.open(BytesIO(b64decode(data))) as image:
        return np.asarray(image).astype(bool)


def with_masks(data: bytes) -> Any:
    """A file's content, its PNGs decoded: how they are compressed is zlib's affair."""
    content = json.loads(data)
    for shape in content["shapes"]:
        shape["mask"] = decoded(shape["mask"]).tolist()
    return content


def test_the_file_is_the_golden_one(tmp_path: Path) -> None:
    folder = check_golden(tmp_path, "labelme", "clip/00001.json", with_masks) / "clip"
    content = json.loads((folder / "00001.json").read_bytes())
    with Image.open(folder / content["imagePath"]) as image:
        assert image.size == (content["imageWidth"], content["imageHeight"]) == (WIDTH, HEIGHT)
    made = [(shape["label"], shape["description"], shape["flags"]["made_by_person"]) for shape in content["shapes"]]
    assert made == [("dog", "prompted", False), ("cat", "edited", True)]
    assert json.loads((folder / "00003.json").read_bytes())["shapes"] == [], "the dog is absent"


@settings(deadline=None, max_examples=40)
@given(annotations)
def test_each_mask_comes_back_whole(masks: Masks) -> None:
    found: Masks = {}
    with TemporaryDirectory() as place:
        for path in (exported(Path(place), masks, "labelme").folder / "clip").glob("*.json"):
            for shape in json.loads(path.read_bytes())["shapes"]:
                (x0, y0), (x1, y1) = shape["points"]
                part = decoded(shape["mask"])
                assert part.shape == (y1 - y0 + 1, x1 - x0 + 1), "Labelme refuses other shapes"
                mask = np.zeros((HEIGHT, WIDTH), np.bool_)
                mask[y0 : y1 + 1, x0 : x1 + 1] = part
                found[int(path.stem), shape["group_id"]] = mask
    assert set(found) == {cell for cell, mask in masks.items() if mask.any()}
    assert all(np.array_equal(mask, masks[cell]) for cell, mask in found.items())
