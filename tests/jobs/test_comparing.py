"""A session beside a dataset folder scores as its own export does."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samannot_tui.errors import InputError
from samannot_tui.formats.export import export
from samannot_tui.jobs.comparing import compare
from samannot_tui.media.open import open_media
from samannot_tui.review.agreement import Agreement
from samannot_tui.review.evaluate import Report
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from samannot_tui.session.store import Session
from tests.formats.support import HEIGHT, WIDTH, ArraySource, annotated, edit, rectangle
from tests.review.label_images import write


def exported(session: Session, folder: Path, name: str) -> Path:
    return export(Follower(session), ArraySource(folder / "clip.mp4"), name, folder).folder


def report(pred: Path, gt: Path) -> Report:
    found = compare(pred, gt)
    assert isinstance(found, Report)
    return found


def test_a_session_scores_as_its_export(tmp_path: Path) -> None:
    """With overlaps, an absent label and frames that are not annotated."""
    session = annotated(tmp_path / "a")
    truth = annotated(tmp_path / "b")
    edit(truth, 4, 1, rectangle(3, 3, 9, 9))
    davis, masks = exported(session, tmp_path / "a", "davis"), exported(truth, tmp_path / "b", "davis")
    session.close()
    truth.close()
    by_export, by_session = report(davis, masks), report(session.folder, masks)
    assert by_session.videos[0].objects == by_export.videos[0].objects
    assert by_session.pooled == by_export.pooled
    assert by_session.notices == (
        f"2 of the 5 frames of the ground truth are not annotated in {session.folder}; they count as empty masks.",
    )


def test_a_session_as_the_truth_has_its_annotated_frames(tmp_path: Path) -> None:
    session = annotated(tmp_path / "a")
    davis = exported(session, tmp_path / "a", "davis")
    session.close()
    found = report(davis, session.folder)
    assert (found.videos[0].name, found.videos[0].images, found.j) == ("clip", 3, 1)
    assert found.notices[-1].endswith("so not scored: 2.")


def test_two_sessions_are_compared_as_such(tmp_path: Path) -> None:
    folders = []
    for name in ("a", "b"):
        session = annotated(tmp_path / name)
        session.close()
        folders.append(session.folder)
    assert isinstance(compare(*folders), Agreement)
    assert isinstance(compare(folders[0], folders[0]), Agreement)  # the second opener only reads


def test_a_session_without_masks_or_frames_names_is_a_sentence(tmp_path: Path) -> None:
    session = annotated(tmp_path / "a")
    davis = exported(session, tmp_path / "a", "davis")
    manifest = session.folder / "session.json"
    session.close()
    manifest.write_text(manifest.read_text().replace('"video"', '"folder"'))
    with pytest.raises(InputError, match=r"clip\.mp4 cannot be opened"):
        compare(session.folder, davis)


def test_images_of_a_folder_keep_their_names(tmp_path: Path) -> None:
    (tmp_path / "fish").mkdir()
    for stem in ("left", "middle", "right"):
        Image.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / "fish" / f"{stem}.png")
    source = open_media(tmp_path / "fish")
    session = Session.create(tmp_path / "fish.samannot", tmp_path / "fish", source.info)
    source.close()
    session.submit(cmd.AddLabel("koi"))
    edit(session, 1, 1, rectangle(1, 1, 5, 5))
    session.close()
    truth = write(tmp_path / "gt" / "fish", [rectangle(1, 1, 5, 5).astype(np.uint8)])
    (truth / "00000.png").rename(truth / "middle.png")
    assert report(session.folder, tmp_path / "gt").j == 1
