"""The annotation as it was after any event: the same as if nothing had come later."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.appendlog import seal
from samannot_tui.errors import InputError
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session import past as past_module
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.manifest import manifest_of
from samannot_tui.session.past import Past
from samannot_tui.session.state import fold
from samannot_tui.session.store import Session, make_folder
from samannot_tui.session.times import local_time, seconds_of, typed_moment
from tests.session.support import ENGINE, FRAMES, INFO, act, deeds, facts, make_session, plan


@settings(max_examples=80, deadline=None)
@given(
    drawn=st.lists(deeds, max_size=50), jumps=st.lists(st.integers(0, 60), max_size=20), apart=st.sampled_from([2, 7])
)
def test_jumping_about_is_the_same_as_starting_over(drawn: list[Any], jumps: list[int], apart: int) -> None:
    with tempfile.TemporaryDirectory() as folder, patch.multiple(past_module, LEAST_APART=apart, WAY_BACK=apart // 2):
        session = make_session(Path(folder))
        for deed in [cmd.AddLabel("one"), cmd.AddLabel("two"), cmd.StartRun(plan((1, 2), 0, 9), ENGINE), *drawn]:
            act(session, deed)
        past = Past(session.history())
        live = LiveMasks(session.masks.index, FRAMES, past.state_at(0))
        for jump in jumps:
            seq = jump % (past.last_seq + 1)
            state, anew = past.state_at(seq), fold(past.history[:seq])
            assert state == anew
            live.follow(state)
            afresh = LiveMasks(session.masks.index, FRAMES, anew)
            assert {f: live.on_frame(f) for f in range(FRAMES)} == {f: afresh.on_frame(f) for f in range(FRAMES)}
            for event in past.history[seq : seq + 3]:  # what is given out is nobody else's
                state.apply(event)
        assert facts(past.state_at(past.last_seq)) == facts(session.state)
        session.close()


def test_the_last_event_that_had_happened_by_then() -> None:
    times = ["2026-11-21T10:00:00.000Z", "2026-11-21T10:00:00.000Z", "no time", "2026-11-21T12:00:00+01:00"]
    past = Past([ev.BarrierSet(seq=seq, at=at, frame=seq) for seq, at in enumerate(times, 1)])
    assert past.seq_at(typed_moment("2026-11-21T10:00:00Z")) == 3
    assert past.seq_at(typed_moment("2026-11-21T09:59:59Z")) == 0
    assert past.seq_at(typed_moment("2026-11-21T11:00:00Z")) == 4
    with pytest.raises(InputError, match="events 1 to 4"):
        past.state_at(5)


def test_times_are_typed_as_they_are_shown() -> None:
    (moment,) = seconds_of([ev.BarrierSet(seq=1, at="2026-11-21T10:00:07.000Z", frame=0)])
    assert typed_moment(local_time(moment)) == moment
    assert typed_moment(local_time(moment)[11:], near=moment) == moment
    for wrong in ("yesterday", "", "10:00:07", "99:99"):
        with pytest.raises(InputError, match="no time"):
            typed_moment(wrong)


def test_events_that_contradict_each_other_until_an_undo_are_told(tmp_path: Path) -> None:
    """A stranger's journal: whole it folds, since what is wrong was undone; up to there it does not."""
    events = [
        ev.LabelAdded(seq=1, label=1, name="dog"),
        ev.LabelRenamed(seq=2, label=7, name="ghost"),
        ev.Undone(seq=3, target=2),
    ]
    journal = b"".join(seal(msgspec.json.encode(event)) for event in events)
    make_folder(tmp_path / "odd.samannot", manifest_of(tmp_path / "clip.mp4", INFO, tmp_path / "odd.samannot"), journal)
    session = Session.open(tmp_path / "odd.samannot")
    past = Past(session.history())
    session.close()
    assert facts(past.state_at(3)) == facts(past.state_at(1))
    with pytest.raises(InputError, match="contradict"):
        past.state_at(2)


def test_a_copy_goes_its_own_way_with_a_run_that_had_ended(tmp_path: Path) -> None:
    """Only a stranger's journal goes on with one; what was shown before stays as it was."""
    session = make_session(tmp_path)
    act(session, cmd.AddLabel("dog"))
    (run,) = session.submit(cmd.StartRun(plan((1,), 0, 3), ENGINE))
    session.submit(cmd.EndRun(run.seq, "finished"))
    before, after = session.state, session.state.copy()
    after.apply(ev.RunProgressed(seq=4, run=run.seq, log_length=7))
    after.apply(ev.RunEnded(seq=5, run=run.seq, outcome="failed", reason="odd"))
    assert (after.runs[run.seq].log_length, after.runs[run.seq].outcome) == (7, "failed")
    assert (before.runs[run.seq].log_length, before.runs[run.seq].outcome) == (0, "finished")
    session.close()


def test_reading_leaves_everything_as_it_is_and_the_lock_to_others(tmp_path: Path) -> None:
    writer = make_session(tmp_path)
    act(writer, cmd.AddLabel("dog"))
    act(writer, cmd.StartRun(plan((1,), 0, 9), ENGINE))
    act(writer, ("progress", 1, 1))
    writer.close()
    with (writer.folder / "journal.jsonl").open("ab") as file:
        file.write(b'{"torn')
    before = fingerprint(writer.folder)
    reader = Session.open(writer.folder, read_only="Only looked at.")
    with pytest.raises(InputError, match=r"Only looked at\."):
        reader.submit(cmd.AddLabel("cat"))
    assert fingerprint(writer.folder) == before
    again = Session.open(writer.folder)
    assert again.read_only is None
    again.close()
    reader.close()


def fingerprint(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file and folder with its time of change and content."""
    return {
        str(path): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for path in (folder, *folder.rglob("*"))
    }
