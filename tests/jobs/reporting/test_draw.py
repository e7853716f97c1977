"""Paths and axes, by hand."""

import pytest

from samannot_tui.jobs.reporting.bins import Series
from samannot_tui.jobs.reporting.draw import WIDTH, Frames, bars, curve, strip_paths, value_ticks


def test_a_strip_is_cut_where_the_kind_changes_and_shared_within_a_bin() -> None:
    paths = strip_paths(Frames(8, 2), {"model": (1, 1, 0.5, 0), "person": (0, 0, 0.5, 0), "absent": (0, 0, 0, 0)}, 10)
    assert paths == {
        "model": "M0.0 0.0H440.0v10.0H0.0zM440.0 0.0H660.0v5.0H440.0z",
        "person": "M440.0 5.0H660.0v5.0H440.0z",
    }


def test_the_last_bin_ends_with_the_video() -> None:
    assert strip_paths(Frames(3, 2), {"model": (0, 1)}, 10)["model"] == f"M{WIDTH * 2 / 3:.1f} 0.0H880.0v10.0H586.7z"


def test_a_curve_breaks_where_there_is_nothing() -> None:
    values = Series((0, None, 2.0), (1.0, None, 2.0), (2.0, None, 2.0))
    drawn = curve(Frames(4, 1), values, top=4, height=40)
    assert drawn.band == "M0.0 20.0V20.0H220.0V40.0H0.0zM440.0 20.0V20.0H660.0V20.0H440.0z"
    assert drawn.line == "M0.0 30.0L110.0 30.0L220.0 30.0M440.0 20.0L550.0 20.0L660.0 20.0"


def test_a_bar_is_wide_enough_to_be_seen() -> None:
    drawn = bars(Frames(20_000, 1), [0.0] * 100 + [0.5], 28)
    assert drawn == "M4.4 28.0V14.0H5.9V28.0z"


@pytest.mark.parametrize(
    ("largest", "top", "texts"),
    [
        (0, 1, ["0", "0.5", "1"]),
        (11_700, 15_000, ["0", "5,000", "10,000", "15,000"]),
        (30, 30, ["0", "10", "20", "30"]),
        (2_073_600, 3_000_000, ["0", "1,000,000", "2,000,000", "3,000,000"]),
    ],
)
def test_an_axis_has_round_numbers_and_holds_everything(largest: float, top: float, texts: list[str]) -> None:
    found, ticks = value_ticks(largest, 90)
    assert (found, [tick.text for tick in ticks]) == (top, texts)
    assert (ticks[0].place, ticks[-1].place) == (90, 0)


def test_frames_and_times_below_the_plots() -> None:
    assert [(tick.text, tick.under) for tick in Frames(60, 1).ticks(25)][:3] == [
        ("0", "0.0 s"),
        ("10", "0.4 s"),
        ("20", "0.8 s"),
    ]
    assert [tick.under for tick in Frames(250_000, 1).ticks(25)] == ["0:00", "33:20", "1:06:40", "1:40:00", "2:13:20"]
    assert [Frames(1, 1).ticks(fps)[0].under for fps in (0, 1e-300)] == ["", ""]
