import pytest

from samannot_tui.engine.pace import Pace, seconds_for_work
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent, EngineInfo
from samannot_tui.session.plan import LabelPlan, Pass, Plan


def test_nothing_is_known_before_the_first_frame() -> None:
    assert Pace(0.0).seconds_left(10) is None


def test_a_steady_pace_is_told_exactly() -> None:
    pace = Pace(100.0)
    for frame in range(1, 6):
        pace.frame(100.0 + 2 * frame)
    assert pace.seconds_left(10) == pytest.approx(20.0)


def test_a_pause_does_not_count() -> None:
    pace = Pace(0.0)
    pace.frame(1.0)
    pace.rest(500.0)
    pace.frame(501.0)
    assert pace.seconds_left(3) == pytest.approx(3.0)


def test_it_follows_a_change_of_pace() -> None:
    pace = Pace(0.0)
    pace.frame(9.0)
    for frame in range(1, 101):
        pace.frame(9.0 + frame)
    assert pace.seconds_left(1) == pytest.approx(1.0, abs=0.1)


ENGINE = EngineInfo(name="test", version="1")


def run_of_ten_frames(seconds: int) -> list[AnyEvent]:
    sweep = Pass("forward", 0, 9, (LabelPlan(1, 0, (), ()),))
    plan = Plan("forward", 0, (sweep,), (), "off", None, (), ())
    return [
        ev.RunStarted(seq=1, at="2026-11-21T12:00:00Z", plan=plan, engine=ENGINE),
        ev.RunEnded(seq=2, at=f"2026-11-21T12:00:{seconds}Z", run=1, outcome="finished"),
    ]


def test_runs_made_anew_by_a_replay_say_nothing_of_the_engines_pace() -> None:
    """They bear the times of the runs that they stand for, which another engine made."""
    history = run_of_ten_frames(40)
    assert seconds_for_work(history, ENGINE) == pytest.approx(2.0)
    assert seconds_for_work([*history, ev.SessionReplayed(seq=3, source="old", events=2)], ENGINE) is None
