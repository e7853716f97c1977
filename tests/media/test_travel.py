"""Where somebody will be next."""

import pytest

from samannot_tui.media.travel import Travel


def ahead(steps: list[int], present: set[int] | None = None, window: int = 8, count: int = 1000) -> int | None:
    travel = Travel(count, window)
    for frame in steps:
        travel.move_to(frame)
    return travel.next_missing(present or set())


@pytest.mark.parametrize(
    ("steps", "following"),
    [
        ([0], 1),
        ([10, 11, 12], 13),
        ([50, 49], 48),
        ([50, 55, 60], 65),
        ([50, 40, 30], 20),
        ([50, 49, 200], 201),
        ([50, 49, 49], 48),
        ([999], None),
        ([1, 0], None),
    ],
)
def test_the_next_frame(steps: list[int], following: int | None) -> None:
    assert ahead(steps) == following


def test_frames_that_are_there_are_passed_over() -> None:
    assert ahead([10, 11], {12, 13}) == 14


def test_nothing_is_fetched_while_half_the_window_is_there() -> None:
    assert ahead([10, 11], {12, 13, 14, 15}) is None
    assert ahead([10, 9], {8, 7, 6}) == 5


def test_no_window_no_fetching() -> None:
    assert ahead([10, 11], window=0) is None


def test_the_window_lies_ahead_and_keeps_the_stride() -> None:
    travel = Travel(1000, 3)
    for frame in (100, 95, 90):
        travel.move_to(frame)
    assert [frame for frame in range(60, 110) if travel.will_pass(frame)] == [75, 80, 85]
