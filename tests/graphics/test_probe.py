import os
import pty
import sys
import termios
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from samannot_tui.graphics.probe import ask, probe, read_answers, text_colours
from samannot_tui.graphics.terminal import Answers

# As the terminals answered in this project's trials (termshot).
XTERM_SIXEL = "\x1bP>|XTerm(379)\x1b\\\x1b[6;17;8t\x1b[?63;1;2;4;6;9;15;16;22;28;29c"
XTERM_SIXEL_DETAILS = "\x1b[?1;0;256S\x1b[?2;0;4000;4000S\x1b[?63;1;2;4;6;9;15;16;22;28;29c"
XTERM_FIRST = "\x1b[?63;1;2;4;6;9;15;16;22;28;29c"
KITTY_FIRST = "\x1b[?62;c"
TRUE_COLOUR = "\x1bP1$r48:2:1:2:3m\x1b\\"
KITTY = f"\x1b_Gi=31;OK\x1b\\{TRUE_COLOUR}\x1bP>|kitty(0.41.1)\x1b\\\x1b[6;20;10t\x1b[?2026;2$y\x1b[?62;c"
TMUX = "\x1b[?1;2c"
TMUX_WITH_SIXEL = "\x1b[?1;2;4c"


@dataclass
class FakeTerminal:
    """The other end of a pseudo terminal: answers each batch of questions with the next reply."""

    master: int
    program: int
    replies: list[bytes]
    asked: bytes = b""
    delay: float = 0.0
    hiccup: float = 0.0
    """Seconds that the second reply is late."""

    def run(self) -> None:
        for number, reply in enumerate(self.replies):
            while not self.asked.endswith((b"\x1b[c", b"\x1b[c\x1b\\")):
                self.asked += os.read(self.master, 4096)
            self.asked += b"\n"
            time.sleep(self.delay + self.hiccup * (number == 1))
            for start in range(0, len(reply), 5):
                os.write(self.master, reply[start : start + 5])


@pytest.fixture
def terminal() -> Iterator[FakeTerminal]:
    master, program = pty.openpty()
    yield FakeTerminal(master, program, [])
    os.close(master)
    os.close(program)


def asked(terminal: FakeTerminal, replies: list[str], known: Answers, quiet: bool = False) -> Answers:
    terminal.replies = [reply.encode() for reply in replies]
    thread = threading.Thread(target=terminal.run)
    thread.start()
    try:
        return ask(terminal.program, terminal.program, known, quiet, deadline=10)
    finally:
        thread.join()


def test_kitty(terminal: FakeTerminal) -> None:
    before = termios.tcgetattr(terminal.program)
    answers = asked(terminal, [KITTY_FIRST, KITTY], Answers(window_cell=(10, 21), cell=(10, 21)))
    assert answers.answered and answers.kitty and not answers.sixel
    assert answers.cell == (10, 20) and answers.window_cell == (10, 21)
    assert answers.name == "kitty(0.41.1)" and answers.attributes == "62;"
    assert answers.synchronized and answers.colours == "truecolor"
    assert termios.tcgetattr(terminal.program) == before


def test_sixel_is_asked_for_its_limits(terminal: FakeTerminal) -> None:
    answers = asked(terminal, [XTERM_FIRST, XTERM_SIXEL, XTERM_SIXEL_DETAILS], Answers())
    assert answers.answered and answers.sixel and not answers.kitty
    assert (answers.cell, answers.sixel_colours, answers.sixel_limit) == ((8, 17), 256, (4000, 4000))


def test_typed_keys_do_not_disturb(terminal: FakeTerminal) -> None:
    answers = asked(terminal, ["k" + KITTY_FIRST, "jjq\x1b[A" + KITTY.replace("\x1b[6;", "x4;\x1b[6;")], Answers())
    assert answers.kitty and answers.cell == (10, 20)


@pytest.mark.parametrize(("known", "quiet"), [(Answers(multiplexer="tmux"), False), (Answers(), True)])
def test_what_would_be_printed_or_taken_for_a_title_is_not_sent(
    terminal: FakeTerminal, known: Answers, quiet: bool
) -> None:
    answers = asked(terminal, [TMUX], known, quiet)
    assert answers.answered and not answers.sixel and not answers.kitty
    assert terminal.asked == b"\x1b[c\n"


