"""Progress on a terminal."""

import sys

import pytest

from samannot_tui.cli import output
from samannot_tui.cli.output import Progress


def told(monkeypatch: pytest.MonkeyPatch, moments: list[float], total: int) -> list[str]:
    """What is written where step 1, 2, ... comes at these moments, in seconds."""
    lines: list[str] = []
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = Progress("frame", lines.append)
    for done, moment in enumerate(moments, 1):
        monkeypatch.setattr(output.time, "monotonic", lambda moment=moment: moment)
        progress(done, total)
    return [line.removeprefix("\r\x1b[K") for line in lines]


def test_it_is_written_ten_times_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, [0, 0.05, 0.09, 0.1, 0.15, 0.21], 9) == ["frame 1/9", "frame 4/9", "frame 6/9"]


def test_the_end_is_always_written(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, [0, 0.01, 0.02], 3) == ["frame 1/3", "frame 3/3"]
