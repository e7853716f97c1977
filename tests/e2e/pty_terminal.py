"""A terminal for the real program, on a pty: it answers as some real ones do and keeps all that it was sent."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["kitty", "sixel", "cells"]

CELL = 8, 16
"""Pixels of a cell, as the terminal tells."""
ATTRIBUTES = {"kitty": "\x1b[?62;c", "sixel": "\x1b[?63;4c", "cells": "\x1b[?62;c"}
NAMES = {"kitty": "kitty(0.41.1)", "sixel": "XTerm(379)", "cells": "XTerm(379)"}
QUESTION = re.compile(
    r"(?P<cursor>\x1b\[(\d+);(\d+)H\x1b\[6n)|(?P<kitty>\x1b_Gi=31,[^\x1b]*\x1b\\)|(?P<name>\x1b\[>0?q)"
    r"|(?P<cell>\x1b\[16t)|(?P<colours>\x1b\[\?1;1;0S)|(?P<limit>\x1b\[\?2;4;0S)|(?P<attributes>\x1b\[c)"
)
GRAPHICS = re.compile(r"\x1b_G(?P<kitty>[^;\x1b]*)[^\x1b]*\x1b\\|(?P<sixel>\x1bP[\d;]*q[^\x1b]*\x1b\\)")
CURSOR_QUESTION = "\x1b[6n"
KITTY_ACTION = re.compile(r"(?:^|,)a=(\w)")


@dataclass(frozen=True)
class Stream:
    """What some bytes to a terminal are made of.

    Attributes:
        commands: how often what is said: kitty's `transmit`, `place`, `delete` and `query`; `sixel` pictures; the
            `question` where the cursor is, by which pictures are acknowledged.
        graphics: bytes of kitty's and sixel commands.
        text: all other bytes: letters, colours, cursor moves.
    """

    commands: dict[str, int]
    graphics: int
    text: int


def parsed(written: bytes) -> Stream:
    """What the program wrote, without the answers to it."""
    text = written.decode(errors="replace")
    commands: Counter[str] = Counter()
    graphics = 0
    for match in GRAPHICS.finditer(text):
        graphics += len(match[0])
        if match["sixel"]:
            commands["sixel"] += 1
        elif action := KITTY_ACTION.search(match["kitty"]):
            commands[{"t": "transmit", "p": "place", "d": "delete", "q": "query"}[action[1]]] += 1
    if asked := text.count(CURSOR_QUESTION):
        commands["question"] = asked
    return Stream(dict(commands), graphics, len(written) - graphics)


class PtyTerminal:
    """Runs a command until it ends or the terminal is closed."""

    def __init__(self, kind: Kind, columns: int, rows: int, command: list[str], env: dict[str, str]) -> None:
        self._kind = kind
        self._written = bytearray()
        self._taken = self._answered = 0
        term = "xterm-kitty" if kind == "kitty" else "xterm-256color"
        own = {"TERM": term, "COLORTERM": "truecolor"}
        foreign = ("TMUX", "STY", "TERM_PROGRAM", "NO_COLOR", "SAMANNOT_GRAPHICS", "LINES", "COLUMNS")
        self._child, self._master = pty.fork()
        if self._child == 0:
            self._set_size(0, columns, rows)
            clean = {name: value for name, value in os.environ.items() if name not in foreign}
            os.execvpe(command[0], command, {**clean, **env, **own})

    def resize(self, columns: int, rows: int) -> None:
        self._set_size(self._master, columns, rows)
        os.kill(self._child, signal.SIGWINCH)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def rest(self, quiet: float, enough: Callable[[bytes], bool] = bool, longest: float = 60.0) -> bytes:
        """Wait until enough has come and then nothing for so many seconds, or the program has ended.

        Returns all since the last call; after `longest` seconds, what there is.
        """
        ends_at = time.monotonic() + longest
        while time.monotonic() < ends_at:
            if not select.select([self._master], [], [], quiet)[0]:
                if enough(bytes(self._written[self._taken :])):
                    break
                continue
            try:
                self._written += os.read(self._master, 1 << 16)
            except OSError:  # Linux says so when the program has ended
                break
            self._answer()
        news = bytes(self._written[self._taken :])
        self._taken = len(self._written)
        return news

    def end(self) -> int:
        """Hang up; the program's exit status."""
        os.close(self._master)
        return os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])

    @staticmethod
    def _set_size(descriptor: int, columns: int, rows: int) -> None:
        size = struct.pack("HHHH", rows, columns, columns * CELL[0], rows * CELL[1])
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, size)

    def _answer(self) -> None:
        end = 0
        for match in QUESTION.finditer(self._written[self._answered :].decode("latin-1")):
            self.type(self._answer_to(match))
            end = match.end()
        self._answered += end

    def _answer_to(self, match: re.Match[str]) -> str:
        match match.lastgroup:
            case "cursor":
                return f"\x1b[{match[2]};{match[3]}R"
            case "kitty":
                return "\x1b_Gi=31;OK\x1b\\" if self._kind == "kitty" else ""
            case "name":
                return f"\x1bP>|{NAMES[self._kind]}\x1b\\"
            case "cell":
                return f"\x1b[6;{CELL[1]};{CELL[0]}t"
            case "colours":
                return "\x1b[?1;0;256S"
            case "limit":
                return "\x1b[?2;0;4000;4000S"
            case _:
                return ATTRIBUTES[self._kind]
