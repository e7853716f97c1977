"""What comes from files and people cannot drive the terminal."""

import os

from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.text import printable


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