def test_a_far_terminal_is_waited_for_as_long_as_it_needs(terminal: FakeTerminal) -> None:
    terminal.delay = 0.3
    answers = asked(terminal, [XTERM_FIRST, XTERM_SIXEL, XTERM_SIXEL_DETAILS], Answers())
    assert answers.sixel_limit == (4000, 4000)
    assert answers.round_trip is not None and answers.round_trip >= 0.3


def test_a_terminal_that_is_busy_after_its_first_answer_is_waited_for(terminal: FakeTerminal) -> None:
    """Else its answers would be taken for keys, and it would be shown cells."""
    terminal.hiccup = 1.5
    assert asked(terminal, [KITTY_FIRST, KITTY], Answers()).kitty


def test_what_the_first_answer_tells_outlives_a_batch_without_one(
    terminal: FakeTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samannot_tui.graphics.probe.SHORTEST_DEADLINE", 0.05)
    answers = asked(terminal, [XTERM_FIRST], Answers())
    assert answers.answered and answers.sixel and answers.attributes and answers.cell is None


def test_the_terminal_behind_a_multiplexer_is_asked_where_that_passes_questions_on(terminal: FakeTerminal) -> None:
    answers = asked(terminal, [TMUX_WITH_SIXEL, KITTY], Answers(multiplexer="tmux", passes_on=True))
    assert answers.answered and answers.kitty and answers.name == "kitty(0.41.1)" and answers.cell == (10, 20)
    assert answers.sixel and answers.attributes == "1;2;4", "these are of what tmux shows by itself"
    first, _, second = terminal.asked.partition(b"\n")
    assert first == b"\x1b[c"
    assert second.startswith(b"\x1bPtmux;\x1b\x1b_G") and second.endswith(b"\x1b\x1b[c\x1b\\\n")
    assert b"\x1b" not in second[1:-3].replace(b"\x1b\x1b", b""), "an escape that is not doubled ends it"


@pytest.mark.parametrize(
    ("told", "colours"),
    [
        (TRUE_COLOUR, "truecolor"),
        ("\x1bP1$r0;48:2::1:2:3m\x1b\\", "truecolor"),
        ("\x1bP1$r48;2;1;2;3m\x1b\\", "truecolor"),
        ("\x1bP1$r0;48:5:16m\x1b\\", "256"),
        ("\x1bP0$r\x1b\\", "256"),
        ("", "256"),
    ],
)
def test_a_terminal_that_keeps_a_colour_as_it_is_has_true_colour(told: str, colours: str) -> None:
    assert read_answers(told + "\x1b[?62c", Answers()).colours == colours


@pytest.mark.parametrize(("told", "can"), [("1", True), ("2", True), ("0", False), ("4", False)])
def test_synchronized_updates_are_known_by_the_modes_state(told: str, can: bool) -> None:
    assert read_answers(f"\x1b[?2026;{told}$y", Answers()).synchronized is can


def test_nothing_is_known_of_synchronized_updates_without_an_answer() -> None:
    assert read_answers("\x1b[?62c", Answers()).synchronized is None


def test_a_terminal_that_never_answers(terminal: FakeTerminal) -> None:
    before = termios.tcgetattr(terminal.program)
    known = Answers(cell=(8, 16), window_cell=(8, 16))
    assert ask(terminal.program, terminal.program, known, deadline=0.01) == known
    assert termios.tcgetattr(terminal.program) == before


def test_a_refused_kitty_query_is_no_support() -> None:
    assert not read_answers("\x1b_Gi=31;ENOTSUP:no\x1b\\\x1b[?62c", Answers()).kitty


def test_attributes_are_read_as_numbers() -> None:
    assert not read_answers("\x1b[?64;14;40c", Answers()).sixel
    assert read_answers("\x1b[?64;4c", Answers()).sixel


def test_a_terminal_without_pixels_has_no_cell_size() -> None:
    assert read_answers("\x1b[6;0;0t\x1b[?62c", Answers()).cell is None


def test_without_a_terminal_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "__stdin__", None)
    monkeypatch.setattr(sys, "__stderr__", None)
    answers = probe({"TERM": "xterm-256color", "TMUX": "/tmp/tmux"})
    assert answers == Answers(multiplexer="tmux", colours="256")


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"COLORTERM": "truecolor", "TERM": "xterm"}, "truecolor"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm-direct"}, "truecolor"),
        ({"TERM": "vt220"}, "16"),
        ({}, "16"),
    ],
)
def test_text_colours(environ: dict[str, str], colours: str) -> None:
    assert text_colours(environ) == colours
