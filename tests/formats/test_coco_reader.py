"""Importing COCO: our own export comes back, other people's files as documented, hostile ones as a sentence."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image
from pycocotools import mask as coco

from samannot_tui.formats.coco_reader import read
from samannot_tui.formats.reading import FoundObject
from samannot_tui.masks.rle import decode, encode
from tests.formats.reading_support import empty_session, imported, masks_by_name, refused, shown_masks
from tests.formats.strategies import Masks, annotations, exported
from tests.formats.support import FRAMES, HEIGHT, INFO, WIDTH, ArraySource, rectangle

SOURCE = ArraySource(Path("clip.mp4"))
RUNS = coco.encode(np.asfortranarray(rectangle(2, 1, 6, 4).view(np.uint8)))["counts"].decode()


def dataset(*found: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A dataset of frames 0 to 2 as images 10 to 12 and the categories 1 "fish" and 2 "bird"."""
    images = [{"id": 10 + frame, "file_name": f"x/f_{frame:04}.jpg", "width": WIDTH} for frame in range(3)]
    categories = [{"id": 1, "name": "fish"}, {"id": 2, "name": "bird"}]
    return {"images": images, "annotations": list(found), "categories": categories} | members


def annotation(**members: Any) -> dict[str, Any]:
    return {"image_id": 11, "category_id": 1, "bbox": [2, 1, 5, 4]} | members


def runs(counts: object, size: object = (HEIGHT, WIDTH)) -> dict[str, Any]:
    return annotation(segmentation={"size": size, "counts": counts})


def found_in(folder: Path, content: object, source: ArraySource = SOURCE) -> list[FoundObject]:
    path = folder / "any.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return list(read(path, source))


@settings(deadline=None, max_examples=40)
@given(annotations)
def test_what_was_exported_comes_back_but_for_absence(masks: Masks) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        summary = exported(folder, masks, "coco")
        opened = empty_session(folder / "other")
        if wanted := masks_by_name(masks, absent=False):
            imported(opened, "coco", summary.folder)
            assert shown_masks(opened.session) == wanted
            made = [opened.session.masks.read(record + 1) for record in range(len(wanted))]
            assert {(each.source, each.imported, each.object_score) for each in made} == {("edited", True, 1.0)}
        opened.close()


def test_boxes_scores_tracks_and_makers(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        dataset(
            annotation(score=0.25),
            annotation(image_id=12, category_id=2, track_id=7, made_by="person", object_score=4.5),
            annotation(category_id=2, track_id="b", made_by="model"),
            annotation(bbox=[0.5, 1.5, 3.25, 2.5], segmentation=[]),
        ),
    )
    assert found == [
        FoundObject(1, "fish", box=(2, 1, 6, 4), score=0.25),
        FoundObject(2, "bird 7", box=(2, 1, 6, 4), person=True, score=4.5),
        FoundObject(1, "bird b", box=(2, 1, 6, 4), person=False),
        FoundObject(1, "fish 2", box=(0.5, 1.5, 2.75, 3)),
    ]


def test_tracks_are_found_where_other_tools_write_them(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        dataset(
            annotation(attributes={"track_id": 3, "occluded": False}),
            annotation(instance_id=4),
            annotation(image_id=12, attributes={"track_id": 3}),
            annotation(category_id=2, attributes=[], id=1),
            annotation(image_id=12, category_id=2, attributes={"track_id": 1.5}),
        ),
    )
    assert [(each.frame, each.name) for each in found] == [
        (1, "fish 3"),
        (1, "fish 4"),
        (2, "fish 3"),
        (1, "bird"),
        (2, "bird"),
    ]


def test_a_dataset_that_supervision_writes_is_read(tmp_path: Path) -> None:
    supervision = pytest.importorskip("supervision")
    mask = rectangle(3, 2, 9, 8)
    mask[4:6, 5:7] = False
    picture = tmp_path / "00002.png"
    Image.fromarray(np.zeros((HEIGHT, WIDTH, 3), np.uint8)).save(picture)
    detections = supervision.Detections(
        xyxy=np.array([[3.0, 2, 10, 9]]), mask=mask[None], class_id=np.array([0]), confidence=np.array([0.9])
    )
    theirs = supervision.DetectionDataset(["fish"], [str(picture)], {str(picture): detections})
    theirs.as_coco(annotations_path=str(tmp_path / "theirs.json"))
    (found,) = read(tmp_path / "theirs.json", SOURCE)
    (written,) = json.loads((tmp_path / "theirs.json").read_bytes())["annotations"]
    assert (found.frame, found.name, found.box) == (2, "fish", (3, 2, 9, 8))
    assert found.mask is not None
    segmentation = written["segmentation"]
    runs = coco.frPyObjects(segmentation, HEIGHT, WIDTH)
    assert np.array_equal(decode(found.mask), coco.decode(runs if isinstance(runs, dict) else coco.merge(runs)))


