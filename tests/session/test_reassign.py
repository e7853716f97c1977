"""Swap, merge and split: the range and the two labels change as said, nothing else does, and undo is exact."""

import tempfile
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.errors import InputError
from samannot_tui.masks.index import RecordSource
from samannot_tui.masks.rle import decode
from samannot_tui.session import commands as cmd
from samannot_tui.session.describe import describe_step
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.reassigning import foresee_reassigned
from samannot_tui.session.repair import repair
from samannot_tui.session.situation import Situation
from samannot_tui.session.state import fold
from samannot_tui.session.store import Session
from tests.session.support import ENGINE, FRAMES, act, annotation, make_session, new_mask, plan

LABELS = (1, 2, 3)
Kind = Literal["swap", "merge", "split"]

few_labels, few_frames = st.sampled_from(LABELS), st.integers(0, 5)
spans = st.tuples(few_frames, few_frames).map(lambda ends: (min(ends), max(ends)))
kinds: st.SearchStrategy[Kind] = st.sampled_from(["swap", "merge", "split"])
reassigned = st.builds(lambda kind, one, two, span: cmd.ReassignMasks(kind, one, two, *span), kinds, few_labels,
                       few_labels, spans)  # fmt: skip
dense_deeds = st.one_of(
    st.tuples(st.just("edit"), few_labels, few_frames),
    st.tuples(st.just("predict"), few_labels, few_frames),
    st.builds(cmd.AddPrompt, few_labels, few_frames, st.builds(PointPrompt, st.integers(0, 9), st.integers(0, 9))),
    st.builds(cmd.RemovePrompt, st.integers(4, 30)),
    st.builds(lambda label, span: cmd.MarkAbsent(label, *span), few_labels, spans),
    st.builds(lambda label, span: cmd.ClearMasks((label,), *span), few_labels, spans),
    st.builds(lambda label, first: cmd.StartRun(plan((label,), first, 5), ENGINE), few_labels, few_frames),
    st.tuples(st.just("progress"), few_labels, few_frames),
    st.just(("end",)),
    reassigned,
    st.just(cmd.Undo()),
    st.just(cmd.Redo()),
)
STARTED: list[Any] = [cmd.AddLabel(str(label)) for label in LABELS]


