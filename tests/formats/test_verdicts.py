"""Verdicts in datasets: on the masks that were judged, and on no others; and exports of the good masks alone."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from samannot_tui.errors import InputError
from samannot_tui.formats.export import export
from samannot_tui.formats.selection import Selection
from samannot_tui.session.follower import Follower
from samannot_tui.session.reviews import Standing
from samannot_tui.session.store import Session
from tests.formats.support import ArraySource, annotated, edit, pixels, rectangle

GOOD = Selection(only=Standing.SATISFACTORY)


def exported(session: Session, folder: Path, name: str, selection: Selection) -> Path:
    source = ArraySource(folder / "clip.mp4")
    return export(Follower(session), source, name, folder / "out", selection=selection).folder


def test_a_verdict_lies_beside_the_mask_that_was_judged(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    edit(session, 2, 1, rectangle(0, 0, 3, 3))
    with (exported(session, tmp_path, "tables", Selection()) / "masks.csv").open(newline="") as file:
        rows = [(row["frame"], row["label"], row["verdict"], row["verdict_reason"]) for row in csv.DictReader(file)]
    assert rows == [
        ("1", "1", "satisfactory", ""),
        ("1", "2", "", ""),
        ("2", "1", "", ""),  # edited since
        ("3", "1", "unsatisfactory", "drifted"),
    ]
    labels = json.loads((exported(session, tmp_path, "mots", Selection()) / "labels.json").read_text())
    assert [frame["verdicts"] for frame in labels["frames"]] == [{"1": "satisfactory"}, {}, {"1": "unsatisfactory"}]


def test_the_satisfactory_masks_alone(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    coco = json.loads((exported(session, tmp_path, "coco", GOOD) / "annotations.json").read_text())
    assert [(each["image_id"], each["track_id"]) for each in coco["annotations"]] == [(2, 1)]
    youtube = json.loads((exported(session, tmp_path, "youtube_vis", GOOD) / "annotations.json").read_text())
    assert [(each["track_id"], each["verdicts"]) for each in youtube["annotations"]] == [
        (1, ["satisfactory"]),
        (2, [None]),
    ]
    assert not any(youtube["annotations"][1]["segmentations"]), "the cat was not judged"
    davis = exported(session, tmp_path, "davis", GOOD) / "Annotations" / "clip"
    shown = [set(np.unique(pixels(davis / f"0000{frame}.png"))) - {0} for frame in range(5)]
    assert shown == [set(), {1}, set(), set(), set()]


def test_nothing_satisfactory_is_a_sentence(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    edit(session, 1, 1, rectangle(0, 0, 3, 3))
    with pytest.raises(InputError, match="No mask there is judged satisfactory"):
        exported(session, tmp_path, "coco", GOOD)
    assert not (tmp_path / "out").exists()
