"""What the demo says at its end: the sample's masks against themselves, in whole and in part."""

from pathlib import Path

import pytest

from samannot_tui.jobs.demo import compare_with_sample
from samannot_tui.jobs.sample import sample_folder
from samannot_tui.jobs.track import prompted_session
from samannot_tui.review.labelmaps import read_label_map
from samannot_tui.session import commands as cmd
from samannot_tui.session.store import Session
from tests.formats.support import edit


@pytest.fixture
def session(tmp_path: Path) -> Session:
    opened = prompted_session(sample_folder() / "clip.mp4", sample_folder() / "prompts.json", tmp_path)
    opened.source.close()
    return opened.session


def test_only_what_is_annotated_is_compared(session: Session) -> None:
    """Two frames of the white koi, copied from the truth, and a label that the sample does not know."""
    session.submit(cmd.AddLabel("flower"))
    for frame in (10, 20):
        truth = read_label_map(sample_folder() / "ground_truth" / f"{frame:05}.png")
        edit(session, frame, 1, truth == 1)
        edit(session, frame, 4, truth == 0)
    session.close()
    found = compare_with_sample(session.folder)
    assert found is not None and (found.annotated, found.frames) == (2, 60)
    assert [(score.id, score.j) for score in found.against(found.truth)] == [(1, 1.0)]
    assert [score.id for score in found.against(found.reference)] == [1]
    assert 0.9 < found.against(found.reference)[0].j < 1


def test_nothing_annotated_is_not_compared(session: Session) -> None:
    session.close()
    assert compare_with_sample(session.folder) is None


def test_masks_of_other_things_alone_are_not_compared(session: Session) -> None:
    session.submit(cmd.AddLabel("flower"))
    truth = read_label_map(sample_folder() / "ground_truth" / "00000.png")
    edit(session, 0, 4, truth == 0)
    session.close()
    assert compare_with_sample(session.folder) is None


def test_the_finished_session_is_compared_in_whole() -> None:
    found = compare_with_sample(sample_folder() / "sessions" / "finished.samannot")
    assert found is not None and found.annotated == 60
    assert found.truth.j == pytest.approx(0.95, abs=0.02)