def cells(session: Session) -> dict[tuple[int, int], tuple[int | None, tuple[tuple[int, PointPrompt], ...]]]:
    """(frame, label) -> live record, (seq, prompt)s."""
    return {
        (frame, label): (
            session.live.record(frame, label),
            tuple((each.seq, each.prompt) for each in session.state.prompts_on(frame, label)),  # type: ignore[misc]
        )
        for frame in range(FRAMES)
        for label in session.state.labels
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(dense_deeds, max_size=60))
def test_following_is_the_same_as_starting_over_and_as_reopening(drawn: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session = make_session(Path(folder))
        for deed in STARTED + drawn:
            if act(session, deed):
                anew = fold(session.history())
                assert (LiveMasks(session.masks.index, FRAMES, anew)._table == session.live._table).all()
                assert anew.placed == session.state.placed
        act(session, ("end",))
        before = annotation(session)
        session.close()
        again = Session.open(session.folder)
        assert again.read_only is None and annotation(again) == before
        again.close()


@settings(max_examples=80, deadline=None)
@given(st.lists(dense_deeds, max_size=40), reassigned)
def test_only_the_two_labels_change_and_only_within_the_range(drawn: list[Any], command: cmd.ReassignMasks) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session = make_session(Path(folder))
        for deed in STARTED + drawn:
            act(session, deed)
        before, whole = cells(session), annotation(session)
        if act(session, command):
            after = cells(session)
            for (frame, label), was in before.items():
                if label not in (command.label, command.other) or not command.first <= frame <= command.last:
                    assert after[frame, label] == was
                elif label == command.label:
                    check_frame(command.kind, was, before[frame, command.other], after, frame, command)
            session.submit(cmd.Undo())
            assert annotation(session) == whole
        session.close()


def check_frame(kind: Kind, mine: Any, others: Any, after: Any, frame: int, command: cmd.ReassignMasks) -> None:
    if kind == "swap":
        assert (after[frame, command.label], after[frame, command.other]) == (others, mine)
        return
    assert after[frame, command.label] == (None, ())
    record, prompts = after[frame, command.other]
    assert prompts == tuple(sorted(mine[1] + others[1]))
    if mine[0] is None or others[0] is None:
        assert record == (mine[0] or others[0])
    assert kind == "merge" or others == (None, ())


@pytest.fixture
def session(tmp_path: Path) -> Session:
    made = make_session(tmp_path)
    made.submit(cmd.AddLabel("left child"))
    made.submit(cmd.AddLabel("right child"))
    made.submit(cmd.AddLabel("pillow"))
    return made


def edit(session: Session, label: int, frame: int, seed: int = 2) -> int:
    (record,) = session.append_masks([new_mask(frame, label, seed, source="edited")])
    session.submit(cmd.EditMask(label, frame, record))
    return record


def run(session: Session, labels: tuple[int, ...], first: int, last: int) -> int:
    (started,) = session.submit(cmd.StartRun(plan(labels, first, last), ENGINE))
    session.append_masks([new_mask(f, n, run=started.seq) for f in range(first, last + 1) for n in labels])
    session.submit(cmd.ProgressRun(started.seq, session.masks.length))
    session.submit(cmd.EndRun(started.seq, "finished"))
    return started.seq


def test_a_swap_twice_is_as_if_nothing_had_been(session: Session) -> None:
    run(session, (1, 2), 0, 9)
    edit(session, 1, 4)
    session.submit(cmd.AddPrompt(2, 5, PointPrompt(3, 3)))
    session.submit(cmd.MarkAbsent(2, 6, 8))
    before = cells(session)
    for _ in range(2):
        session.submit(cmd.ReassignMasks("swap", 1, 2, 3, 9))
    assert cells(session) == before


def test_edits_and_absences_are_a_persons_after_a_swap_too(session: Session) -> None:
    run(session, (1, 2), 0, 9)
    edited = edit(session, 1, 4)
    session.submit(cmd.MarkAbsent(1, 5, 6))
    session.submit(cmd.ReassignMasks("swap", 1, 2, 3, 9))
    assert list(session.live.edited_frames(2)) == [4, 5, 6] and list(session.live.edited_frames(1)) == []
    assert session.live.record(4, 2) == edited
    assert describe_step(session.state.steps[-1], session.state) == "swap of left child and right child, frames 3 to 9"


def test_the_union_is_written_where_both_have_a_mask_and_a_models_stays_a_models(session: Session) -> None:
    run(session, (1, 2), 0, 3)
    edit(session, 2, 2)
    session.submit(cmd.MarkAbsent(1, 3, 3))
    pixels = {(f, n): decode(session.masks.read(session.live.record(f, n) or 0).rle) for f in range(4) for n in (1, 2)}
    session.submit(cmd.ReassignMasks("merge", 1, 2, 1, 3))
    session.close()
    again = Session.open(session.folder)
    merged = {frame: again.masks.read(again.live.record(frame, 2) or 0) for frame in range(4)}
    for frame in (1, 2):
        assert (decode(merged[frame].rle) == (pixels[frame, 1] | pixels[frame, 2])).all()
    assert (decode(merged[0].rle) == pixels[0, 2]).all() and (decode(merged[3].rle) == pixels[3, 2]).all()
    assert [merged[frame].source for frame in range(4)] == ["propagated", "propagated", "edited", "propagated"]
    assert list(again.live.frames(1)) == [0]
    assert again.live.index.source[again.live.record(1, 2) or 0] == RecordSource.PROPAGATED
    again.close()


def test_merged_prompts_refine_the_union(session: Session) -> None:
    """Else a run from the prompts of one of the two would lose what the other had added."""
    for label in (1, 2):
        session.submit(cmd.AddPrompt(label, 1, PointPrompt(3 * label, 3)))
        assert act(session, ("predict", label, 1))
    session.submit(cmd.ReassignMasks("merge", 1, 2, 0, 5))
    merged = session.state.prompts_on(1, 2)
    assert len(merged) == 2 and merged[0].base == session.live.record(1, 2) and merged[1].base is None


def test_a_split_goes_to_a_label_that_has_nothing_there(session: Session) -> None:
    run(session, (1,), 0, 9)
    session.submit(cmd.AddPrompt(1, 5, PointPrompt(3, 3)))
    edit(session, 2, 2)
    with pytest.raises(InputError, match="right child has masks or prompts on frames 2 to 9 already"):
        session.submit(cmd.ReassignMasks("split", 1, 2, 2, 9))
    session.submit(cmd.ReassignMasks("split", 1, 3, 5, 9))
    assert list(session.live.frames(1)) == [0, 1, 2, 3, 4] and list(session.live.frames(3)) == [5, 6, 7, 8, 9]
    assert session.state.prompted_frames(1) == [] and session.state.prompted_frames(3) == [5]


def test_not_while_a_run_of_one_of_them_is_going_on(session: Session) -> None:
    run(session, (1, 2, 3), 0, 9)
    (started,) = session.submit(cmd.StartRun(plan((3,), 0, 9), ENGINE))
    with pytest.raises(InputError, match="A run of pillow is going on"):
        session.submit(cmd.ReassignMasks("swap", 1, 3, 0, 9))
    session.submit(cmd.ReassignMasks("swap", 1, 2, 0, 9))
    session.submit(cmd.EndRun(started.seq, "finished"))


def test_a_mask_asked_for_before_the_swap_comes_too_late(session: Session) -> None:
    (prompt,) = session.submit(cmd.AddPrompt(1, 4, PointPrompt(3, 3)))
    session.submit(cmd.ReassignMasks("swap", 1, 2, 4, 4))
    (record,) = session.append_masks([new_mask(4, 1, source="prompted")])
    with pytest.raises(InputError, match="have changed meanwhile"):
        session.submit(cmd.AddPrediction(1, 4, record, (prompt.seq,)))


def test_a_mask_made_after_the_swap_goes_when_the_swap_is_undone(session: Session) -> None:
    session.submit(cmd.AddPrompt(1, 4, PointPrompt(3, 3)))
    session.submit(cmd.ReassignMasks("swap", 1, 2, 4, 4))
    assert act(session, ("predict", 2, 4)) and session.live.record(4, 2)
    session.submit(cmd.Undo())
    assert session.live.on_frame(4) == {} and len(session.state.prompts_on(4, 1)) == 1
    session.submit(cmd.Redo())
    assert list(session.live.on_frame(4)) == [2]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("swap", "swap of left child and pillow, frame 4"),
        ("merge", "merge of left child into pillow, frame 4"),
        ("split", "split of left child, which became pillow, frame 4"),
    ],
)
def test_undo_names_it(session: Session, kind: Kind, words: str) -> None:
    edit(session, 1, 4)
    session.submit(cmd.ReassignMasks(kind, 1, 3, 4, 4))
    assert describe_step(session.state.steps[-1], session.state) == words


