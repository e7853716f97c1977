from collections.abc import Mapping
from dataclasses import replace

import pytest

from samannot_tui.graphics.terminal import Answers
from samannot_tui.jobs.finding import Finding
from samannot_tui.jobs.terminal_checkup import terminal_findings

KITTY = Answers(
    kitty=True,
    cell=(8, 17),
    name="kitty(0.41.1)",
    colours="truecolor",
    synchronized=True,
    attributes="62;",
    round_trip=0.04,
    answered=True,
)
XTERM = Answers(sixel=True, cell=(8, 17), name="XTerm(379)", sixel_colours=256, sixel_limit=(4000, 3000), answered=True)
TMUX = replace(KITTY, multiplexer="tmux", passes_on=True)
SSH = {"TERM": "xterm-256color", "SSH_CONNECTION": "1.2.3.4 22"}


def found(answers: Answers, environ: Mapping[str, str] = SSH) -> dict[str, Finding]:
    return {finding.what: finding for finding in terminal_findings(answers, environ)}


def test_every_answer_is_shown() -> None:
    findings = found(KITTY, {"COLORTERM": "truecolor"})
    assert {what: finding.found for what, finding in findings.items()} == {
        "terminal": "kitty(0.41.1)",
        "pictures": "kitty: The terminal speaks the kitty graphics protocol.",
        "device attributes": "62;",
        "kitty graphics": "yes",
        "sixel graphics": "no",
        "iTerm2 images": "no, going by its name",
        "cell size": "8x17 pixels",
        "synchronized update": "yes",
        "colours": "true colour",
        "link": "this machine, round trip 40 ms",
    }
    assert not any(finding.advice for finding in findings.values())


def test_what_sixels_may_be() -> None:
    assert found(XTERM)["sixel graphics"].found == "yes, 256 colours, up to 4000x3000 pixels"
    assert "ssh -C" in found(XTERM)["link"].advice
    assert not found(KITTY)["link"].advice, "its pictures are compressed already"
    assert not found(XTERM, {})["link"].advice


def test_a_tmux_that_passes_nothing_on_is_told_the_line_that_helps() -> None:
    off = found(replace(TMUX, passes_on=False))
    assert "cells" in off["pictures"].found
    assert "`set -g allow-passthrough on`" in off["multiplexer"].advice and "off" in off["multiplexer"].found
    assert not off["pictures"].advice, "kitty it is already"
    assert not found(replace(TMUX, passes_on=False, answered=False))["multiplexer"].advice, "nobody was asked"
    on = found(TMUX)
    assert on["pictures"].found.startswith("kitty") and not on["multiplexer"].advice and not on["pictures"].advice


@pytest.mark.parametrize(
    ("answers", "advice"),
    [
        (Answers(answered=True), "For sharp pictures use kitty"),
        (replace(TMUX, name="XTerm(379)"), "inside tmux use kitty 0.31"),
        (replace(TMUX, multiplexer="screen", passes_on=False), "outside screen"),
    ],
)
def test_which_terminal_to_use(answers: Answers, advice: str) -> None:
    assert advice in found(answers)["pictures"].advice


def test_true_colour_that_the_environment_does_not_tell() -> None:
    assert "COLORTERM=truecolor" in found(KITTY)["colours"].found and not found(KITTY)["colours"].advice
    assert "export COLORTERM=truecolor" in found(Answers())["colours"].advice


def test_a_far_terminal_and_one_without_answers() -> None:
    assert "lag" in found(replace(KITTY, round_trip=0.8))["link"].advice
    silent = found(Answers())
    assert "not measured" in silent["link"].found and "no answer" in silent["terminal"].found
    assert silent["synchronized update"].found == silent["device attributes"].found == "not told"


def test_a_terminals_name_is_shown_as_text() -> None:
    assert "\x1b" not in found(replace(KITTY, name="kitty\x1b]0;x"))["terminal"].found