def test_polygons_and_uncompressed_runs_as_pycocotools_decodes_them(tmp_path: Path) -> None:
    polygons = [[2.5, 1, 15, 3.5, 8, 11.5], [-3, 2, 4, 2, 4, 9]]
    plain = [0, 5, 0, 0, HEIGHT * WIDTH - 5 - 7, 7]
    found = found_in(tmp_path, dataset(annotation(segmentation=polygons), runs(plain), runs(RUNS)))
    wanted = coco.decode(coco.merge(coco.frPyObjects(polygons, HEIGHT, WIDTH)))
    masks = [decode(each.mask) for each in found if each.mask]
    assert np.array_equal(masks[0], wanted.astype(bool))
    assert masks[1].T.ravel().nonzero()[0].tolist() == [*range(5), *range(HEIGHT * WIDTH - 7, HEIGHT * WIDTH)]
    assert np.array_equal(masks[2], rectangle(2, 1, 6, 4))
    assert [each.mask for each in found] == [encode(mask) for mask in masks], "runs of no length are left out"


@pytest.mark.parametrize(
    ("name", "frame"),
    [
        ("f_0001.jpg", 1),
        ("00000000000000.jpg", 0),
        ("a\\b\\f2.png", 2),
        ("f_0001_jpg.rf.8d5f1b0c2222222222222222000000e2.jpg", 1),
        ("f-3_jpeg.rf.0000000000000000000a.jpg", 3),
    ],
)
def test_a_videos_frames_are_found_by_the_number_in_their_names(tmp_path: Path, name: str, frame: int) -> None:
    content = dataset(annotation(image_id=1), images=[{"id": 1, "file_name": name}])
    assert [each.frame for each in found_in(tmp_path, content)] == [frame]


@pytest.mark.parametrize("name", ["f1700000000001.jpg", "1_jpg.rf.e4/f.jpg", "x_jpg.rf.8d5f1b0c2222222222e4.jpg"])
def test_what_is_no_number_of_a_frame_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(dataset(annotation(image_id=1), images=[{"id": 1, "file_name": name}])))
    refused(tmp_path, "coco", path, "no frame of the video")


def test_an_image_folders_frames_are_found_by_their_names(tmp_path: Path) -> None:
    stems = tuple(f"shot-{name}" for name in "abcde")
    source = ArraySource(tmp_path, INFO.__class__("folder", FRAMES, 25.0, WIDTH, HEIGHT, "0" * 16), stems)
    for name in ("C:\\data\\shot-d.png", "shot-d_png.rf.8d5f1b0c2222222222e4.jpg"):
        content = dataset(annotation(image_id=1), images=[{"id": 1, "file_name": name}])
        assert [each.frame for each in found_in(tmp_path, content, source)] == [3]


