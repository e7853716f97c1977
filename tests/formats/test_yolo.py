"""YOLO: read back with supervision; the outlines are those of Ultralytics' own converter."""

from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from scipy import ndimage

from samannot_tui.formats.export import export
from samannot_tui.formats.selection import Selection
from samannot_tui.masks.rle import BoolMask
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from tests.formats.golden_files import check_golden
from tests.formats.strategies import LABELS, Masks, annotations, exported
from tests.formats.support import HEIGHT, WIDTH, ArraySource, annotated, rectangle

CORNERS = np.ones((3, 3))
"""Pixels that touch at a corner are one part."""


@pytest.mark.parametrize("name", ["data.yaml", "labels/00001.txt"])
def test_the_file_is_the_golden_one(tmp_path: Path, name: str) -> None:
    check_golden(tmp_path, "yolo", name)


def converted(flat: "np.typing.NDArray[np.uint8]") -> list[str]:
    """The lines that `convert_segment_masks_to_yolo_seg` of ultralytics 8.4.190 writes, restated."""
    lines = []
    for value in np.unique(flat[flat > 0]):
        contours, _ = cv2.findContours((flat == value).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            if len(contour) >= 3:
                line: list[float] = [int(value) - 1]
                for point in contour.squeeze():
                    line += [round(point[0] / WIDTH, 6), round(point[1] / HEIGHT, 6)]
                lines.append(" ".join(map(str, line)))
    return lines


def kept(mask: BoolMask) -> BoolMask:
    """What the format keeps of a mask: parts of more than a pixel or a straight line, their holes filled."""
    whole = ndimage.binary_fill_holes(mask)
    parts, count = ndimage.label(whole, CORNERS)
    result = np.zeros_like(mask)
    for part in range(1, count + 1):
        points = np.argwhere(parts == part)
        if np.linalg.matrix_rank(points - points[0]) == 2:
            result |= parts == part
    return result


@settings(deadline=None, max_examples=40)
@given(annotations)
def test_supervision_reads_the_masks_but_for_holes_and_specks(masks: Masks) -> None:
    supervision = pytest.importorskip("supervision")
    with TemporaryDirectory() as place:
        summary = exported(Path(place), masks, "yolo")
        folder = summary.folder
        dataset = supervision.DetectionDataset.from_yolo(
            str(folder / "images"), str(folder / "labels"), str(folder / "data.yaml"), force_masks=True
        )
        loaded = {int(Path(path).stem): detections for path, _, detections in dataset}
    assert dataset.classes == ["a", "b", "c"]
    assert set(loaded) == {frame for frame, _ in masks}
    for frame, detections in loaded.items():
        for label in range(1, LABELS + 1):
            found = np.zeros((HEIGHT, WIDTH), np.bool_)
            for index in np.flatnonzero(detections.class_id == label - 1):
                found |= detections.mask[index]
            assert np.array_equal(found, kept(masks.get((frame, label), np.zeros_like(found))))
    lost = sum(mask.any() and not kept(mask).any() for mask in masks.values())
    assert [notice.split()[0] for notice in summary.notices] == ([str(lost)] if lost else [])


@settings(deadline=None, max_examples=40)
@given(annotations)
def test_the_lines_are_those_of_ultralytics(masks: Masks) -> None:
    """One label a frame, since Ultralytics' masks cannot overlap."""
    single = {frame: (label, mask) for (frame, label), mask in masks.items()}
    with TemporaryDirectory() as place:
        chosen = {(frame, label): mask for frame, (label, mask) in single.items()}
        folder = exported(Path(place), chosen, "yolo").folder
        for frame, (label, mask) in single.items():
            lines = (folder / "labels" / f"{frame:05}.txt").read_text().splitlines()
            assert lines == converted(np.where(mask, label, 0).astype(np.uint8))


def test_an_absent_label_leaves_an_empty_file(tmp_path: Path) -> None:
    folder = check_golden(tmp_path, "yolo", "data.yaml")
    assert (folder / "labels" / "00003.txt").read_bytes() == b""
    assert (folder / "images" / "00003.jpg").is_file()


def test_a_class_is_the_labels_id_less_one_whatever_is_chosen(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    session.submit(cmd.RenameLabel(2, '"cat": {x}\\ # \U0001f408'))
    chosen = Selection(labels=("2",))
    summary = export(Follower(session), ArraySource(tmp_path / "clip.mp4"), "yolo", tmp_path / "out", selection=chosen)
    content = yaml.safe_load((summary.folder / "data.yaml").read_text(encoding="utf-8"))
    assert content["names"] == {0: "unused", 1: session.state.labels[2].name}
    assert (summary.frames, summary.labels) == (1, 1)
    lines = (summary.folder / "labels" / "00001.txt").read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["1"]
    xs = [round(float(x) * WIDTH) for x in lines[0].split()[1::2]]
    assert (min(xs), max(xs)) == (9, 12)


def test_a_split_has_its_folders_in_the_yaml(tmp_path: Path) -> None:
    mask = rectangle(2, 2, 8, 8)
    chosen = Selection(shares=(50, 25, 25))
    summary = exported(tmp_path, {(frame, 1): mask for frame in (0, 2, 4)}, "yolo", chosen, block_size=1)
    content = yaml.safe_load((summary.folder / "data.yaml").read_text())
    for split in ("train", "val", "test"):
        pictures = list((summary.folder / content[split]).iterdir())
        assert len(pictures) == 1
        assert (summary.folder / content[split].replace("images", "labels") / f"{pictures[0].stem}.txt").is_file()
