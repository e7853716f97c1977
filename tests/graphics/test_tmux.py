from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.graphics.terminal import Answers
from samannot_tui.graphics.tmux import Client, Pane, answers_through, look, passed_on, read_pane


def client(**changes: str) -> str:
    fields = {
        "window": "@0",
        "control": "0",
        "process": "14799",
        "width": "8",
        "height": "17",
        "features": "bpaste,title",
        "name": "kitty(0.41.1)",
    }
    return "\t".join({**fields, **changes}.values())


def told(pane: str, *clients: str) -> Pane:
    found = read_pane("\n".join([pane.replace(" ", "\t"), *clients, ""]))
    assert found is not None
    return found


def unwrapped(text: str) -> str:
    """As tmux does it: two escapes are one, an escape with a backslash ends it."""
    assert text.startswith("\x1bPtmux;")
    inner, position = [], len("\x1bPtmux;")
    while not text.startswith("\x1b\\", position):
        if text[position] == "\x1b":
            position += 1
        inner.append(text[position])
        position += 1
    assert position + 2 == len(text)
    return "".join(inner)


@given(st.text(st.sampled_from("\x1b\\_G;a1"), max_size=40))
def test_what_is_passed_on_arrives_as_it_was(text: str) -> None:
    assert unwrapped(passed_on(text)) == text


def test_a_pane_and_who_looks_at_it() -> None:
    pane = told("@0 1 0 on", client(), client(window="@1"), client(control="1"))
    assert pane == Pane(True, True, (Client(14799, "kitty(0.41.1)", (8, 17)),))


@pytest.mark.parametrize(
    ("option", "passes"), [("on", True), ("all", True), ("1", True), ("", True), ("off", False), ("0", False)]
)
def test_passthrough_as_each_tmux_tells_it(option: str, passes: bool) -> None:
    assert told(f"@0 1 0 {option}", client()).passes_on is passes


def test_a_pane_behind_a_zoomed_one_is_not_seen() -> None:
    assert told("@0 0 1 on", client()).clients == ()
    assert told("@0 1 1 on", client()).clients and told("@0 0 0 on", client()).clients


def test_a_terminal_that_tells_no_size_or_name() -> None:
    pane = told("@0 1 0 on", client(width="0", height="", name=""))
    assert pane.clients[0].cell is None and pane.name == ""


def test_terminals_of_two_kinds_have_no_name_in_common() -> None:
    assert told("@0 1 0 on", client(), client(process="2")).name == "kitty(0.41.1)"
    assert told("@0 1 0 on", client(), client(name="XTerm(379)")).name == ""
    assert told("@0 1 0 on").name == ""


@pytest.mark.parametrize("text", ["", "no server running", "\n", "a\tb"])
def test_what_is_no_answer_of_tmux(text: str) -> None:
    assert read_pane(text) is None


def test_answers_are_of_the_terminals_that_look_now() -> None:
    before = Answers(kitty=True, sixel=True, cell=(8, 17), window_cell=(7, 15), multiplexer="tmux", answered=True)
    pane = told("@0 1 0 on", client(width="9"))
    here = answers_through(pane, before)
    assert here == replace(before, passes_on=True, name="kitty(0.41.1)", cell=(9, 17), sixel=False)
    sixel = client(features="256,sixel", name="XTerm(379)")
    assert answers_through(told("@0 1 0 off", sixel), before).sixel
    assert not answers_through(told("@0 1 0 off", sixel), replace(before, sixel=False)).sixel
    assert answers_through(told("@0 1 0 on", client(), client(width="9")), before).cell == (7, 15)


def test_outside_tmux_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert look({}) is None
    assert look({"TMUX": "/tmp/x,1,0", "TMUX_PANE": "%0"}) is None, "there is no tmux to be run"
