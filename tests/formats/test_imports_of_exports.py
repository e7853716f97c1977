"""Every export that can be imported, out of one session and into another: all of it, or the documented loss."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from samannot_tui.errors import InputError
from samannot_tui.formats.registry import require_readable
from samannot_tui.formats.selection import Selection
from tests.formats.reading_back import Named, check_same, joined, named, visible
from tests.formats.reading_support import empty_session, imported, refused, shown_masks
from tests.formats.strategies import Masks, annotations, exported
from tests.formats.support import ArraySource, rectangle
from tests.formats.test_yolo import kept


def outlined(masks: Masks) -> Named:
    return named({cell: kept(mask) for cell, mask in masks.items()})


LEFT: dict[str, Callable[[Masks], Named]] = {
    "png": visible,
    "davis": visible,
    "mots": visible,
    "yolo": outlined,
    "labelme": named,
    "cvat": named,
}


@pytest.mark.parametrize("format_name", LEFT)
@settings(deadline=None, max_examples=15)
@given(masks=annotations)
def test_masks_and_makers_come_back(format_name: str, masks: Masks) -> None:
    wanted = {cell: mask.tolist() for cell, mask in LEFT[format_name](masks).items()}
    with TemporaryDirectory() as place:
        folder = exported(Path(place), masks, format_name).folder
        opened = empty_session(Path(place) / "other")
        try:
            imported(opened, format_name, folder)
        except InputError as error:
            assert not wanted and "nothing to import" in str(error)
        else:
            assert shown_masks(opened.session) == wanted
            records = [opened.session.masks.read(record + 1) for record in range(len(wanted))]
            assert {record.source for record in records} == {"edited"}
        opened.close()


@pytest.mark.parametrize("format_name", ["yolo", "labelme"])
@settings(deadline=None, max_examples=15)
@given(masks=annotations)
def test_what_supervision_writes_comes_in(format_name: str, masks: Masks) -> None:
    """It reads our YOLO export and writes that anew, each part an instance of its class."""
    supervision = pytest.importorskip("supervision")
    with TemporaryDirectory() as place:
        ours = exported(Path(place), masks, "yolo").folder
        dataset = supervision.DetectionDataset.from_yolo(
            str(ours / "images"), str(ours / "labels"), str(ours / "data.yaml"), force_masks=True
        )
        theirs = Path(place) / "theirs"
        if format_name == "yolo":
            dataset.as_yolo(str(theirs / "images"), str(theirs / "labels"), str(theirs / "data.yaml"))
        else:
            dataset.as_labelme(None, str(theirs))
        found = joined(list(require_readable(format_name).load()(theirs, ArraySource(Path("clip.mp4")))))
    whole: Named = {}
    for (frame, name), mask in found.items():
        key = frame, name.split()[0]
        whole[key] = whole[key] | mask if key in whole else mask
    check_same(whole, outlined(masks))


@pytest.mark.parametrize(
    ("format_name", "name", "content", "match"),
    [
        ("png", "00000.png", "no picture", "not a PNG"),
        ("davis", "Annotations/clip/00000.png", "no picture", "not a PNG"),
        ("mots", "instances_txt/clip.txt", "0 1001 1 99999 99999 00", "99999x99999"),
        ("yolo", "data.yaml", "!!python/name:os.system", "not YAML"),
        ("yolo", "00000.txt", "0 nan 0 1 1", "from 0 to 1"),
        ("labelme", "00000.json", '{"shapes": 1}', "not a Labelme file"),
        ("cvat", "annotations.xml", '<!DOCTYPE a [<!ENTITY a "b">]><annotations/>', "not XML that is safe"),
    ],
)
def test_bad_files_leave_the_session_as_it_was(
    tmp_path: Path, format_name: str, name: str, content: str, match: str
) -> None:
    path = tmp_path / "theirs" / name
    path.parent.mkdir(parents=True)
    path.write_text(content)
    refused(tmp_path, format_name, tmp_path / "theirs", match)


FAR = {
    "coco": (
        "a.json",
        '{"images": [{"id": 1, "file_name": "3.png"}], "categories": [{"id": 1, "name": "dog"}], '
        '"annotations": [{"image_id": 1, "category_id": 1, "segmentation": [[40, 40, 50, 40, 50, 50]]}]}',
    ),
    "labelme": (
        "3.json",
        '{"shapes": [{"label": "dog", "shape_type": "polygon", "points": [[40, 40], [50, 40], [50, 50]]}]}',
    ),
    "yolo": ("3.txt", "0 1.005 1.005 1.008 1.005 1.008 1.008"),
    "cvat": (
        "annotations.xml",
        '<annotations><track id="1" label="dog"><polygon frame="3" points="40,40;50,40;50,50"/></track></annotations>',
    ),
}
"""An outline beyond the frame's edge."""


@pytest.mark.parametrize("format_name", FAR)
def test_an_outline_without_a_pixel_is_left_out_and_does_not_say_absent(tmp_path: Path, format_name: str) -> None:
    name, content = FAR[format_name]
    (tmp_path / "theirs").mkdir()
    path = tmp_path / "theirs" / name
    path.write_text(content)
    where = path if format_name == "coco" else path.parent
    refused(tmp_path, format_name, where, "nothing to import .left out: 1 without a pixel in the frame")


@pytest.mark.parametrize("format_name", ["coco", "youtube_vis", "png", "davis", "mots", "yolo", "labelme", "cvat"])
def test_all_splits_come_back(tmp_path: Path, format_name: str) -> None:
    masks = {(frame, label): rectangle(2 + label, frame, 8, 8) for frame in (0, 2, 4) for label in (1, 2)}
    wanted = {cell: mask.tolist() for cell, mask in LEFT.get(format_name, named)(masks).items()}
    folder = exported(tmp_path, masks, format_name, Selection(shares=(50, 25, 25)), block_size=1).folder
    opened = empty_session(tmp_path / "other")
    imported(opened, format_name, folder)
    assert shown_masks(opened.session) == wanted
    opened.close()


@pytest.mark.parametrize("format_name", ["coco", "labelme", "yolo"])
def test_a_byte_order_mark_does_not_matter(tmp_path: Path, format_name: str) -> None:
    name, content = FAR[format_name]
    (tmp_path / "theirs").mkdir()
    path = tmp_path / "theirs" / name
    content = content.replace("40", "1").replace("50", "9").replace("1.005 1.005", "0.1 0.1")
    path.write_text(content, encoding="utf-8-sig")
    (tmp_path / "theirs" / "classes.txt").write_text("dog", encoding="utf-8-sig")
    opened = empty_session(tmp_path / "other")
    imported(opened, format_name, path if format_name == "coco" else path.parent)
    assert [*shown_masks(opened.session)] == [(3, "dog")]
    opened.close()


def test_a_single_file_of_yolo_is_turned_down_with_what_to_give(tmp_path: Path) -> None:
    path = tmp_path / "3.txt"
    path.write_text("0 0.5 0.5 0.2 0.2")
    refused(tmp_path, "yolo", path, "one file of a dataset; give its folder")