BOMB = "oooooO" * 50
HOSTILE: dict[str, tuple[Any, str]] = {
    "not JSON": ("GIF89a", "it is no object"),
    "a list of results": ([annotation()], "it is no object"),
    "another format": ({"shapes": []}, "no list of categories"),
    "cut off": (json.dumps(dataset(annotation()))[:-9], "not JSON"),
    "runs too long": (runs(BOMB), "annotation 1: "),
    "runs too short": (runs("11"), "do not fill"),
    "no runs": (runs(""), "do not fill"),
    "another alphabet": (runs("~~~"), "annotation 1: "),
    "a cut number": (runs("o"), "annotation 1: "),
    "runs without end and of no length": (runs("0" * 10**6), "do not fill"),
    "numbers without end": (runs([0] * 10**6 + [HEIGHT * WIDTH]), "do not fill"),
    "negative runs": (runs([-5, HEIGHT * WIDTH + 5]), "do not fill"),
    "endless runs": (runs([1 << 62] * 3), "do not fill"),
    "another size": (runs(RUNS, [HEIGHT, WIDTH + 1]), "but the video has"),
    "a huge size": (runs(RUNS, [1 << 40, 1 << 40]), "but the video has"),
    "a negative size": (runs(RUNS, [-HEIGHT, -WIDTH]), "but the video has"),
    "a size of one side": (runs(RUNS, [HEIGHT]), "annotation 1"),
    "two corners": (annotation(segmentation=[[1, 1, 5, 5]]), "three corners"),
    "half a corner": (annotation(segmentation=[[1, 1, 5, 5, 9, 9, 1]]), "three corners"),
    "an endless polygon": (annotation(segmentation=[[0, 0, 1e9, 1, 1, 1]]), "far beyond"),
    "an infinite polygon": (annotation(segmentation=[[0, 0, 1e308, 1, -1e308, 1]]), "far beyond"),
    "a polygon that goes to and fro": (annotation(segmentation=[[0, 0, 500, 0] * 500]), "far beyond"),
    "a negative box": (annotation(bbox=[2, 1, -5, 4]), "bbox"),
    "half a box": (annotation(bbox=[2, 1]), "bbox"),
    "neither mask nor box": (annotation(bbox=[]), "neither"),
    "no such category": (annotation(category_id=9), "no category 9"),
    "no such image": (annotation(image_id=9), "no image 9"),
    "no image": ({"category_id": 1}, "image_id"),
    "control characters": (dataset(annotation(), categories=[{"id": 1, "name": "a\x1b]0;x"}]), "control characters"),
    "no name": (dataset(annotation(), categories=[{"id": 1, "name": " "}]), "empty"),
    "an endless name": (dataset(annotation(), categories=[{"id": 1, "name": "x" * 10**6}]), "characters"),
    "one name twice": (dataset(categories=[{"id": 1, "name": "a"}, {"id": 2, "name": "a"}]), "names are unique"),
    "a numbered instance with another's name": (
        dataset(annotation(), annotation(), categories=[{"id": 1, "name": "a"}, {"id": 2, "name": "a 2"}]),
        "would be called a 2",
    ),
    "one category twice": (dataset(categories=[{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]), "two categories"),
    "one image twice": (dataset(images=[{"id": 1, "file_name": "0.jpg"}, {"id": 1, "file_name": "1.jpg"}]), "two im"),
    "one frame twice": (
        dataset(images=[{"id": 1, "file_name": "0.jpg"}, {"id": 2, "file_name": "a/0.jpg"}]),
        "frame 0",
    ),
    "no such frame": (dataset(images=[{"id": 1, "file_name": "99.jpg"}]), "no frame of the video"),
    "a path": (dataset(images=[{"id": 1, "file_name": "../../etc/passwd"}]), "no frame of the video"),
    "a frame beyond": (dataset(images=[{"id": 1, "file_name": "0.jpg", "frame": 1 << 70}]), "image 1"),
    "a frame before": (dataset(images=[{"id": 1, "file_name": "0.jpg", "frame": -1}]), "no frame -1"),
    "images of another size": (dataset(images=[{"id": 1, "file_name": "0.jpg", "width": 9, "height": 9}]), "9x9"),
    "NaN": (json.dumps(dataset(annotation(score=float("nan")))), "annotation 1"),
    "infinity": (json.dumps(dataset(annotation())).replace("[2, 1, 5, 4]", "[2, 1, 1e999, 4]"), "annotation 1"),
    "deep nesting": ('{"annotations":[' + '{"a":' * 100_000, "ends too early|nest|recursion"),
    "deep nesting, closed": (
        json.dumps(dataset(annotation(segmentation=0))).replace(": 0}", f": {'[' * 99_999}{']' * 99_999}}}"),
        "annotation 1",
    ),
    "nothing": (dataset(), "nothing to import"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_not_right_is_a_sentence_and_writes_nothing(tmp_path: Path, case: str) -> None:
    content, match = HOSTILE[case]
    if isinstance(content, dict) and not content.keys() & {"images", "shapes"}:
        content = dataset(content)
    path = tmp_path / "bad.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    refused(tmp_path, "coco", path, match)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    refused(tmp_path, "coco", tmp_path / "none.json", "is not a file")
    refused(tmp_path, "coco", tmp_path, "is not a file")
