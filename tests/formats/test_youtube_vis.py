"""YouTube-VIS: tracks whose masks pycocotools decodes."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from pycocotools import mask as coco

from tests.formats.golden_files import check_golden
from tests.formats.strategies import LABELS, Masks, annotations, exported


def test_the_file_is_the_golden_one(tmp_path: Path) -> None:
    folder = check_golden(tmp_path, "youtube_vis", "annotations.json")
    names = json.loads((folder / "annotations.json").read_bytes())["videos"][0]["file_names"]
    assert names == ["clip/00001.jpg", "clip/00002.jpg", "clip/00003.jpg"]
    assert all((folder / "JPEGImages" / name).is_file() for name in names)


@settings(deadline=None, max_examples=40)
@given(annotations)
def test_pycocotools_decodes_each_frame_of_each_track(masks: Masks) -> None:
    with TemporaryDirectory() as folder:
        summary = exported(Path(folder), masks, "youtube_vis")
        content = json.loads((summary.folder / "annotations.json").read_bytes())
    (video,) = content["videos"]
    assert video["frames"] == sorted({frame for frame, _ in masks})
    assert [track["id"] for track in content["annotations"]] == list(range(1, LABELS + 1))
    for track in content["annotations"]:
        lists = ("segmentations", "areas", "bboxes", "sources", "made_by", "object_scores")
        assert {len(track[name]) for name in lists} == {video["length"]}
        for at, frame in enumerate(video["frames"]):
            mask = masks.get((frame, track["category_id"]))
            shown = mask is not None and mask.any()
            assert (track["segmentations"][at] is not None) == shown
            assert (track["sources"][at], track["made_by"][at]) == (
                (None, None) if mask is None else ("edited", "person")
            )
            if shown:
                assert np.array_equal(coco.decode(track["segmentations"][at]), mask)
                assert track["areas"][at] == mask.sum()
                assert track["bboxes"][at] == coco.toBbox(track["segmentations"][at]).tolist()
