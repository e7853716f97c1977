"""Verdicts: they count for the masks that were looked at, and for no others; undo and redo do not touch them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samannot_tui.errors import InputError
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.decide_reviews import judged_masks
from samannot_tui.session.reviews import Standing, sampled_verdicts, verdicts
from samannot_tui.session.store import Session
from tests.session.support import ENGINE, FRAMES, act, deeds, make_session, new_mask, plan

GOOD, BAD, CHANGED, NONE = Standing.SATISFACTORY, Standing.UNSATISFACTORY, Standing.CHANGED, Standing.NONE


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A dog and a cat, tracked over frames 5 to 14."""
    session = make_session(tmp_path)
    for name in ("dog", "cat"):
        session.submit(cmd.AddLabel(name))
    track(session)
    return session


def track(session: Session) -> None:
    (started,) = session.submit(cmd.StartRun(plan((1, 2), 5, 14), ENGINE))
    session.append_masks([new_mask(frame, label, run=started.seq) for frame in range(5, 15) for label in (1, 2)])
    session.submit(cmd.ProgressRun(started.seq, session.masks.length))
    session.submit(cmd.EndRun(started.seq, "finished"))


def edit(session: Session, frame: int) -> None:
    (record,) = session.append_masks([new_mask(frame, 1, 7, source="edited")])
    session.submit(cmd.EditMask(1, frame, record))


def standing(session: Session, label: int = 1) -> list[Standing]:
    return [Standing(each) for each in verdicts(session.state, session.live, label).standing]


def test_a_later_mark_wins_for_its_frames(session: Session) -> None:
    session.submit(cmd.MarkReview(1, 5, 14, "satisfactory", by="ann"))
    session.submit(cmd.MarkReview(1, 8, 9, "unsatisfactory", "drifted", "bob"))
    assert standing(session)[5:15] == [GOOD] * 3 + [BAD] * 2 + [GOOD] * 5
    assert standing(session)[:5] == [NONE] * 5 and standing(session, 2) == [NONE] * FRAMES
    marks = verdicts(session.state, session.live, 1).marks
    said = session.state.event(int(marks[8]))
    assert isinstance(said, ev.ReviewMarked) and (said.reason, said.by) == ("drifted", "bob")


def test_a_mask_that_came_later_was_not_judged(session: Session) -> None:
    session.submit(cmd.MarkReview(1, 5, 14, "satisfactory"))
    edit(session, 7)
    assert standing(session)[6:9] == [GOOD, CHANGED, GOOD]
    session.submit(cmd.Undo())
    assert standing(session)[6:9] == [GOOD] * 3, "what was judged is back"
    track(session)
    assert set(standing(session)[5:15]) == {CHANGED}


def test_an_undo_to_a_mask_that_was_not_looked_at_leaves_no_verdict(session: Session) -> None:
    edit(session, 7)
    session.submit(cmd.MarkReview(1, 7, 7, "satisfactory"))
    session.submit(cmd.Undo())
    assert standing(session)[7] == CHANGED
    session.submit(cmd.Redo())
    assert standing(session)[7] == GOOD, "and a verdict does not stand in the way of a redo"


def test_a_mask_where_there_was_none_was_not_judged(session: Session) -> None:
    session.submit(cmd.MarkReview(1, 0, 14, "satisfactory"))
    edit(session, 2)
    assert standing(session)[1:4] == [GOOD, CHANGED, GOOD]


def test_a_verdict_can_be_taken_back(session: Session) -> None:
    session.submit(cmd.MarkReview(1, 5, 14, "satisfactory"))
    session.submit(cmd.WithdrawReview(1, 7, 8))
    assert standing(session)[5:10] == [GOOD, GOOD, NONE, NONE, GOOD]


def test_verdicts_are_the_same_when_opened_again(session: Session) -> None:
    edit(session, 7)
    session.submit(cmd.MarkReview(1, 5, 14, "satisfactory"))
    session.submit(cmd.Undo())
    before = standing(session)
    session.close()
    again = Session.open(session.folder)
    assert again.read_only is None and standing(again) == before
    again.close()


def test_a_verdict_on_a_label_that_was_undone_does_no_harm(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.submit(cmd.AddLabel("dog"))
    session.submit(cmd.MarkAbsent(1, 0, 4))
    session.submit(cmd.MarkReview(1, 0, 4, "satisfactory"))
    for command in (cmd.Undo(), cmd.Undo(), cmd.Redo(), cmd.Redo()):
        session.submit(command)
    assert standing(session)[:6] == [GOOD] * 5 + [NONE]


@pytest.mark.parametrize(
    "command",
    [
        cmd.MarkReview(9, 5, 14, "satisfactory"),
        cmd.MarkReview(1, 5, FRAMES, "satisfactory"),
        cmd.MarkReview(1, 9, 8, "satisfactory"),
        cmd.MarkReview(1, 0, 4, "satisfactory"),
        cmd.MarkReview(1, 5, 14, "unsatisfactory", "x" * 101),
        cmd.MarkReview(1, 5, 14, "unsatisfactory", by="a\x1bb"),
        cmd.MarkReview(1, 5, 5, "satisfactory", sample=1),
        cmd.WithdrawReview(9, 5, 14),
        cmd.DrawSample(0, 1),
        cmd.DrawSample(21, 1),
    ],
)
def test_what_cannot_be_judged_is_refused(session: Session, command: cmd.AnyCommand) -> None:
    seq = session.state.last_seq
    with pytest.raises(InputError):
        session.submit(command)
    assert session.state.last_seq == seq


def test_a_run_of_two_labels_is_judged_in_one_stretch(session: Session) -> None:
    (judged,) = judged_masks(session.live, 1, 0, FRAMES - 1)
    assert (judged.first, judged.last, judged.stride) == (5, 14, 2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(drawn=st.lists(deeds, max_size=25), label=st.integers(1, 4))
def test_the_masks_judged_are_the_live_ones(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[object], label: int
) -> None:
    session = make_session(tmp_path_factory.mktemp("judged"))
    session.submit(cmd.AddLabel("judged"))
    for deed in drawn:
        act(session, deed)
    found = np.zeros(FRAMES, np.int64)
    for each in judged_masks(session.live, label, 0, FRAMES - 1):
        frames = np.arange(each.first, each.last + 1)
        found[frames] = each.record + each.stride * (frames - each.first)
    assert (found == session.live.records(label)).all()
    session.close()


def test_a_sample_is_drawn_once_and_judged_by_itself(session: Session) -> None:
    (drawn,) = session.submit(cmd.DrawSample(6, seed=3))
    assert isinstance(drawn, ev.SampleDrawn) and len(set(drawn.frames)) == 6
    assert all(session.live.record(each.frame, each.label) for each in drawn.frames)
    first, second = drawn.frames[:2]
    session.submit(cmd.MarkReview(first.label, 5, 14, "satisfactory"))
    session.submit(cmd.MarkReview(second.label, second.frame, second.frame, "unsatisfactory", sample=drawn.seq))
    found = sampled_verdicts(session.state, session.live, drawn)
    assert found[:2] == [NONE, BAD], "what was said of the whole track is no answer to the check"
    (again,) = session.submit(cmd.DrawSample(6, seed=3))
    assert isinstance(again, ev.SampleDrawn) and again.frames == drawn.frames
