"""CVAT: a track for each mask, decoded as CVAT's importer and Datumaro do."""

from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import numpy as np
from hypothesis import given, settings

from samannot_tui.formats.export import export
from samannot_tui.masks.rle import BoolMask
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from tests.formats.golden_files import check_golden
from tests.formats.strategies import Masks, annotations, exported
from tests.formats.support import FRAMES, HEIGHT, WIDTH, ArraySource, annotated


def decoded(mask: ElementTree.Element) -> BoolMask:
    """The mask of an element: runs in row-major order inside its box."""
    left, top, width, height = (int(mask.attrib[name]) for name in ("left", "top", "width", "height"))
    lengths = [int(number) for number in mask.attrib["rle"].split(",")]
    values = np.arange(len(lengths)) % 2 == 1
    result = np.zeros((HEIGHT, WIDTH), np.bool_)
    result[top : top + height, left : left + width] = np.repeat(values, lengths).reshape(height, width)
    return result


def test_the_file_is_the_golden_one(tmp_path: Path) -> None:
    root = ElementTree.parse(check_golden(tmp_path, "cvat", "annotations.xml") / "annotations.xml").getroot()
    assert root.findtext("version") == "1.1"
    made = {
        (int(track[0].attrib["frame"]), track.attrib["label"]): (track.attrib["source"], track[0].findtext("attribute"))
        for track in root.iter("track")
    }
    assert made == {
        (1, "dog"): ("semi-auto", "model"),
        (1, "cat"): ("manual", "person"),
        (2, "dog"): ("auto", "model"),
    }


@settings(deadline=None, max_examples=40)
@given(annotations)
def test_each_mask_comes_back_whole(masks: Masks) -> None:
    with TemporaryDirectory() as place:
        root = ElementTree.parse(exported(Path(place), masks, "cvat").folder / "annotations.xml").getroot()
    found: Masks = {}
    fronts: dict[int, list[tuple[int, int]]] = {}
    for track in root.iter("track"):
        shown, *after = track.findall("mask")
        frame, label = int(shown.attrib["frame"]), int(track.attrib["group_id"])
        assert shown.attrib["outside"] == "0"
        ends = [(str(frame + 1), "1")] if frame + 1 < FRAMES else []
        assert [(mask.attrib["frame"], mask.attrib["outside"]) for mask in after] == ends
        assert track.attrib["label"] == "abc"[label - 1]
        found[frame, label] = decoded(shown)
        fronts.setdefault(frame, []).append((int(shown.attrib["z_order"]), int(found[frame, label].sum())))
    assert set(found) == {cell for cell, mask in masks.items() if mask.any()}
    assert all(np.array_equal(mask, masks[cell]) for cell, mask in found.items())
    for sizes in fronts.values():
        areas = [area for _, area in sorted(sizes)]
        assert areas == sorted(areas, reverse=True), "the smaller mask is in front"


def test_a_name_is_text_whatever_is_in_it(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    session.submit(cmd.RenameLabel(1, '<!DOCTYPE x [<!ENTITY a "b">]> & "&a;"'))
    folder = export(Follower(session), ArraySource(tmp_path / "clip.mp4"), "cvat", tmp_path / "out").folder
    root = ElementTree.parse(folder / "annotations.xml").getroot()
    assert root.findtext("meta/task/labels/label/name") == session.state.labels[1].name
    assert next(root.iter("track")).attrib["label"] == session.state.labels[1].name
