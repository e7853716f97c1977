"""Whatever is done to a session, it folds to the same state after reopening, and undo is exact."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.follower import Follower
from samannot_tui.session.store import Session
from tests.session.support import act, annotation, deeds, facts, make_session

START: list[Any] = [cmd.AddLabel("one"), cmd.AddLabel("two")]


@settings(max_examples=60, deadline=None)
@given(st.lists(deeds, max_size=40))
def test_reopened_session_is_the_same(drawn: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session = make_session(Path(folder))
        follower = Follower(session)
        session.subscribe(follower.apply)
        for deed in START + drawn:
            act(session, deed)
        if session.state.active_run:
            act(session, ("end",))
        before, steps, redoable = annotation(session), session.state.steps, session.state.redoable
        assert facts(follower.state) == facts(session.state)
        assert (follower.live._table == session.live._table).all()
        session.close()
        again = Session.open(session.folder)
        assert again.notices == () and again.read_only is None
        assert annotation(again) == before
        assert (again.state.steps, again.state.redoable) == (steps, redoable)
        assert again.state.next_label == session.state.next_label
        again.close()


@settings(max_examples=60, deadline=None)
@given(st.lists(deeds, max_size=30), st.integers(1, 30))
def test_undo_then_redo_is_identity(drawn: list[Any], times: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session = make_session(Path(folder))
        for deed in START + drawn:
            act(session, deed)
        if session.state.active_run:
            act(session, ("end",))
        before = annotation(session)
        undone = 0
        while undone < times and act(session, cmd.Undo()):
            undone += 1
        for _ in range(undone):
            assert act(session, cmd.Redo())
        assert annotation(session) == before
        session.close()


@settings(max_examples=40, deadline=None)
@given(st.lists(deeds, min_size=1, max_size=25))
def test_undoing_everything_leaves_nothing_but_settings(drawn: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session = make_session(Path(folder))
        for deed in START + drawn:
            act(session, deed)
        if session.state.active_run:
            act(session, ("end",))
        while act(session, cmd.Undo()):
            pass
        left = annotation(session)
        assert not any(left[what] for what in ("labels", "prompts", "barriers", "runs", "live"))
        session.close()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.builds(cmd.AddLabel, st.text(min_size=1, max_size=5)), st.just(cmd.Undo())), max_size=30))
def test_label_ids_are_never_reused(drawn: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session = make_session(Path(folder))
        for deed in drawn:
            act(session, deed)
        ids = [event.label for event in session.history() if isinstance(event, ev.LabelAdded)]
        assert ids == list(range(1, len(ids) + 1))
        session.close()
