"""What the terminal answered, what that means for pictures, and how they can be better."""

from collections.abc import Iterator, Mapping

from samannot_tui.graphics.terminal import Answers, Terminal, choose
from samannot_tui.jobs.finding import Finding
from samannot_tui.text import printable

TERMINALS = "kitty, Konsole, WezTerm, iTerm2, foot or an xterm started as `xterm -ti vt340`"
PASSTHROUGH = "set -g allow-passthrough on"
FAR = 0.3
"""Seconds of a round trip from which a person notices every key."""


def terminal_findings(answers: Answers, environ: Mapping[str, str]) -> Iterator[Finding]:
    """All answers, each with what to do where it could be better; `environ` is that of the process that asked."""
    terminal = choose("auto", answers)
    yield _name(answers, environ)
    yield Finding("pictures", f"{terminal.protocol}: {terminal.reason}", _better_pictures(terminal))
    if answers.multiplexer is not None:
        yield _multiplexer(answers)
    yield Finding("device attributes", printable(answers.attributes) or "not told")
    yield Finding("kitty graphics", _yes(answers.kitty))
    yield Finding("sixel graphics", _sixel(answers))
    yield Finding("iTerm2 images", _yes(answers.iterm) + ", going by its name")
    cell = f"{answers.cell[0]}x{answers.cell[1]} pixels" if answers.cell else "not told"
    yield Finding("cell size", cell, "" if answers.cell else "Pictures need it; only Unicode cells work without.")
    yield Finding("synchronized update", "not told" if answers.synchronized is None else _yes(answers.synchronized))
    yield _colours(answers, environ)
    yield _link(terminal, environ)


def _name(answers: Answers, environ: Mapping[str, str]) -> Finding:
    name = printable(answers.name) or printable(environ.get("TERM", "none"))
    if answers.answered:
        return Finding("terminal", name)
    return Finding("terminal", f"{name}, gave no answer", "Run `samannot-tui doctor` in the terminal you work in.")


def _better_pictures(terminal: Terminal) -> str:
    answers = terminal.answers
    only_an_option_is_off = answers.multiplexer == "tmux" and answers.anchors and not answers.passes_on
    if terminal.protocol != "cells" or only_an_option_is_off:
        return ""
    match answers.multiplexer:
        case None:
            return f"For sharp pictures use {TERMINALS}."
        case "tmux":
            return f"For sharp pictures inside tmux use kitty 0.31 or later, outside of it {TERMINALS}."
        case other:
            return f"For sharp pictures use {TERMINALS}, outside {other}."


def _multiplexer(answers: Answers) -> Finding:
    if answers.multiplexer != "tmux" or not answers.answered:
        return Finding("multiplexer", str(answers.multiplexer))
    if not answers.passes_on:
        advice = f"Put `{PASSTHROUGH}` into ~/.tmux.conf, and run `tmux {PASSTHROUGH}` for the tmux that runs now."
        return Finding("multiplexer", "tmux, its option allow-passthrough is off", advice)
    return Finding("multiplexer", "tmux, its option allow-passthrough is on")


def _sixel(answers: Answers) -> str:
    if not answers.sixel:
        return "no"
    colours = f", {answers.sixel_colours} colours" if answers.sixel_colours else ""
    limit = f", up to {answers.sixel_limit[0]}x{answers.sixel_limit[1]} pixels" if answers.sixel_limit else ""
    return f"yes{colours}{limit}"


def _colours(answers: Answers, environ: Mapping[str, str]) -> Finding:
    if answers.colours != "truecolor":
        advice = "If this terminal has true colour: SSH forwards COLORTERM only if told to, so set it on this machine,"
        return Finding("colours", f"{answers.colours} colours", f"{advice} `export COLORTERM=truecolor`.")
    told = "" if environ.get("COLORTERM") else ", as the terminal says; other programs need COLORTERM=truecolor"
    return Finding("colours", f"true colour{told}")


def _link(terminal: Terminal, environ: Mapping[str, str]) -> Finding:
    trip = terminal.answers.round_trip
    words = ["SSH" if "SSH_CONNECTION" in environ else "this machine"]
    words.append("round trip not measured" if trip is None else f"round trip {trip * 1e3:.0f} ms")
    advice = []
    if "SSH_CONNECTION" in environ and terminal.protocol in ("sixel", "cells"):
        advice.append("`ssh -C` makes sixel pictures half and Unicode cells a quarter as large.")
    if trip is not None and trip > FAR:
        advice.append("The terminal answers late: keys and pictures will lag by as much.")
    return Finding("link", ", ".join(words), " ".join(advice))


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
