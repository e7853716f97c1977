"""The rules of the annotation's meaning (design section 5) that live in the fold and in decisions."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.errors import InputError
from samannot_tui.masks.rle import encode
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.describe import describe
from samannot_tui.session.prompts import BoxPrompt, MaskPrompt, PointPrompt
from samannot_tui.session.state import Feature
from samannot_tui.session.store import Session
from tests.session.support import ENGINE, FRAMES, HEIGHT, WIDTH, act, make_session, new_mask, plan


@pytest.fixture
def session(tmp_path: Path) -> Session:
    made = make_session(tmp_path)
    made.submit(cmd.AddLabel("dog"))
    made.submit(cmd.AddLabel("cat"))
    return made


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from("abc")), max_size=20))
def test_a_feature_holds_until_its_next_change_in_whatever_order_it_was_set(changes: list[tuple[int, str]]) -> None:
    """SAMannot: out-of-order feature edits break the most-recent-change rule."""
    feature = Feature()
    for frame, value in changes:
        feature.set(frame, value)
    latest = dict(changes)
    for frame in range(21):
        before = [f for f in latest if f <= frame]
        expected = (max(before), latest[max(before)]) if before else None
        assert feature.at(frame) == expected


def test_clearing_a_feature_lets_the_earlier_value_flow_on(session: Session) -> None:
    session.submit(cmd.SetFeature(1, "posture", 10, "sits"))
    session.submit(cmd.SetFeature(1, "posture", 5, "jumps"))
    session.submit(cmd.ClearFeature(1, "posture", 10))
    assert session.state.features[1]["posture"].at(12) == (5, "jumps")
    with pytest.raises(InputError, match="does not change"):
        session.submit(cmd.ClearFeature(1, "posture", 10))


def predicted(session: Session, label: int, frame: int, seed: int) -> int:
    (record,) = session.append_masks([new_mask(frame, label, seed, source="prompted")])
    seqs = tuple(prompt.seq for prompt in session.state.prompts_on(frame, label))
    session.submit(cmd.AddPrediction(label, frame, record, seqs))
    return record


def test_a_prediction_lives_as_long_as_its_prompts(session: Session) -> None:
    session.submit(cmd.AddPrompt(1, 4, PointPrompt(3, 3)))
    first = predicted(session, 1, 4, 1)
    session.submit(cmd.AddPrompt(1, 4, PointPrompt(5, 5)))
    assert session.live.record(4, 1) == first, "the old mask stays until the new one is there"
    second = predicted(session, 1, 4, 2)
    assert session.live.record(4, 1) == second
    session.submit(cmd.Undo())
    assert session.live.record(4, 1) == first
    session.submit(cmd.Undo())
    assert session.live.record(4, 1) is None
    session.submit(cmd.Redo())
    session.submit(cmd.Redo())
    assert session.live.record(4, 1) == second
    session.submit(cmd.RemovePrompt(session.state.prompts_on(4, 1)[0].seq))
    assert session.live.record(4, 1) is None


def test_the_mask_under_the_first_prompt_is_its_base(session: Session) -> None:
    (record,) = session.append_masks([new_mask(7, 1, source="edited")])
    session.submit(cmd.EditMask(1, 7, record))
    session.submit(cmd.AddPrompt(1, 7, PointPrompt(3, 3, positive=False)))
    predicted(session, 1, 7, 3)
    session.submit(cmd.AddPrompt(1, 7, PointPrompt(4, 4)))
    assert [prompt.base for prompt in session.state.prompts_on(7, 1)] == [record, None]


def test_a_run_is_one_step_and_prompts_added_meanwhile_are_others(session: Session) -> None:
    (started,) = session.submit(cmd.StartRun(plan((1,), 0, 3), ENGINE))
    session.submit(cmd.AddPrompt(2, 9, PointPrompt(1, 1)))
    session.append_masks([new_mask(frame, 1, run=started.seq) for frame in range(4)])
    session.submit(cmd.ProgressRun(started.seq, session.masks.length))
    session.submit(cmd.RenameLabel(1, "hound"))
    session.submit(cmd.Undo())
    session.submit(cmd.Undo())
    assert not session.state.prompts and session.state.labels[1].name == "dog"
    with pytest.raises(InputError, match="still going on"):
        session.submit(cmd.Undo())
    session.submit(cmd.EndRun(started.seq, "finished"))
    assert len(session.live.frames(1)) == 4
    session.submit(cmd.Undo())
    assert len(session.live.frames(1)) == 0 and not session.state.runs


def test_a_run_deletes_no_masks_of_labels_that_were_not_in_it(session: Session) -> None:
    """SAMannot: a run deletes the masks of labels that were not in it."""
    (record,) = session.append_masks([new_mask(2, 2, source="edited")])
    session.submit(cmd.EditMask(2, 2, record))
    (started,) = session.submit(cmd.StartRun(plan((1,), 0, 3), ENGINE))
    session.append_masks([new_mask(frame, 1, run=started.seq) for frame in range(4)])
    session.submit(cmd.ProgressRun(started.seq, session.masks.length))
    session.submit(cmd.EndRun(started.seq, "finished"))
    assert session.live.on_frame(2) == {1: 4, 2: record}


def test_prompts_stay_with_their_label_when_it_is_renamed(session: Session) -> None:
    """SAMannot: renaming before a block change sends prompts to another label."""
    session.submit(cmd.AddPrompt(1, 3, PointPrompt(2, 2)))
    session.submit(cmd.RenameLabel(1, "bird11"))
    session.submit(cmd.RenameLabel(2, "bird1"))
    assert len(session.state.prompts_on(3, 1)) == 1 and not session.state.prompts_on(3, 2)


def test_barriers_survive_reopening(session: Session) -> None:
    """SAMannot: opening a saved session wipes checkpoints."""
    session.submit(cmd.SetBarrier(11))
    session.close()
    again = Session.open(session.folder)
    assert again.state.barriers == {11}
    again.close()


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (cmd.AddLabel("dog"), "already called"),
        (cmd.AddLabel("  "), "cannot be empty"),
        (cmd.AddLabel("a\x1b[2J"), "control characters"),
        (cmd.AddLabel("x" * 101), "101 characters"),
        (cmd.RenameLabel(1, "cat"), "already called"),
        (cmd.RenameLabel(9, "bird"), "no label 9"),
        (cmd.AddPrompt(3, 0, PointPrompt(1, 1)), "no label 3"),
        (cmd.AddPrompt(1, FRAMES, PointPrompt(1, 1)), "no frame 30"),
        (cmd.AddPrompt(1, -1, PointPrompt(1, 1)), "no frame -1"),
        (cmd.AddPrompt(1, 0, PointPrompt(WIDTH, 1)), "outside the frame"),
        (cmd.AddPrompt(1, 0, PointPrompt(float("nan"), 1)), "must be numbers"),
        (cmd.AddPrompt(1, 0, BoxPrompt(3, 3, 3, 9)), "no area"),
        (cmd.AddPrompt(1, 0, BoxPrompt(90, 90, 99, 99)), "no area"),
        (cmd.AddPrompt(1, 0, MaskPrompt(encode(np.ones((3, 3), np.bool_)))), "3x3 pixels"),
        (cmd.AddPrompt(1, 0, MaskPrompt(encode(np.zeros((HEIGHT, WIDTH), np.bool_)))), "empty"),
        (cmd.RemovePrompt(1), "gone already"),
        (cmd.SetFeature(1, "", 0, "x"), "cannot be empty"),
        (cmd.RemoveFeature(1, "posture"), "no feature"),
        (cmd.ClearBarrier(3), "not a barrier"),
        (cmd.ProgressRun(1, 0), "not going on"),
        (cmd.EditMask(1, 0, 1), "no mask record"),
        (cmd.ClearMasks((1,), 5, 3), "no range"),
        (cmd.ChangeSetting("block_size", 0), "from 1 to"),
        (cmd.ChangeSetting("block_size", "many"), "cannot be"),
        (cmd.ChangeSetting("speed", 1), "no setting"),
        (cmd.Redo(), "nothing to redo"),
    ],
)
def test_refused_in_a_sentence_and_nothing_changes(session: Session, command: cmd.AnyCommand, sentence: str) -> None:
    before = session.history()
    with pytest.raises(InputError, match=sentence):
        session.submit(command)
    assert session.history() == before


def test_a_box_is_normalised_and_kept_inside_the_frame(session: Session) -> None:
    (event,) = session.submit(cmd.AddPrompt(1, 0, BoxPrompt(12, 30, -4, 2)))
    assert isinstance(event, ev.PromptAdded) and event.prompt == BoxPrompt(0, 2, 12, HEIGHT - 1)


def test_there_are_at_most_255_labels(session: Session) -> None:
    for number in range(3, 256):
        session.submit(cmd.AddLabel(f"{number}"))
    with pytest.raises(InputError, match="255 labels"):
        session.submit(cmd.AddLabel("one more"))


def test_closing_twice_closes_no_file_of_anybody_else(session: Session, tmp_path: Path) -> None:
    session.close()
    with (tmp_path / "other").open("wb") as other:
        session.close()
        other.write(b"still open")
        other.flush()


def test_every_step_can_be_named(session: Session) -> None:
    for deed in (cmd.AddPrompt(1, 0, PointPrompt(1, 1)), cmd.RemovePrompt(3), cmd.SetFeature(1, "p", 0, "x")):
        assert act(session, deed)
    texts = [describe(event, session.state) for event in session.history()]
    assert texts[2:] == ["a point on dog, frame 0", "removing a point on dog, frame 0", "p = x of dog from frame 0"]
