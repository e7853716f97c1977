"""Asking the terminal what it can show, once, before the app owns it.

Everything is asked in one batch that ends with a question that every terminal answers (its primary device
attributes): when that answer is there, those before it are too, however slow the link. A second, short
round follows only for sixel terminals. References: XTerm Control Sequences; the kitty graphics protocol.
"""

import fcntl
import os
import re
import select
import struct
import sys
import termios
import time
import tty
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

from samannot_tui.graphics.terminal import Answers, Colours, Size

DEADLINE = 2.0
"""Seconds to wait for a batch's last answer; only a terminal that never answers takes that long."""

ATTRIBUTES = "\x1b[c"
ATTRIBUTES_ANSWER = re.compile(r"\x1b\[\?([0-9;]*)c")
CELL_SIZE = "\x1b[16t"
CELL_SIZE_ANSWER = re.compile(r"\x1b\[6;(\d+);(\d+)t")
NAME = "\x1b[>0q"
NAME_ANSWER = re.compile(r"\x1bP>\|([^\x1b]*)\x1b\\")
KITTY = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
KITTY_ANSWER = re.compile(r"\x1b_Gi=31[^;]*;OK\x1b\\")
SIXEL_COLOURS = "\x1b[?1;1;0S"
SIXEL_COLOURS_ANSWER = re.compile(r"\x1b\[\?1;0;(\d+)S")
SIXEL_LIMIT = "\x1b[?2;4;0S"
SIXEL_LIMIT_ANSWER = re.compile(r"\x1b\[\?2;0;(\d+);(\d+)S")
ERASE_LINE = "\r\x1b[K"


def probe(environ: Mapping[str, str] | None = None) -> Answers:
    """Ask the terminal on stdin and stderr (where Textual draws); takes one round trip, at most DEADLINE.

    Without a terminal there, or with one that does not answer, the answers say so. What a person types
    meanwhile is lost. Never call this while Textual runs: it would read the answers as key presses.
    """
    env = os.environ if environ is None else environ
    known = Answers(colours=text_colours(env), multiplexer=_multiplexer(env), window_cell=window_cell())
    known = replace(known, cell=known.window_cell)
    source, sink = sys.__stdin__, sys.__stderr__
    if source is None or sink is None or not source.isatty() or not sink.isatty():
        return known
    if env.get("TERM", "dumb") in ("dumb", "linux", "unknown"):
        return known
    return ask(source.fileno(), sink.fileno(), known, quiet=env.get("TERM_PROGRAM") == "Apple_Terminal")


def ask(source: int, sink: int, known: Answers, quiet: bool = False, deadline: float = DEADLINE) -> Answers:
    """The same for the terminal behind two file descriptors, on top of what is `known` already.

    `quiet` leaves out the questions that some terminals print or take for a title instead: a multiplexer
    does not get them either.
    """
    simple = quiet or known.multiplexer is not None
    batch = ATTRIBUTES if simple else KITTY + ERASE_LINE + NAME + CELL_SIZE + ATTRIBUTES
    with _raw(source):
        text = _exchange(source, sink, batch, deadline)
        answers = read_answers(text, known)
        if answers.sixel and not answers.multiplexer:
            text += _exchange(source, sink, SIXEL_COLOURS + SIXEL_LIMIT + ATTRIBUTES, deadline)
            answers = read_answers(text, known)
    return answers


def read_answers(text: str, known: Answers) -> Answers:
    """What a terminal's answers say; anything else in `text` (typed keys) is passed over."""
    attributes = ATTRIBUTES_ANSWER.search(text)
    cell = CELL_SIZE_ANSWER.search(text)
    name = NAME_ANSWER.search(text)
    colours = SIXEL_COLOURS_ANSWER.search(text)
    limit = SIXEL_LIMIT_ANSWER.search(text)
    return replace(
        known,
        answered=attributes is not None,
        sixel=attributes is not None and "4" in attributes[1].split(";"),
        kitty=KITTY_ANSWER.search(text) is not None,
        name=name[1] if name else "",
        cell=_size(cell[2], cell[1]) if cell else known.cell,
        sixel_colours=int(colours[1]) or None if colours else None,
        sixel_limit=_size(limit[1], limit[2]) if limit else None,
    )


def window_cell() -> Size | None:
    """Size of a cell in pixels as the window's size gives it now; None where the terminal tells no pixels.

    xterm counts its border in, hence rounded down.
    """
    stream = sys.__stderr__
    if stream is None or not stream.isatty():
        return None
    packed = fcntl.ioctl(stream.fileno(), termios.TIOCGWINSZ, bytes(8))
    rows, columns, width, height = struct.unpack("HHHH", packed)
    return _size(str(width // columns), str(height // rows)) if rows and columns else None


def text_colours(environ: Mapping[str, str]) -> Colours:
    """How many text colours the environment promises."""
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "truecolor"
    term = environ.get("TERM", "")
    return "truecolor" if term.endswith("-direct") else "256" if "256" in term or "kitty" in term else "16"


def _multiplexer(environ: Mapping[str, str]) -> Literal["tmux", "screen"] | None:
    term = environ.get("TERM", "")
    if environ.get("TMUX") or term.startswith("tmux"):
        return "tmux"
    return "screen" if environ.get("STY") or term.startswith("screen") else None


def _size(width: str, height: str) -> Size | None:
    return (int(width), int(height)) if int(width) and int(height) else None


@contextmanager
def _raw(source: int) -> Iterator[None]:
    """No echo and no line buffering while asking."""
    before = termios.tcgetattr(source)
    tty.setcbreak(source, termios.TCSANOW)
    try:
        yield
    finally:
        termios.tcsetattr(source, termios.TCSANOW, before)


def _exchange(source: int, sink: int, batch: str, deadline: float) -> str:
    """Send questions of which the last is ATTRIBUTES; what came back until its answer or the deadline."""
    os.write(sink, batch.encode("ascii"))
    ends_at = time.monotonic() + deadline
    text = ""
    while ATTRIBUTES_ANSWER.search(text) is None:
        left = ends_at - time.monotonic()
        if left <= 0 or not select.select([source], [], [], left)[0]:
            break
        chunk = os.read(source, 4096)
        if not chunk:
            break
        text += chunk.decode("latin-1")
    return text
