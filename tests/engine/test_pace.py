import pytest

from samannot_tui.engine.pace import Pace


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
