"""Asking the terminal what it can show, once, before the app owns it.

A first, tiny question tells how far away it is, and with that how long to wait for more. Everything else is asked
in one batch that ends with a question that every terminal answers (its primary device attributes): when that
answer is there, those before it are too, however slow the link. A third, short round follows only for sixel
terminals. References: XTerm Control Sequences; the kitty graphics protocol; the synchronized output extension.
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
from samannot_tui.graphics.tmux import answers_through, look, passed_on

FIRST_DEADLINE = 5.0
"""Seconds to wait for the first answer; only a terminal that never answers takes that long."""
SHORTEST_DEADLINE, LONGEST_DEADLINE = 3.0, 10.0
"""The shortest is for busy machines: it passes only where an answer is lost."""
ROUND_TRIPS = 4
"""Of the time that the first answer took, so long a batch may take."""

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
SYNCHRONIZED = "\x1b[?2026$p"
SYNCHRONIZED_ANSWER = re.compile(r"\x1b\[\?2026;(\d)\$y")
SWITCHABLE = ("1", "2", "3")
"""A mode that is set, reset, or always set; 0 is one that the terminal does not know, 4 one that stays reset."""
TRUE_COLOUR = "\x1b[48;2;1;2;3m\x1bP$qm\x1b\\\x1b[m"
"""Set a colour that no palette has, and ask which is set."""
TRUE_COLOUR_ANSWER = re.compile(r"\x1bP1\$r[^\x1b]*48[:;]2[:;]+1[:;]2[:;]3")
ERASE_LINE = "\r\x1b[K"


def probe(environ: Mapping[str, str] | None = None) -> Answers:
    """Ask the terminal on stdin and stderr (where Textual draws); takes two round trips, three for sixel.

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
    pane = look(env) if known.multiplexer == "tmux" else None
    if pane is None:
        return ask(source.fileno(), sink.fileno(), known, quiet=env.get("TERM_PROGRAM") == "Apple_Terminal")
    # The answers would go to another pane, or come from several terminals.
    through = pane.passes_on and pane.is_active and len(pane.clients) == 1
    return answers_through(pane, ask(source.fileno(), sink.fileno(), replace(known, passes_on=through)))


def ask(source: int, sink: int, known: Answers, quiet: bool = False, deadline: float = FIRST_DEADLINE) -> Answers:
    """The same for the terminal behind two file descriptors, on top of what is `known` already.

    `quiet` leaves out the questions that some terminals print or take for a title instead: a multiplexer
    does not get them either, but the terminal behind it does if `known` says that it is passed on to.
    """
    with _raw(source):
        text, took = _exchange(source, sink, ATTRIBUTES, deadline)
        answers = replace(read_answers(text, known), round_trip=took)
        if took is None or quiet or (known.multiplexer is not None and not known.passes_on):
            return answers
        batch = KITTY + TRUE_COLOUR + ERASE_LINE + NAME + CELL_SIZE + SYNCHRONIZED + ATTRIBUTES
        if known.multiplexer is not None:
            batch = passed_on(batch)
        text, through = _exchange(source, sink, batch, _deadline(took))
        if answers.sixel and known.multiplexer is None:
            text += _exchange(source, sink, SIXEL_COLOURS + SIXEL_LIMIT + ATTRIBUTES, _deadline(took))[0]
        told = read_answers(text, known)
        round_trip = took if known.multiplexer is None else through
        return replace(told, answered=True, sixel=answers.sixel, attributes=answers.attributes, round_trip=round_trip)


def read_answers(text: str, known: Answers) -> Answers:
    """What a terminal's answers say; anything else in `text` (typed keys) is passed over."""
    attributes = ATTRIBUTES_ANSWER.search(text)
    cell = CELL_SIZE_ANSWER.search(text)
    name = NAME_ANSWER.search(text)
    colours = SIXEL_COLOURS_ANSWER.search(text)
    limit = SIXEL_LIMIT_ANSWER.search(text)
    synchronized = SYNCHRONIZED_ANSWER.search(text)
    return replace(
        known,
        answered=attributes is not None,
        attributes=attributes[1] if attributes else "",
        sixel=attributes is not None and "4" in attributes[1].split(";"),
        kitty=KITTY_ANSWER.search(text) is not None,
        name=name[1] if name else "",
        cell=_size(cell[2], cell[1]) if cell else known.cell,
        sixel_colours=int(colours[1]) or None if colours else None,
        sixel_limit=_size(limit[1], limit[2]) if limit else None,
        synchronized=synchronized[1] in SWITCHABLE if synchronized else None,
        colours="truecolor" if TRUE_COLOUR_ANSWER.search(text) else known.colours,
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


def _deadline(round_trip: float) -> float:
    return min(LONGEST_DEADLINE, max(SHORTEST_DEADLINE, ROUND_TRIPS * round_trip))


def _exchange(source: int, sink: int, batch: str, deadline: float) -> tuple[str, float | None]:
    """Send questions of which the last is ATTRIBUTES, and wait for its answer.

    Returns what came back until then, and the seconds that took; None after the deadline.
    """
    begins_at = time.monotonic()
    os.write(sink, batch.encode("ascii"))
    text = ""
    while ATTRIBUTES_ANSWER.search(text) is None:
        left = begins_at + deadline - time.monotonic()
        if left <= 0 or not select.select([source], [], [], left)[0]:
            return text, None
        chunk = os.read(source, 4096)
        if not chunk:
            return text, None
        text += chunk.decode("latin-1")
    return text, time.monotonic() - begins_at
