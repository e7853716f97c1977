"""What several events do together is one undo step: copied prompts, several barriers."""

from pathlib import Path

import pytest

from samannot_tui.errors import InputError
from samannot_tui.session import commands as cmd
from samannot_tui.session.describe import describe_step
from samannot_tui.session.prompts import BoxPrompt, PointPrompt
from samannot_tui.session.repair import repair
from samannot_tui.session.store import Session
from tests.session.support import annotation, make_session, new_mask
from tests.session.test_repair import damage


@pytest.fixture
def session(tmp_path: Path) -> Session:
    made = make_session(tmp_path)
    made.submit(cmd.AddLabel("dog"))
    made.submit(cmd.AddLabel("cat"))
    made.submit(cmd.AddPrompt(1, 3, PointPrompt(2, 2)))
    made.submit(cmd.AddPrompt(1, 3, PointPrompt(5, 5, positive=False)))
    made.submit(cmd.AddPrompt(2, 3, BoxPrompt(1, 1, 8, 8)))
    return made


def prompts(session: Session, frame: int, label: int) -> list[object]:
    return [each.prompt for each in session.state.prompts_on(frame, label)]


def test_a_frames_prompts_are_copied_as_one_step(session: Session) -> None:
    before = annotation(session)
    session.submit(cmd.CopyPrompts((1, 2), 3, 10))
    for label in (1, 2):
        assert prompts(session, 10, label) == prompts(session, 3, label)
    assert describe_step(session.state.steps[-1], session.state) == "3 prompts on dog and cat, frame 10"
    after = annotation(session)
    session.submit(cmd.Undo())
    assert annotation(session) == before
    session.submit(cmd.Redo())
    assert annotation(session) == after
    session.close()
    again = Session.open(session.folder)
    assert annotation(again) == after
    again.close()


def test_copies_refine_the_mask_that_they_come_upon_and_join_prompts_that_are_there(session: Session) -> None:
    (record,) = session.append_masks([new_mask(10, 1, source="edited")])
    session.submit(cmd.EditMask(1, 10, record))
    session.submit(cmd.AddPrompt(2, 10, PointPrompt(1, 1)))
    session.submit(cmd.CopyPrompts((1, 2), 3, 10))
    assert [each.base for each in session.state.prompts_on(10, 1)] == [record, None]
    assert prompts(session, 10, 2) == [PointPrompt(1, 1), BoxPrompt(1, 1, 8, 8)]


def test_several_barriers_are_one_step(session: Session) -> None:
    session.submit(cmd.SetBarrier(7))
    session.submit(cmd.SetBarriers((20, 5, 7)))
    assert session.state.barriers == {5, 7, 20}
    assert describe_step(session.state.steps[-1], session.state) == "2 barriers from frame 5 on"
    session.submit(cmd.Undo())
    assert session.state.barriers == {7}


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (cmd.CopyPrompts((1,), 3, 3), "name another frame"),
        (cmd.CopyPrompts((1, 2), 4, 10), "no prompt of dog and cat on frame 4"),
        (cmd.CopyPrompts((1,), 3, 99), "no frame 99"),
        (cmd.CopyPrompts((5,), 3, 4), "no label 5"),
        (cmd.SetBarriers((99,)), "no frame 99"),
        (cmd.SetBarriers(()), "barriers already"),
    ],
)
def test_refused_in_a_sentence_and_nothing_changes(session: Session, command: cmd.AnyCommand, sentence: str) -> None:
    before = session.history()
    with pytest.raises(InputError, match=sentence):
        session.submit(command)
    assert session.history() == before


def test_a_step_whose_first_event_is_lost_is_one_step_still(session: Session, tmp_path: Path) -> None:
    session.submit(cmd.SetBarriers((5, 12, 20)))
    session.close()
    damage(session.folder / "journal.jsonl", 6)
    assert repair(session.folder, tmp_path / "new.samannot").lost_events == 1
    again = Session.open(tmp_path / "new.samannot")
    assert again.read_only is None and again.state.barriers == {12, 20}
    assert describe_step(again.state.steps[-1], again.state) == "2 barriers from frame 12 on"
    again.submit(cmd.Undo())
    assert again.state.barriers == set() and len(again.state.prompts) == 3
    again.close()
