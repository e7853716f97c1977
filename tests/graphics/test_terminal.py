from dataclasses import replace

import pytest

from samannot_tui.errors import InputError
from samannot_tui.graphics.terminal import REQUESTS, Answers, Requested, choose

ABLE = Answers(kitty=True, sixel=True, cell=(8, 17), answered=True)


@pytest.mark.parametrize(
    ("answers", "protocol"),
    [
        (ABLE, "kitty"),
        (replace(ABLE, kitty=False), "sixel"),
        (replace(ABLE, kitty=False, sixel=False), "cells"),
        (replace(ABLE, cell=None), "cells"),
        (replace(ABLE, answered=False), "cells"),
        (replace(ABLE, multiplexer="screen", sixel=False), "cells"),
        (Answers(), "cells"),
    ],
)
def test_auto_picks_the_best_that_is_certain(answers: Answers, protocol: str) -> None:
    terminal = choose("auto", answers)
    assert terminal.protocol == protocol
    assert terminal.reason.endswith(".")


@pytest.mark.parametrize("requested", [name for name in REQUESTS if name not in ("auto", "textual-image")])
def test_what_is_asked_for_is_taken(requested: Requested) -> None:
    terminal = choose(requested, replace(ABLE, kitty=False, sixel=False))
    assert terminal.protocol == requested and not terminal.by_library


@pytest.mark.parametrize(("answers", "protocol"), [(ABLE, "kitty"), (replace(ABLE, kitty=False), "sixel")])
def test_textual_image_encodes_for_what_the_terminal_has(answers: Answers, protocol: str) -> None:
    terminal = choose("textual-image", answers)
    assert terminal.protocol == protocol and terminal.by_library


@pytest.mark.parametrize(
    ("name", "sixel", "protocol"),
    [
        ("iTerm2 3.5.10", True, "iterm"),
        ("WezTerm 20240203-110809-5046fc22", True, "iterm"),
        ("Konsole 22.12.3", True, "iterm"),
        ("xterm.js(5.6.0-beta.98)", True, "iterm"),
        ("xterm.js(5.6.0-beta.98)", False, "cells"),
        ("XTerm(379)", True, "sixel"),
        ("", True, "sixel"),
    ],
)
def test_inline_images_are_for_terminals_known_by_name(name: str, sixel: bool, protocol: str) -> None:
    assert choose("auto", replace(ABLE, kitty=False, name=name, sixel=sixel)).protocol == protocol


@pytest.mark.parametrize(
    ("name", "blending"),
    [
        ("kitty(0.26.5)", "gamma"),
        ("kitty(0.27.1)", "gamma"),
        ("kitty(0.28.0)", "linear"),
        ("kitty(0.41.1)", "linear"),
        ("kitty(1.0.0)", "linear"),
        ("Konsole 22.12.3", "gamma"),
        ("ghostty 1.1.0", None),
        ("", None),
    ],
)
def test_blending_is_told_by_the_name_or_unknown(name: str, blending: str | None) -> None:
    assert Answers(name=name).blending == blending


def test_cells_work_anywhere() -> None:
    assert choose("cells", Answers()).cell == (2, 4)
    assert choose("cells", Answers(colours="16")).cell == (1, 2), "terminals of few colours lack quadrants too"
    assert choose("auto", ABLE).cell == (8, 17)


@pytest.mark.parametrize(
    ("requested", "answers", "words"),
    [
        ("kitty", replace(ABLE, multiplexer="tmux"), "inside tmux"),
        ("sixel", replace(ABLE, multiplexer="tmux", sixel=False), "inside tmux"),
        ("kitty", replace(ABLE, cell=None), "size of a cell"),
        ("sixel", Answers(), "size of a cell"),
        ("iterm", replace(ABLE, multiplexer="screen"), "inside screen"),
        ("textual-image", replace(ABLE, multiplexer="tmux"), "inside tmux"),
        ("textual-image", replace(ABLE, kitty=False, sixel=False), "kitty or sixel"),
    ],
)
def test_what_cannot_work_is_refused_in_a_sentence(requested: Requested, answers: Answers, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        choose(requested, answers)
    assert f"--graphics {requested}" in str(caught.value) and "--graphics cells" in str(caught.value)


PASSED = replace(ABLE, multiplexer="tmux", sixel=False, passes_on=True, name="kitty(0.41.1)")


@pytest.mark.parametrize(
    ("answers", "protocol", "words"),
    [
        (PASSED, "kitty", "tmux passes kitty"),
        (replace(PASSED, passes_on=False), "cells", "not told"),
        (replace(PASSED, name="kitty(0.30.1)"), "cells", "none of the pictures"),
        (replace(PASSED, name="Konsole 22.12.3"), "cells", "none of the pictures"),
        (replace(PASSED, name=""), "cells", "none of the pictures"),
        (replace(PASSED, passes_on=False, sixel=True), "sixel", "tmux shows sixel"),
        (replace(PASSED, sixel=True), "kitty", "tmux passes kitty"),
        (replace(PASSED, cell=None), "cells", "cell size"),
    ],
)
def test_behind_tmux_pictures_need_a_terminal_that_anchors_them(answers: Answers, protocol: str, words: str) -> None:
    terminal = choose("auto", answers)
    assert terminal.protocol == protocol and words in terminal.reason
    assert terminal.anchored is (protocol == "kitty")


def test_kitty_may_be_asked_for_where_tmux_passes_it_on() -> None:
    assert choose("kitty", PASSED).anchored
    assert not choose("kitty", ABLE).anchored


def test_another_terminal_gets_what_was_asked_for_or_cells() -> None:
    first = choose("kitty", PASSED)
    assert first.given(PASSED) == first
    other = first.given(replace(PASSED, name="XTerm(379)"))
    assert other.protocol == "cells" and "kitty" in other.reason
    assert other.given(PASSED) == first


def test_a_tmux_that_shows_sixel_itself_may_be_asked_to() -> None:
    assert choose("sixel", replace(ABLE, multiplexer="tmux")).protocol == "sixel"
