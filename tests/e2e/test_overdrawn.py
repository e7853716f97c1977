"""A sixel picture replaces the cells of what lies over it, which must be painted again."""

import sys
from pathlib import Path

import pytest

from tests.e2e.pty_terminal import PtyTerminal
from tests.e2e.test_stream import CLIP, QUIET, RIGHT, START_QUIET

WARNING = b"is not a frame"


@pytest.mark.slow
def test_a_warning_over_the_picture_stays_when_the_picture_changes(tmp_path: Path) -> None:
    session = tmp_path / "clip.samannot"
    command = [sys.executable, "-m", "tests.e2e.steady", str(CLIP), str(session)]
    terminal = PtyTerminal("sixel", 120, 24, command, {"XDG_STATE_HOME": str(tmp_path)})
    terminal.rest(START_QUIET)
    for keys in ("g9999\r", "1\r", "2\r"):  # one above the other, the first ones over the picture
        terminal.type(keys)
    assert WARNING in terminal.rest(QUIET)
    terminal.type(f"\x1b{RIGHT}")
    _, picture, after = terminal.rest(QUIET).rpartition(b"\x1bP")
    assert picture and WARNING in after
    terminal.type("q")
    terminal.rest(QUIET)
    assert terminal.end() == 0