def test_a_lost_union_leaves_a_persons_mask(session: Session, tmp_path: Path) -> None:
    run(session, (2,), 0, 3)
    edited = edit(session, 1, 2)
    session.submit(cmd.ReassignMasks("merge", 1, 2, 0, 3))
    union = session.live.record(2, 2)
    assert union not in (None, edited)
    session.close()
    lines = (session.folder / "masks.jsonl").read_bytes().splitlines(keepends=True)
    lines[-1] = lines[-1].replace(b'"frame"', b'"fr\x00me"')
    (session.folder / "masks.jsonl").write_bytes(b"".join(lines))
    assert Session.open(session.folder).read_only is not None
    assert repair(session.folder, tmp_path / "new.samannot").lost_masks == 1
    again = Session.open(tmp_path / "new.samannot")
    assert again.read_only is None and again.live.record(2, 2) == edited
    again.close()


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (cmd.ReassignMasks("swap", 1, 1, 0, 3), "takes two labels"),
        (cmd.ReassignMasks("merge", 1, 9, 0, 3), "no label 9"),
        (cmd.ReassignMasks("swap", 1, 2, 0, FRAMES), "no frame 30"),
        (cmd.ReassignMasks("swap", 1, 2, 5, 3), "no range"),
        (cmd.ReassignMasks("swap", 1, 2, 0, 3), "no mask or prompt of left child and right child on frames 0 to 3"),
        (cmd.ReassignMasks("merge", 1, 2, 3, 3), "no mask or prompt of left child on frame 3"),
    ],
)
def test_refused_in_a_sentence(session: Session, command: cmd.AnyCommand, sentence: str) -> None:
    before, written = session.history(), session.masks.length
    with pytest.raises(InputError, match=sentence):
        session.submit(command)
    assert session.history() == before and session.masks.length == written


def test_what_will_change_is_told_before_and_refused_as_it_would_be(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    for deed in (*STARTED, ("edit", 1, 2), ("edit", 1, 3), ("edit", 2, 3), cmd.AddPrompt(1, 2, PointPrompt(1, 1))):
        act(session, deed)
    now = Situation(session.state, session.live, session.manifest, None)

    def foreseen(kind: Kind, label: int, other: int) -> str:
        return foresee_reassigned(cmd.ReassignMasks(kind, label, other, 0, 9), now)

    assert foreseen("swap", 1, 2) == (
        "1 and 2 exchange what they have on frames 0 to 9: 2 masks and 1 prompt of 1 for 1 mask and 0 prompts of 2."
    )
    assert foreseen("merge", 1, 2) == (
        "2 masks and 1 prompt of 1 on frames 0 to 9 become 2's. On 1 frame both have a mask; these are united."
    )
    assert foreseen("split", 1, 3) == "2 masks and 1 prompt of 1 on frames 0 to 9 become 3's."
    assert foresee_reassigned(cmd.SplitOff(1, "new", 3, 9), now) == (
        "1 mask and 0 prompts of 1 on frames 3 to 9 become new's. A new label is made for it."
    )
    with pytest.raises(InputError, match="split into a label without any, or merge"):
        foreseen("split", 1, 2)
    with pytest.raises(InputError, match="There is no mask or prompt of 3"):
        foresee_reassigned(cmd.SplitOff(3, "new", 0, 9), now)
    session.close()


def test_splitting_off_makes_a_label_in_the_same_undo_step(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    for deed in (*STARTED, ("edit", 1, 2), ("edit", 1, 3)):
        act(session, deed)
    before = annotation(session)
    split = session.submit(cmd.SplitOff(1, "stray", 3, 9))
    assert session.state.labels[4].name == "stray"
    assert session.live.record(3, 4) and not session.live.record(3, 1) and session.live.record(2, 1)
    assert describe_step(split[0].seq, session.state) == "split of 1, which became stray, frames 3 to 9"
    session.submit(cmd.Undo())
    assert annotation(session) == before
    session.submit(cmd.Redo())
    assert session.live.record(3, 4)
    with pytest.raises(InputError, match="names are unique"):
        session.submit(cmd.SplitOff(1, "2", 2, 2))
    session.close()
