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
        (replace(ABLE, multiplexer="tmux"), "cells"),
        (replace(ABLE, multiplexer="screen"), "cells"),
        (Answers(), "cells"),
    ],
)
def test_auto_picks_the_best_that_is_certain(answers: Answers, protocol: str) -> None:
    terminal = choose("auto", answers)
    assert terminal.protocol == protocol
    assert terminal.reason.endswith(".")


@pytest.mark.parametrize("requested", REQUESTS[1:])
def test_what_is_asked_for_is_taken(requested: Requested) -> None:
    assert choose(requested, replace(ABLE, kitty=False, sixel=False)).protocol == requested


def test_cells_work_anywhere() -> None:
    assert choose("cells", Answers()).cell == (1, 2)
    assert choose("auto", ABLE).cell == (8, 17)


@pytest.mark.parametrize(
    ("requested", "answers", "words"),
    [
        ("kitty", replace(ABLE, multiplexer="tmux"), "inside tmux"),
        ("sixel", replace(ABLE, multiplexer="tmux", sixel=False), "inside tmux"),
        ("kitty", replace(ABLE, cell=None), "size of a cell"),
        ("sixel", Answers(), "size of a cell"),
    ],
)
def test_what_cannot_work_is_refused_in_a_sentence(requested: Requested, answers: Answers, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        choose(requested, answers)
    assert f"--graphics {requested}" in str(caught.value) and "--graphics cells" in str(caught.value)


def test_a_tmux_that_shows_sixel_itself_may_be_asked_to() -> None:
    assert choose("sixel", replace(ABLE, multiplexer="tmux")).protocol == "sixel"
