import re
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from typing import get_args

import cv2
import numpy as np
import pytest
from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from samannot_tui.graphics.encode import encode
from samannot_tui.graphics.pictures import CellPicture
from samannot_tui.graphics.quality import Quality
from samannot_tui.graphics.target import Target
from samannot_tui.render.viewport import Viewport
from samannot_tui.tui.widgets.canvas_cells import CellRows, ThriftyStrip

TARGET = Target("cells", 30, 10, (2, 4))
RED, BLUE, GREY = Color.from_rgb(250, 0, 0), Color.from_rgb(0, 0, 250), Color.from_ansi(240)


def segments() -> list[Segment]:
    """New ones each time: Rich's styles remember how they were rendered first, in whatever colours."""
    return [
        Segment("▘▝", Style.from_color(RED, BLUE)),
        Segment("▄", Style.from_color(RED, GREY)),
        Segment("█", Style.from_color(BLUE, GREY)),
        Segment("▞▞▞", Style.from_color(BLUE, GREY)),
    ]


def console(colors: str = "truecolor") -> Console:
    return Console(file=StringIO(), force_terminal=True, color_system=colors)  # type: ignore[arg-type]


def drawn(text: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """What a terminal shows: characters with the parameters of their front and back colours."""
    front: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    cells = []
    for parameters, character in re.findall(r"\x1b\[([0-9;]*)m|(.)", text):
        if character:
            cells.append((character, front, back))
            continue
        numbers = parameters.split(";")
        while numbers:
            length = {"2": 5, "5": 3}.get(numbers[1], 1) if numbers[0] in ("38", "48") else 1
            colour, numbers = tuple(numbers[:length]), numbers[length:]
            code = int(colour[0])
            if code == 0:
                front = back = ()
            elif code // 10 in (3, 9):
                front = colour
            else:
                back = colour
    return cells


def picture(seed: int = 0, changed: tuple[int, int] | None = None) -> CellPicture:
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 60, 3), np.uint8)
    if changed is not None:
        x, y = changed
        pixels[4 * y : 4 * y + 4, 2 * x : 2 * x + 2] = 255 - pixels[4 * y : 4 * y + 4, 2 * x : 2 * x + 2]
    encoded = encode(pixels, Viewport((60, 40), TARGET.pixel_size), TARGET)
    assert isinstance(encoded, CellPicture)
    return encoded


def thrifty(told: Callable[[int], None] = lambda size: None) -> ThriftyStrip:
    return ThriftyStrip(segments(), 7, told)


@pytest.mark.parametrize("colors", ["truecolor", "256", "standard"])
def test_a_thrifty_strip_shows_what_any_strip_shows(colors: str) -> None:
    plain, ours = (strip.render(console(colors)) for strip in (Strip(segments(), 7), thrifty()))
    assert drawn(ours) == drawn(plain)
    assert ours.endswith("\x1b[0m") and ours.count("\x1b[0m") == 1
    assert len(ours) < len(plain)


def test_a_thrifty_strip_names_a_colour_only_where_it_changes() -> None:
    text = thrifty().render(console())
    assert text == "\x1b[38;2;250;0;0;48;2;0;0;250m▘▝\x1b[48;5;240m▄\x1b[38;2;0;0;250m█▞▞▞\x1b[0m"


def test_parts_of_a_thrifty_strip_are_thrifty_and_whole() -> None:
    strip = thrifty()
    whole = drawn(strip.render(console()))
    assert drawn(strip.crop(1, 4).render(console())) == whole[1:4]
    pieces = strip.divide([2, 5, 7])
    assert [cell for piece in pieces for cell in drawn(piece.render(console()))] == whole
    assert all(isinstance(piece, ThriftyStrip) for piece in (strip.crop(1, 4), *pieces))


def test_what_is_sent_of_a_thrifty_strip_is_told() -> None:
    told: list[int] = []
    strip = thrifty(told.append)
    sent = [piece.render(console()) for piece in (strip, strip.crop(1, 4), *strip.divide([2, 7]))]
    assert told == [len(text.encode()) for text in sent]


@pytest.mark.parametrize("quality", get_args(Quality))
@pytest.mark.parametrize("colours", [None, 256])
def test_the_size_of_a_picture_is_known_before_it_is_sent(quality: Quality, colours: int | None) -> None:
    smooth = cv2.resize(np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8), (60, 40))
    target = replace(TARGET, colours=colours)
    told: list[int] = []
    rows, encoded = CellRows(told.append), encode(smooth, Viewport((60, 40), (60, 40)), target, quality)
    assert isinstance(encoded, CellPicture)
    rows.replace(encoded)
    for y in range(target.rows):
        rows.strip(y, target.columns).render(console())
    assert encoded.size(0, target.rows) == pytest.approx(sum(told), rel=0.1)
    assert encoded.size(2, 5) == pytest.approx(sum(told[2:5]), rel=0.15)


def test_the_first_picture_is_drawn_whole_and_the_same_one_not_again() -> None:
    rows = CellRows()
    assert rows.replace(picture()) == [Region(0, 0, 30, 10)]
    assert rows.replace(picture()) == []


def test_of_another_picture_only_what_differs_is_drawn() -> None:
    rows = CellRows()
    rows.replace(picture())
    regions = rows.replace(picture(changed=(7, 3)))
    assert regions and {region.y for region in regions} == {3}
    assert regions[0].x == 7 and sum(region.width for region in regions) < 10


def test_regions_cover_exactly_the_changes_and_small_gaps() -> None:
    rows, before, after = CellRows(), picture(0), picture(1)
    for y, columns in ((2, [1, 2, 6, 11]), (5, [29])):
        for x in columns:
            before.back[y, x], before.patterns[y, x] = -1, 0
    changed = after.differs(before)
    rows.replace(before)
    covered = np.zeros_like(changed)
    for region in rows.replace(after):
        covered[region.y, region.x : region.right] = True
    assert (covered >= changed).all()

    rows = CellRows()
    rows.replace(after)
    one = CellPicture(TARGET, after.viewport, after.patterns.copy(), after.front.copy(), after.back.copy())
    for x in (1, 2, 6, 11, 29):
        one.patterns[4, x] ^= 15
    assert rows.replace(one) == [Region(1, 4, 6, 1), Region(11, 4, 1, 1), Region(29, 4, 1, 1)]


def test_without_a_picture_a_row_is_black() -> None:
    strip = CellRows().strip(3, 12)
    assert strip.text == " " * 12
    assert {segment.style.bgcolor.triplet for segment in strip} == {(0, 0, 0)}  # type: ignore[union-attr]
