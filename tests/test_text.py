"""What comes from files and people cannot drive the terminal."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.text import printable, time_spent


@given(st.text())
def test_no_control_code_gets_through(text: str) -> None:
    shown = printable(text)
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in shown)
    assert "\u202e" not in shown and "\u2028" not in shown


def test_names_of_all_scripts_stay_as_they_are() -> None:
    assert printable("Kind — 鳥 [b]ñ") == "Kind — 鳥 [b]ñ"


def test_escapes_say_what_was_there() -> None:
    assert printable("a\x1b[2Jb\n") == "a\\x1b[2Jb\\x0a"
    assert printable(os.fsdecode(b"clip-\xff.mp4")) == "clip-\\udcff.mp4"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.04, "0.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (89, "1 min 29 s"),
        (119.7, "2 min 0 s"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h 00 min"),
        (7499, "2 h 05 min"),
    ],
)
def test_times_are_rounded_as_a_whole(seconds: float, shown: str) -> None:
    assert time_spent(seconds) == shown
