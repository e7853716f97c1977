from dataclasses import replace
from typing import get_args

import cv2
import numpy as np
import pytest
from rich.color import ColorSystem
from textual.geometry import Region

from samannot_tui.graphics.encode import encode
from samannot_tui.graphics.pictures import CellPicture
from samannot_tui.graphics.quality import Quality
from samannot_tui.graphics.target import Target
from samannot_tui.render.viewport import Viewport
from samannot_tui.tui.terse import terse
from samannot_tui.tui.widgets.canvas_cells import CellRows, CellStrip

TARGET = Target("cells", 30, 10, (2, 4))


def picture(seed: int = 0, changed: tuple[int, int] | None = None) -> CellPicture:
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 60, 3), np.uint8)
    if changed is not None:
        x, y = changed
        pixels[4 * y : 4 * y + 4, 2 * x : 2 * x + 2] = 255 - pixels[4 * y : 4 * y + 4, 2 * x : 2 * x + 2]
    encoded = encode(pixels, Viewport((60, 40), TARGET.pixel_size), TARGET)
    assert isinstance(encoded, CellPicture)
    return encoded


def test_parts_of_a_strip_tell_as_well() -> None:
    told: list[int] = []
    rows = CellRows(told.append)
    rows.replace(picture())
    strip = rows.strip(3, TARGET.columns)
    pieces = [strip, strip.crop(1, 4), *strip.divide([2, 7])]
    for size, piece in enumerate(pieces):
        assert isinstance(piece, CellStrip)
        piece.painted(size)
    assert told == [0, 1, 2, 3]
    assert "".join(piece.text for piece in strip.divide([2, 7])) == strip.text[:7]


@pytest.mark.parametrize("quality", get_args(Quality))
@pytest.mark.parametrize("colours", [None, 256])
def test_the_size_of_a_picture_is_known_before_it_is_sent(quality: Quality, colours: int | None) -> None:
    smooth = cv2.resize(np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8), (60, 40))
    target = replace(TARGET, colours=colours)
    rows, encoded = CellRows(), encode(smooth, Viewport((60, 40), (60, 40)), target, quality)
    assert isinstance(encoded, CellPicture)
    rows.replace(encoded)
    sizes = [len(written(rows, y)) for y in range(target.rows)]
    assert encoded.size(0, target.rows) == pytest.approx(sum(sizes), rel=0.1)
    assert encoded.size(2, 5) == pytest.approx(sum(sizes[2:5]), rel=0.15)


def written(rows: CellRows, y: int) -> bytes:
    return terse([(1, y, rows.strip(y, TARGET.columns))], ColorSystem.TRUECOLOR).encode()


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
