"""Text for the terminal in as few bytes as it gets.

Textual writes each stretch of a style as a whole: colours, letters, reset; over an SSH link the colours of a dialog
weigh more than its letters. Here only what changes from one stretch to the next is said, blanks take whatever
letter colour there is, and the cursor is moved only where it is not in place already. Where few styles alternate,
as in the rows of the timeline, one is written everywhere before the next.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import Color, ColorSystem, ColorType
from rich.segment import Segment
from rich.style import Style

OFF = (22, 22, 23, 24, 25, 25, 27, 28, 29)
"""SGR parameters that end bold, dim, italic, underline, blink (both), reverse, conceal and strike."""
SEEN_ON_BLANKS = 0b1_0100_1000
"""Attributes that make a blank look different: underline, reverse, strike."""


class Look(NamedTuple):
    """A style as SGR parameters: bits of attributes (1 << n turns on n + 1), letter and ground colour."""

    attributes: int
    front: str
    back: str


class Run(NamedTuple):
    """Letters of one look; `x`, `y` is the screen cell of the first."""

    x: int
    y: int
    text: str
    look: Look


PLAIN = Look(0, "39", "49")


@lru_cache(maxsize=32768)
def look_of(style: Style | None, system: ColorSystem) -> Look:
    """A style's look; None is the terminal's own."""
    if style is None:
        return PLAIN
    front, back = _known(style.color, system), _known(style.bgcolor, system)
    return Look(
        style._attributes & style._set_attributes & (1 << len(OFF)) - 1,
        ";".join(front.get_ansi_codes()),
        ";".join(back.get_ansi_codes(foreground=False)),
    )


def _known(color: Color | None, system: ColorSystem) -> Color:
    """The colour as `system` has it. A number is left as it is: it may name a picture, see `graphics.kitty.Anchor`."""
    if color is None:
        return Color.default()
    return color if color.type is ColorType.EIGHT_BIT else color.downgrade(system)


@lru_cache(maxsize=32768)
def on_blanks(look: Look) -> Look:
    """What is to be seen of a look where there is no letter."""
    return look if look.attributes & SEEN_ON_BLANKS else PLAIN._replace(back=look.back)


def terse(parts: Iterable[tuple[int, int, Iterable[Segment]]], system: ColorSystem) -> str:
    """What to write for segments that each belong at a column and row of the screen; no two share a cell."""
    runs = list(_runs(parts, system))
    written = _written(runs)
    if 2 * len({run.look for run in runs}) >= len(runs):
        return written
    return min(written, _written(sorted(runs, key=lambda run: run.look)), key=len)


def _runs(parts: Iterable[tuple[int, int, Iterable[Segment]]], system: ColorSystem) -> Iterator[Run]:
    for x, y, segments in parts:
        for text, style, _ in segments:
            yield Run(x, y, text, look_of(style, system))
            x += cell_len(text)


def _written(runs: Iterable[Run]) -> str:
    written: list[str] = []
    now, cursor = PLAIN, (-1, -1)
    for x, y, text, look in runs:
        if cursor != (x, y):
            written.append(f"\x1b[{x + 1}G" if cursor[1] == y else f"\x1b[{y + 1};{x + 1}H")
        if text.isspace() and not (look.attributes | now.attributes) & SEEN_ON_BLANKS:
            look = now._replace(back=look.back)
        if changes := ";".join(_changes(now, look)):
            written.append(f"\x1b[{changes}m")
        written.append(text)
        now, cursor = look, (x + cell_len(text), y)
    return "".join([*written, "\x1b[m"] if now != PLAIN else written)


def _changes(old: Look, new: Look) -> Iterator[str]:
    ended = {OFF[bit] for bit in _bits(old.attributes & ~new.attributes)}
    yield from map(str, sorted(ended))
    for bit in _bits(new.attributes):
        if not old.attributes >> bit & 1 or OFF[bit] in ended:
            yield str(bit + 1)
    if new.front != old.front:
        yield new.front
    if new.back != old.back:
        yield new.back


def _bits(attributes: int) -> list[int]:
    return [bit for bit in range(len(OFF)) if attributes >> bit & 1]
