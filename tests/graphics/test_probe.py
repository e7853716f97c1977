import os
import pty
import sys
import termios
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from samannot_tui.graphics.probe import ask, probe, read_answers, text_colours
from samannot_tui.graphics.terminal import Answers

# As the terminals answered in this project's trials (termshot).
XTERM_SIXEL = "\x1bP>|XTerm(379)\x1b\\\x1b[6;17;8t\x1b[?63;1;2;4;6;9;15;16;22;28;29c"
XTERM_SIXEL_DETAILS = "\x1b[?1;0;256S\x1b[?2;0;4000;4000S\x1b[?63;1;2;4;6;9;15;16;22;28;29c"
KITTY = "\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.41.1)\x1b\\\x1b[6;20;10t\x1b[?62;c"
TMUX = "\x1b[?1;2c"


@dataclass
class FakeTerminal:
    """The other end of a pseudo terminal: answers each batch of questions with the next reply."""

    master: int
    program: int
    replies: list[bytes]
    asked: bytes = b""

    def run(self) -> None:
        for reply in self.replies:
            while not self.asked.endswith(b"\x1b[c"):
                self.asked += os.read(self.master, 4096)
            self.asked += b"\n"
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
    answers = asked(terminal, [KITTY], Answers(window_cell=(10, 21), cell=(10, 21)))
    assert answers.answered and answers.kitty and not answers.sixel
    assert answers.cell == (10, 20) and answers.window_cell == (10, 21)
    assert answers.name == "kitty(0.41.1)"
    assert termios.tcgetattr(terminal.program) == before


def test_sixel_is_asked_for_its_limits(terminal: FakeTerminal) -> None:
    answers = asked(terminal, [XTERM_SIXEL, XTERM_SIXEL_DETAILS], Answers())
    assert answers.answered and answers.sixel and not answers.kitty
    assert (answers.cell, answers.sixel_colours, answers.sixel_limit) == ((8, 17), 256, (4000, 4000))


def test_typed_keys_do_not_disturb(terminal: FakeTerminal) -> None:
    answers = asked(terminal, ["jjq\x1b[A" + KITTY.replace("\x1b[6;", "x4;\x1b[6;")], Answers())
    assert answers.kitty and answers.cell == (10, 20)


@pytest.mark.parametrize(("known", "quiet"), [(Answers(multiplexer="tmux"), False), (Answers(), True)])
def test_what_would_be_printed_or_taken_for_a_title_is_not_sent(
    terminal: FakeTerminal, known: Answers, quiet: bool
) -> None:
    answers = asked(terminal, [TMUX], known, quiet)
    assert answers.answered and not answers.sixel and not answers.kitty
    assert terminal.asked == b"\x1b[c\n"


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
