"""The news of session and engine, taken into the place."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from samannot_tui.engine import reports as news
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.store import Session
from samannot_tui.session.view import View
from samannot_tui.tui.follow import follow_engine, follow_events
from samannot_tui.tui.place import Place, RunStatus
from samannot_tui.tui.widgets.resources import run_line
from tests.session.support import make_session, new_mask

PLAN = Plan(
    "both",
    5,
    (
        Pass("forward", 5, 9, (LabelPlan(1, 5, (Source(5, (2,)),), (Span(5, 9),)),)),
        Pass("backward", 0, 5, (LabelPlan(1, 5, (Source(5, (2,)),), (Span(0, 4),)),)),
    ),
    (),
    "off",
    None,
    (),
    (),
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = make_session(tmp_path)
    yield session
    session.close()


@pytest.fixture
def place(session: Session) -> Place:
    return Place(Follower(session), View())


def test_a_run_from_start_to_finish(place: Place) -> None:
    shown = []
    for report in (
        news.Started(9, PLAN),
        news.Progressed(3, 10, None),
        news.Paused(),
        news.Resumed(),
        news.Progressed(7, 10, 64.6),
    ):
        assert follow_engine(place, report) is None
        assert place.run is not None
        shown.append(run_line(place.run))
    assert shown == ["◀▶ 0/0", "◀▶ 3/10", "‖ 3/10 paused", "◀▶ 3/10", "◀▶ 7/10 1:05 left"]
    told = follow_engine(place, news.Ended("finished"))
    assert told is not None and not told.is_bad
    assert told.sentence == "Run finished: 7 of 10 frames. u undoes it."
    assert place.run is None


@pytest.mark.parametrize(
    ("report", "sentence", "is_bad"),
    [
        (news.Ended("ended", "It was."), "Run ended: 4 of 8 frames finished, which are kept. u undoes it.", False),
        (news.Ended("failed", "The engine was killed."), "The engine was killed.", True),
        (news.Failed("No such weights."), "No such weights.", True),
        (news.Notice("Negative points alone."), "Negative points alone.", False),
    ],
)
def test_what_is_told(place: Place, report: news.RunnerEvent, sentence: str, is_bad: bool) -> None:
    place.run = RunStatus("forward", 4, 8)
    told = follow_engine(place, report)
    assert told is not None
    assert (told.sentence, told.is_bad) == (sentence, is_bad)


def test_a_mask_stops_being_pending_however_its_making_ends(session: Session, place: Place) -> None:
    follow_events(place, session.submit(cmd.AddLabel("dog")))
    (added,) = session.submit(cmd.AddPrompt(1, 3, PointPrompt(2, 2)))
    follow_events(place, (added,))
    follow_engine(place, news.PredictionPending(3, 1))
    assert place.pending == {(3, 1)}
    (record,) = session.append_masks([new_mask(3, 1, source="prompted")])
    follow_events(place, session.submit(cmd.AddPrediction(1, 3, record, (added.seq,))))
    assert place.pending == set()
    for end in (news.PredictionDone(3, 1), news.Failed("Out of memory.")):
        follow_engine(place, news.PredictionPending(3, 1))
        follow_engine(place, end)
        assert place.pending == set()


def test_an_undone_label_is_named_and_another_becomes_active(session: Session, place: Place) -> None:
    for name in ("dog", "cat"):
        follow_events(place, session.submit(cmd.AddLabel(name)))
    place.keep(label=2)
    assert follow_events(place, session.submit(cmd.Undo())) == ["Undone: the label cat."]
    assert place.label == 1
    follow_events(place, session.submit(cmd.Undo()))
    assert place.label is None
    assert follow_events(place, session.submit(cmd.Redo())) == ["Redone: the label dog."]


@pytest.mark.parametrize("kept", [View(frame=999, label=5), View(frame=29)])
def test_a_kept_place_that_is_no_more_becomes_the_nearest_one(session: Session, kept: View) -> None:
    session.submit(cmd.AddLabel("dog"))
    place = Place(Follower(session), kept)
    assert (place.frame, place.label) == (29, 1)
