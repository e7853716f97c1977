"""The data engine's figures, counted by hand."""

from pathlib import Path

import pytest

from samannot_tui.review.stats import SessionStats, session_stats
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import RecordSpan
from samannot_tui.session.prompts import BoxPrompt, PointPrompt
from samannot_tui.session.store import Session
from tests.session.support import ENGINE, import_command, make_session, new_mask, plan


def stats_of(session: Session) -> SessionStats:
    return session_stats(session.state, session.live, session.history())


def annotated(folder: Path) -> Session:
    """Label 1, frames 0 to 9: three clicks on frame 0, one on 5, a box on 7, frame 8 drawn, 9 absent. Label 2: none.

    One of the clicks on frame 0 is taken back.
    """
    session = make_session(folder)
    session.submit(cmd.AddLabel("dog"))
    session.submit(cmd.AddLabel("cat"))
    for frame, x in ((0, 1), (0, 2), (0, 3), (5, 4)):
        session.submit(cmd.AddPrompt(1, frame, PointPrompt(x, 3)))
    session.submit(cmd.AddPrompt(1, 7, BoxPrompt(1, 1, 5, 5)))
    run = session.submit(cmd.StartRun(plan((1,), 0, 9), ENGINE))[0].seq
    session.append_masks([new_mask(frame, 1, run=run) for frame in range(10)])
    session.submit(cmd.AddPrompt(1, 4, PointPrompt(2, 2), auto=run))
    session.submit(cmd.ProgressRun(run, session.masks.length))
    session.submit(cmd.EndRun(run, "finished"))
    (record,) = session.append_masks([new_mask(8, 1, source="edited")])
    session.submit(cmd.EditMask(1, 8, record))
    session.submit(cmd.MarkAbsent(1, 9, 12))
    session.submit(cmd.RemovePrompt(session.state.prompts_on(0, 1)[-1].seq))
    return session


def test_one_instance_by_hand(tmp_path: Path) -> None:
    dog = stats_of(annotated(tmp_path)).instances[0]
    assert (dog.masks, dog.present, dog.by_model, dog.by_person) == (13, 9, 8, 5)
    assert dog.model_share == 8 / 13
    assert (dog.points, dog.boxes, dog.mask_prompts, dog.prompts) == (4, 1, 0, 5)
    assert (dog.clicked_frames, dog.clicks_per_clicked_frame) == (2, 2.0)
    assert (dog.edited_frames, dog.edited_share) == (4, 4 / 13)  # 0, 5, 7 and 8


def test_the_session_averages_over_what_there_is(tmp_path: Path) -> None:
    stats = stats_of(annotated(tmp_path))
    assert (stats.frames, stats.masks) == (13, 13)
    assert stats.edited_share == 4 / 13
    assert stats.prompts_per_instance == 5
    assert stats.seconds_per_frame_and_instance == pytest.approx(stats.seconds / 13)
    cat = stats.instances[1]
    assert (cat.masks, cat.model_share, cat.clicks_per_clicked_frame, cat.seconds_per_frame) == (0, None, None, None)


def test_what_was_undone_was_clicked_all_the_same_but_edits_nothing(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    session.submit(cmd.AddPrompt(1, 6, PointPrompt(1, 1)))
    session.submit(cmd.Undo())
    dog = stats_of(session).instances[0]
    assert (dog.points, dog.clicked_frames, dog.edited_frames) == (5, 3, 4)


def test_frames_that_were_cleared_are_not_annotated_so_not_edited_either(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    session.submit(cmd.ClearMasks((1,), 5, 12))
    dog = stats_of(session).instances[0]
    assert (dog.masks, dog.edited_frames, dog.by_person) == (5, 1, 0)


def test_imported_prompts_are_nobodys_clicks_and_edit_nothing(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    (record,) = session.append_masks([new_mask(3, 1)])
    session.submit(import_command(session, 1, 3, RecordSpan(record, record)))
    dog = stats_of(session).instances[0]
    assert (dog.points, dog.clicked_frames, dog.edited_frames) == (4, 2, 4)
    session.submit(cmd.AddPrompt(1, 3, PointPrompt(2, 2)))
    dog = stats_of(session).instances[0]
    assert (dog.points, dog.clicked_frames, dog.edited_frames) == (5, 3, 5)


def test_a_session_without_anything_divides_by_nothing(tmp_path: Path) -> None:
    stats = stats_of(make_session(tmp_path))
    assert (stats.masks, stats.seconds, stats.instances) == (0, 0.0, ())
    assert stats.seconds_per_frame_and_instance is stats.edited_share is stats.prompts_per_instance is None
