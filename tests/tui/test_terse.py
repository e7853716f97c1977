"""What is written is read by a small terminal, and held against the letters and styles that were to be seen."""

import re

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from samannot_tui.tui.terse import terse

WIDTH, HEIGHT = 24, 4
Cell = tuple[str, frozenset[str], str, str]
EMPTY: Cell = ("", frozenset(), "39", "49")
ENDED_BY = {"22": ("1", "2"), "23": ("3",), "24": ("4",), "25": ("5", "6"), "27": ("7",), "28": ("8",), "29": ("9",)}
TOKEN = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[(\d+)G|\x1b\[([\d;]*)m|([^\x1b])", re.DOTALL)

colours = st.sampled_from([None, "red", "#102030", "#fefefe", "color(200)"])
styles = st.none() | st.builds(
    lambda front, back, **on: Style(color=front, bgcolor=back, **on),
    colours,
    colours,
    **{name: st.sampled_from([None, True]) for name in ("bold", "dim", "italic", "underline", "reverse", "strike")},
)
rows = st.lists(st.tuples(st.text(st.sampled_from("ab  ·魚"), min_size=1, max_size=5), styles), max_size=6)
screens = st.lists(rows, min_size=HEIGHT, max_size=HEIGHT)


def split(parameters: str) -> list[str]:
    """SGR parameters, colours whole."""
    return re.findall(r"[34]8;2;\d+;\d+;\d+|[34]8;5;\d+|\d+", parameters)


def shown(text: str) -> dict[tuple[int, int], Cell]:
    """What a terminal shows in the cells that were written to."""
    cells: dict[tuple[int, int], Cell] = {}
    x = y = 0
    on: set[str] = set()
    front, back = "39", "49"
    matches = list(TOKEN.finditer(text))
    assert "".join(match[0] for match in matches) == text
    for row, column, only_column, parameters, letter in (match.groups() for match in matches):
        if row:
            x, y = int(column) - 1, int(row) - 1
        elif only_column:
            x = int(only_column) - 1
        elif letter:
            cells[x, y] = looks(letter, on, front, back)
            x += cell_len(letter)
        elif not parameters:
            on, front, back = set(), "39", "49"
        for each in split(parameters or ""):
            if each in ENDED_BY:
                on.difference_update(ENDED_BY[each])
            elif len(each) == 1:
                on.add(each)
            elif each[0] in "39" and each != "49":
                front = each
            else:
                back = each
    assert (on, front, back) == (set(), "39", "49"), "what is written next would look like this"
    return cells


def looks(letter: str, on: set[str], front: str, back: str) -> Cell:
    """A blank shows no letter colour and no thickness, unless it is underlined, struck or reversed."""
    if letter == " " and not on & {"4", "7", "9"}:
        return letter, frozenset(), "", back
    return letter, frozenset(on), front, back


def wanted(screen: list[list[tuple[str, Style | None]]]) -> dict[tuple[int, int], Cell]:
    """As Textual itself would write it, which names everything each time."""
    cells: dict[tuple[int, int], Cell] = {}
    for y, row in enumerate(screen):
        x = 0
        for text, style in row:
            codes = split(Strip.render_ansi(style, ColorSystem.TRUECOLOR)) if style else []
            on = {each for each in codes if len(each) == 1}
            front = next((each for each in codes if each[0] in "39" and len(each) > 1), "39")
            back = next((each for each in codes if each[0] == "4" and len(each) > 1), "49")
            for letter in text:
                cells[x, y] = looks(letter, on, front, back)
                x += cell_len(letter)
    return cells


@given(screens)
def test_the_terminal_shows_what_was_meant(screen: list[list[tuple[str, Style | None]]]) -> None:
    parts = [(0, y, [Segment(text, style) for text, style in row]) for y, row in enumerate(screen)]
    assert shown(terse(parts, ColorSystem.TRUECOLOR)) == wanted(screen)


def test_a_colour_is_named_only_where_it_changes() -> None:
    red, blue = Style.parse("#fa0000 on #0000fa"), Style.parse("#0000fa on #0000fa")
    parts = [(3, 1, [Segment("ab", red), Segment(" ", blue), Segment("c", blue)])]
    assert terse(parts, ColorSystem.TRUECOLOR) == "\x1b[2;4H\x1b[38;2;250;0;0;48;2;0;0;250mab \x1b[38;2;0;0;250mc\x1b[m"


def test_what_alternates_is_written_style_by_style() -> None:
    cursor, track = Style.parse("#000000 on #ffd60a"), Style.parse("#6b7280 on #121212")
    parts = [(40, y, [Segment("·", track), Segment("│", cursor)]) for y in range(6)]
    assert terse(parts, ColorSystem.TRUECOLOR).count("\x1b[38;2;") == 2


def test_bold_ends_without_naming_the_colours_again() -> None:
    bold, plain = Style.parse("bold #ffffff on #000000"), Style.parse("#ffffff on #000000")
    assert terse([(0, 0, [Segment("v", bold), Segment("View", plain)])], ColorSystem.TRUECOLOR).endswith(
        "v\x1b[22mView\x1b[m"
    )


def test_nothing_is_written_for_nothing() -> None:
    assert terse([], ColorSystem.TRUECOLOR) == ""
