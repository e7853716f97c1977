"""What the terminal's cells show, so that Textual's updates send no cell that shows the same already.

Textual repaints whole widgets: a step to the next frame would write 16 KB, of which 200 bytes are news.
"""

from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from samannot_tui.tui.terse import Look, look_of, on_blanks, terse
from samannot_tui.tui.widgets.canvas_cells import CellStrip
from samannot_tui.tui.widgets.canvas_hole import Hole

Cell = tuple[str, Look]
GAP = 5
"""So many cells that stay the same are sent with their neighbours: a jump over them takes more bytes."""


class Painted:
    """The cells as they were sent last; those never sent are unknown."""

    def __init__(self) -> None:
        self._rows: list[list[Cell | None]] = []
        self._size = Size(0, 0)

    def forget(self) -> None:
        """The terminal shows something else by now."""
        self._size = Size(0, 0)

    def overdrawn(self, region: Region) -> None:
        """In this part of the screen something else is to be seen by now."""
        for row in self._rows[region.y : region.bottom]:
            part = slice(region.x, region.right)
            row[part] = [None] * len(row[part])

    def lessened(self, update: ChopsUpdate | LayoutUpdate, size: Size) -> "LessUpdate | None":
        """An update that sends what it changes on a screen of `size`, no more; None if that is nothing."""
        if size != self._size:
            self._size = size
            self._rows = [[None] * size.width for _ in range(size.height)]
        strips = _of_chops(update) if isinstance(update, ChopsUpdate) else _of_layout(update)
        parts = [(column, y, part) for x, y, strip in strips for column, part in self._news(x, y, strip)]
        return LessUpdate(self, parts) if parts else None

    def note(self, x: int, y: int, strip: Strip) -> None:
        """The strip has been sent."""
        row, cells = self._rows[y], _cells(strip)[: len(self._rows[y]) - x]
        row[x : x + len(cells)] = cells

    def _news(self, x: int, y: int, strip: Strip) -> Iterator[tuple[int, Strip]]:
        """The parts of a strip to be sent, each with the column it belongs at."""
        if not 0 <= y < len(self._rows):
            return
        cells = _cells(strip)
        before = self._rows[y][x : x + len(cells)]
        if before == cells:
            return
        changed = [at for at, (new, old) in enumerate(zip(cells, before, strict=False)) if new != old]
        start = 0
        for number, at in enumerate(changed):
            if number + 1 == len(changed) or changed[number + 1] - at > GAP:
                yield _whole_letters(x, strip, cells, changed[start], at + 1)
                start = number + 1


class LessUpdate(CompositorUpdate):
    """Another update without what is on the screen already."""

    def __init__(self, painted: Painted, parts: list[tuple[int, int, Strip]]) -> None:
        """`parts`: each with the column and row it belongs at. They count as sent once they are rendered."""
        self._painted = painted
        self._parts = parts

    def __rich_console__(self, console: Console, options: object) -> Iterator[Segment]:
        for x, y, strip in self._noted():
            yield Control.move_to(x, y).segment
            yield from strip

    def render_segments(self, console: Console) -> str:
        text = terse(self._noted(), console._color_system or ColorSystem.TRUECOLOR)
        # Once: what else is in the update is little beside a picture of cells.
        cells = next((strip for _, _, strip in self._parts if isinstance(strip, CellStrip)), None)
        if cells is not None:
            cells.painted(len(text.encode()))
        return text

    def _noted(self) -> Iterator[tuple[int, int, Strip]]:
        for x, y, strip in self._parts:
            self._painted.note(x, y, strip)
            if isinstance(strip, Hole):
                strip.painted()
            yield x, y, strip


def _of_chops(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            left, right = max(x, x1), min(end, x2)
            if strip is not None and left < right:
                yield left, y, strip.crop(left - x, right - x)


def _of_layout(update: LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            yield x, y, strip
            x += strip.cell_length


def _cells(strip: Iterable[Segment]) -> list[Cell | None]:
    """A wide letter is followed by an empty cell; what takes no room belongs to the letter before it.

    By what is to be seen: while a dialog is open, Textual writes the same looks in other styles.
    """
    cells: list[Cell | None] = []
    for text, style, _ in strip:
        look = look_of(style, ColorSystem.TRUECOLOR)
        blank = " ", on_blanks(look)
        if text.isascii():
            cells += [(letter, look) if letter != " " else blank for letter in text]
            continue
        for letter in text:
            width = cell_len(letter)
            last = cells[-1] if cells else None
            if letter == " ":
                cells.append(blank)
            elif width:
                cells += [(letter, look), *[("", look)] * (width - 1)]
            elif last is not None:
                cells[-1] = last[0] + letter, last[1]
    return cells


def _whole_letters(x: int, strip: Strip, cells: list[Cell | None], start: int, end: int) -> tuple[int, Strip]:
    """A part of a strip, widened so that it cuts no wide letter in two."""
    while start and _is_second_half(cells[start]):
        start -= 1
    while end < len(cells) and _is_second_half(cells[end]):
        end += 1
    return x + start, strip.crop(start, end)


def _is_second_half(cell: Cell | None) -> bool:
    return cell is not None and cell[0] == ""
