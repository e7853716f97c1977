""" "Absent" by a person's word: annotated, kept from every run, taken back by whatever comes later."""

from pathlib import Path

import pytest

from samannot_tui.errors import InputError
from samannot_tui.masks.rle import area
from samannot_tui.session import commands as cmd
from samannot_tui.session.describe import describe_step
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.store import Session
from tests.session.support import ENGINE, FRAMES, act, annotation, make_session, new_mask, plan


@pytest.fixture
def session(tmp_path: Path) -> Session:
    made = make_session(tmp_path)
    made.submit(cmd.AddLabel("dog"))
    made.submit(cmd.AddLabel("cat"))
    return made


def run(session: Session, first: int, last: int) -> None:
    (started,) = session.submit(cmd.StartRun(plan((1, 2), first, last), ENGINE))
    session.append_masks([new_mask(frame, n, run=started.seq) for frame in range(first, last + 1) for n in (1, 2)])
    session.submit(cmd.ProgressRun(started.seq, session.masks.length))
    session.submit(cmd.EndRun(started.seq, "finished"))


def test_it_is_an_empty_mask_of_a_persons_on_every_frame_of_the_range(session: Session) -> None:
    run(session, 0, 9)
    before = session.live.record(4, 2)
    session.submit(cmd.MarkAbsent(1, 3, 12))
    assert list(session.live.frames(1)) == list(range(13))
    assert list(session.live.edited_frames(1)) == list(range(3, 13))
    assert not session.live.is_present(12, 1) and session.live.is_present(2, 1)
    assert area(session.masks.read(session.live.record(7, 1) or 0).rle) == 0
    assert session.live.record(4, 2) == before
    assert describe_step(session.state.steps[-1], session.state) == "dog marked absent, frames 3 to 12"


def test_it_survives_reopening_and_undo_brings_back_what_was_there(session: Session) -> None:
    run(session, 0, 9)
    before = annotation(session)
    session.submit(cmd.MarkAbsent(1, 0, 29))
    marked = annotation(session)
    session.close()
    again = Session.open(session.folder)
    assert again.notices == () and annotation(again) == marked
    again.submit(cmd.Undo())
    assert annotation(again) == before
    again.submit(cmd.Redo())
    assert annotation(again) == marked
    again.close()


def test_a_run_that_goes_on_does_not_replace_it(session: Session) -> None:
    (started,) = session.submit(cmd.StartRun(plan((1,), 0, 9), ENGINE))
    session.submit(cmd.MarkAbsent(1, 4, 5))
    session.append_masks([new_mask(frame, 1, run=started.seq) for frame in range(10)])
    session.submit(cmd.ProgressRun(started.seq, session.masks.length))
    assert [frame for frame in range(10) if not session.live.is_present(frame, 1)] == [4, 5]


def test_a_later_prompt_or_edit_replaces_it_on_its_frame_and_clearing_takes_it_away(session: Session) -> None:
    session.submit(cmd.MarkAbsent(1, 3, 8))
    session.submit(cmd.AddPrompt(1, 4, PointPrompt(3, 3)))
    assert act(session, ("predict", 1, 4)) and act(session, ("edit", 1, 6))
    assert [frame for frame in range(FRAMES) if session.live.is_present(frame, 1)] == [4, 6]
    session.submit(cmd.ClearMasks((1,), 5, 7))
    assert list(session.live.frames(1)) == [3, 4, 8]


def test_clearing_takes_a_persons_edits_too_and_one_undo_brings_them_back(session: Session) -> None:
    run(session, 0, 9)
    assert act(session, ("edit", 1, 4))
    before = annotation(session)
    session.submit(cmd.ClearMasks((1, 2), 0, 9))
    assert len(session.live.annotated_frames()) == 0
    assert describe_step(session.state.steps[-1], session.state) == "clearing masks of dog and cat, frames 0 to 9"
    with pytest.raises(InputError, match="no mask to clear on frame 4"):
        session.submit(cmd.ClearMasks((1,), 4, 4))
    session.submit(cmd.Undo())
    assert annotation(session) == before


def test_an_edit_says_what_it_was_made_from(session: Session) -> None:
    run(session, 0, 2)
    below = session.live.record(1, 1)
    assert act(session, ("edit", 1, 1)) and act(session, ("edit", 1, 7))
    assert [event.base for event in session.history()[-2:]] == [below, None]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (cmd.MarkAbsent(9, 0, 3), "no label 9"),
        (cmd.MarkAbsent(1, 0, FRAMES), "no frame 30"),
        (cmd.MarkAbsent(1, 5, 3), "no range"),
    ],
)
def test_refused_in_a_sentence(session: Session, command: cmd.AnyCommand, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        session.submit(command)
    assert session.masks.length == 0
