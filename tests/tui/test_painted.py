"""What is sent of Textual's updates, held against a terminal that has all of it."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from samannot_tui.tui.painted import Painted
from samannot_tui.tui.widgets.canvas_hole import Hole

WIDTH, HEIGHT = 24, 3
SIZE = Size(WIDTH, HEIGHT)
RED, BLUE = Style(color="red"), Style(color="blue", bgcolor="green")
CONSOLE = Console(color_system="truecolor", force_terminal=True)

pieces = st.tuples(st.text(st.sampled_from("ab ·é魚"), max_size=12), st.sampled_from([RED, BLUE, None]))
lines = st.lists(pieces, max_size=6).map(
    lambda parts: Strip([Segment(text, style) for text, style in parts]).adjust_cell_length(WIDTH)
)
screens = st.lists(lines, min_size=HEIGHT, max_size=HEIGHT)


def layout(strips: Iterable[Strip]) -> LayoutUpdate:
    return LayoutUpdate([[strip] for strip in strips], Region(0, 0, WIDTH, HEIGHT))


def cells_of(strip: Iterable[Segment]) -> list[tuple[str, object, object]]:
    """Letters and what is to be seen of their styles: of a blank that is its ground."""
    cells: list[tuple[str, object, object]] = []
    for text, style, _ in strip:
        front, back = (style.color, style.bgcolor) if style else (None, None)
        for letter in text:
            look = (None if letter == " " else front, back)
            cells += [(letter, *look), *[("", *look)] * (cell_len(letter) - 1)]
    return cells


@given(st.lists(screens, min_size=2, max_size=5))
def test_the_screen_is_the_same_as_if_all_was_sent(history: list[list[Strip]]) -> None:
    painted = Painted()
    seen: list[list[tuple[str, object, object] | None]] = [[None] * WIDTH for _ in range(HEIGHT)]
    for screen in history:
        if update := painted.lessened(layout(screen), SIZE):
            for x, y, strip in update._noted():
                cells = cells_of(strip)
                seen[y][x : x + len(cells)] = cells
        assert seen == [cells_of(strip) for strip in screen]


def test_what_was_drawn_over_is_sent_again() -> None:
    painted = Painted()
    strips = [Strip([Segment("abcdefghijklmnopqrstuvwx", RED)])] * HEIGHT
    assert sent(painted, layout(strips))
    assert sent(painted, layout(strips)) == ""
    painted.overdrawn(Region(4, 1, 3, 1))
    again = sent(painted, layout(strips))
    assert "efg" in again and "h" not in again and again.count("e") == 1
    painted.overdrawn(Region(20, 2, 30, 30))
    assert "uvwx" in sent(painted, layout(strips))


def sent(painted: Painted, update: LayoutUpdate | ChopsUpdate, size: Size = SIZE) -> str:
    less = painted.lessened(update, size)
    return less.render_segments(CONSOLE) if less else ""


def text(content: str) -> Strip:
    return Strip([Segment(content, RED)]).adjust_cell_length(WIDTH)


def test_nothing_is_sent_twice_and_one_letter_costs_one_letter() -> None:
    painted, before = Painted(), [text("frame 17 of 200")] * HEIGHT
    assert len(sent(painted, layout(before))) > WIDTH * HEIGHT
    assert sent(painted, layout(before)) == ""
    after = sent(painted, layout([before[0], text("frame 18 of 200"), before[2]]))
    assert after.startswith("\x1b[2;8H") and "8" in after and "frame" not in after and len(after) < 40


def test_everything_is_sent_again_after_a_resize_and_when_the_terminal_forgot() -> None:
    painted, screen = Painted(), [text("frame 17")] * HEIGHT
    whole = sent(painted, layout(screen))
    assert sent(painted, layout(screen), Size(WIDTH, HEIGHT + 1)) == whole
    painted.forget()
    assert sent(painted, layout(screen)) == whole


def test_only_the_spans_of_chops_count() -> None:
    painted = Painted()
    left, right = text("left").crop(0, 10), text("right").crop(0, 14)
    chops = ChopsUpdate([{}, {0: left, 10: right}, {}], [(1, 0, 12)], [[], [10, 24], []])
    written = sent(painted, chops)
    assert "left" in written and "ri" in written and "right" not in written
    assert sent(painted, chops) == ""


def test_a_hole_tells_only_when_its_cells_are_really_sent() -> None:
    painted, wiped = Painted(), []
    hole = Hole(WIDTH, lambda: wiped.append(True))
    sent(painted, layout([hole] * HEIGHT))
    assert len(wiped) == HEIGHT
    sent(painted, layout([hole] * HEIGHT))
    assert len(wiped) == HEIGHT
    sent(painted, layout([text("a dialog"), hole, hole]))
    sent(painted, layout([hole] * HEIGHT))
    assert len(wiped) == HEIGHT + 1


def test_what_was_not_sent_after_all_is_still_news() -> None:
    painted, screen = Painted(), [text("frame 17")] * HEIGHT
    assert painted.lessened(layout(screen), SIZE) is not None
    assert painted.lessened(layout(screen), SIZE) is not None
    assert sent(painted, layout(screen)) and painted.lessened(layout(screen), SIZE) is None
