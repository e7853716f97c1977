"""Which mask counts: followed event by event it is the same as found anew, and a person's word is kept."""

import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.session import commands as cmd
from samannot_tui.session import live as live_masks
from samannot_tui.session.live import LiveMasks, MaskKind
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.state import fold
from samannot_tui.session.store import Session
from tests.session.support import ENGINE, FRAMES, act, deeds, facts, make_session, new_mask, plan


@pytest.mark.parametrize("remembered", [2, live_masks.REMEMBERED])
@settings(max_examples=80, deadline=None)
@given(drawn=st.lists(deeds, max_size=50))
def test_following_is_the_same_as_starting_over(remembered: int, drawn: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, patch.object(live_masks, "REMEMBERED", remembered):
        session = make_session(Path(folder))
        for deed in [cmd.AddLabel("one"), cmd.AddLabel("two"), cmd.StartRun(plan((1, 2), 0, 9), ENGINE), *drawn]:
            if act(session, deed):
                anew = fold(session.history())
                assert facts(anew) == facts(session.state)
                live = LiveMasks(session.masks.index, FRAMES, anew)
                assert (live._table == session.live._table).all()
                assert live._edited_at.items() <= session.live._edited_at.items()
                assert (live._is_barrier == session.live._is_barrier).all()
                assert live._log_length == session.live._log_length
                assert (live.kinds(None) == session.live.kinds(None)).all()
        session.close()


@pytest.fixture
def session(tmp_path: Path) -> Session:
    made = make_session(tmp_path)
    made.submit(cmd.AddLabel("dog"))
    return made


def start(session: Session) -> int:
    (started,) = session.submit(cmd.StartRun(plan((1,), 0, 9), ENGINE))
    return started.seq


def edit(session: Session, frame: int) -> int:
    (record,) = session.append_masks([new_mask(frame, 1, source="edited")])
    session.submit(cmd.EditMask(1, frame, record))
    return record


def test_a_run_never_replaces_an_edit_made_while_it_went_on(session: Session) -> None:
    run = start(session)
    before = edit(session, 2)
    session.append_masks([new_mask(frame, 1, run=run) for frame in range(5)])
    after = edit(session, 3)  # behind the run's append, before its commit
    session.submit(cmd.ProgressRun(run, session.masks.length))
    assert [session.live.record(frame, 1) for frame in (2, 3)] == [before, after]
    assert list(session.live.frames(1)) == [0, 1, 2, 3, 4]
    session.submit(cmd.EndRun(run, "finished"))
    session.close()
    again = Session.open(session.folder)
    assert [again.live.record(frame, 1) for frame in (2, 3)] == [before, after]
    again.submit(cmd.Undo())
    assert again.live.record(3, 1) not in (None, after), "without the edit the run's mask counts"
    again.close()


def test_a_run_that_was_to_write_over_earlier_edits_does(session: Session) -> None:
    edited = edit(session, 2)
    run = start(session)
    (record,) = session.append_masks([new_mask(2, 1, run=run)])
    session.submit(cmd.ProgressRun(run, session.masks.length))
    assert session.live.record(2, 1) == record != edited


def test_a_run_writes_no_frame_that_has_become_a_barrier(session: Session) -> None:
    seen = edit(session, 4)
    run = start(session)
    session.append_masks([new_mask(frame, 1, run=run) for frame in (4, 5)])
    session.submit(cmd.SetBarrier(4))
    session.submit(cmd.ProgressRun(run, session.masks.length))
    assert session.live.record(4, 1) == seen and session.live.record(5, 1) is not None


def test_a_late_prediction_does_not_replace_an_edit_made_after_its_prompts(session: Session) -> None:
    (prompt,) = session.submit(cmd.AddPrompt(1, 4, PointPrompt(3, 3)))
    (record,) = session.append_masks([new_mask(4, 1, source="prompted")])
    edited = edit(session, 4)
    session.submit(cmd.AddPrediction(1, 4, record, (prompt.seq,)))
    assert session.live.record(4, 1) == edited
    (later,) = session.submit(cmd.AddPrompt(1, 4, PointPrompt(5, 5)))
    (refined,) = session.append_masks([new_mask(4, 1, 7, source="prompted")])
    session.submit(cmd.AddPrediction(1, 4, refined, (prompt.seq, later.seq)))
    assert session.live.record(4, 1) == refined, "a later click refines the edit"


def test_a_run_writes_no_other_label(session: Session) -> None:
    session.submit(cmd.AddLabel("cat"))
    run = start(session)
    session.append_masks([new_mask(1, label, run=run) for label in (1, 2)])
    session.submit(cmd.ProgressRun(run, session.masks.length))
    assert list(session.live.on_frame(1)) == [1]


def test_a_run_undone_and_redone_has_its_masks_again(session: Session) -> None:
    run = start(session)
    records = session.append_masks([new_mask(frame, 1, run=run) for frame in range(3)])
    session.submit(cmd.ProgressRun(run, session.masks.length))
    session.submit(cmd.EndRun(run, "finished"))
    for _ in range(2):
        session.submit(cmd.Undo())
        assert not len(session.live.annotated_frames())
        session.submit(cmd.Redo())
        assert [session.live.record(frame, 1) for frame in range(3)] == records


def test_an_edit_that_is_made_again_and_undone_is_as_old_as_it_was(session: Session) -> None:
    edited = edit(session, 4)
    (prompt,) = session.submit(cmd.AddPrompt(1, 4, PointPrompt(3, 3)))
    session.submit(cmd.EditMask(1, 4, edited))
    session.submit(cmd.Undo())
    (record,) = session.append_masks([new_mask(4, 1, source="prompted")])
    session.submit(cmd.AddPrediction(1, 4, record, (prompt.seq,)))
    assert session.live.record(4, 1) == record, "the click came later than the edit"


def test_labels_far_apart_fit(session: Session) -> None:
    for number in range(2, 256):
        session.submit(cmd.AddLabel(f"{number}"))
    edit(session, 7)
    (record,) = session.append_masks([new_mask(7, 255, source="edited")])
    session.submit(cmd.EditMask(255, 7, record))
    assert session.live.on_frame(7) == {1: 1, 255: record}
    assert np.array_equal(session.live.annotated_frames(), [7])


def test_kinds_tell_a_persons_masks_a_models_and_absence(session: Session) -> None:
    run = start(session)
    session.append_masks([new_mask(frame, 1, run=run) for frame in range(3)])
    session.submit(cmd.ProgressRun(run, session.masks.length))
    session.submit(cmd.EndRun(run, "finished"))
    edit(session, 1)
    session.submit(cmd.MarkAbsent(1, 4, 5))
    wanted = [MaskKind.MODEL, MaskKind.EDITED, MaskKind.MODEL, MaskKind.NONE, MaskKind.ABSENT, MaskKind.ABSENT]
    assert session.live.kinds(1)[:6].tolist() == session.live.kinds(None)[:6].tolist() == wanted
    assert not session.live.kinds(7).any()
    with pytest.raises(ValueError, match="read-only"):
        session.live.kinds(None)[0] = MaskKind.EDITED
    session.submit(cmd.Undo())
    assert session.live.kinds(None)[:6].tolist() == [*wanted[:3], *[MaskKind.NONE] * 3]
    session.close()
