import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.graphics.coding.png import Indices
from samannot_tui.graphics.coding.sixels import sixels
from tests.graphics.decoders import SIXEL2PNG, read_sixels

PALETTE = np.random.default_rng(5).integers(0, 256, (256, 3), np.uint8)
COMMAND = re.compile(r'"1;1;(\d+);(\d+)|#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|([$-])')


class Paper:
    """Draws as a terminal does, to find out more than a decoder tells: indices, and what was never painted."""

    def __init__(self, text: str) -> None:
        assert text.startswith("\x1bP0;0;0q") and text.endswith("\x1b\\")
        body = text.removeprefix("\x1bP0;0;0q").removesuffix("\x1b\\")
        self.bands = 0
        self.defined: dict[int, tuple[int, int, int]] = {}
        self.pixels: dict[tuple[int, int], int | None] = {}
        self.size = (0, 0)
        position = column = 0
        register: int | None = None
        while position < len(body):
            found = COMMAND.match(body, position)
            assert found, body[position : position + 20]
            position = found.end()
            width, height, number, red, green, blue, chosen, count, repeated, single, control = found.groups()
            if width:
                self.size = int(width), int(height)
            elif number:
                self.defined[int(number)] = int(red), int(green), int(blue)
            elif chosen:
                register = int(chosen)
            elif control:
                column, self.bands = 0, self.bands + (control == "-")
            else:
                sixel, times = (repeated, int(count)) if count else (single, 1)
                rows = [row for row in range(6) if ord(sixel) - 63 >> row & 1]
                assert not rows or register in self.defined
                painted = product(range(column, column + times), rows)
                self.pixels |= {(x, 6 * self.bands + row): register for x, row in painted}
                column += times

    def indices(self) -> Indices:
        width, height = self.size
        assert set(self.pixels) == {(x, y) for x in range(width) for y in range(height)}
        return np.array([[self.pixels[x, y] for x in range(width)] for y in range(height)], np.uint8)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 24),
    st.integers(1, 20),
    st.integers(1, 40),
    st.integers(0, 99),
    st.sampled_from(["noise", "stripes", "blocks"]),
)
def test_every_pixel_is_painted_in_its_colour_last(width: int, height: int, colours: int, seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    indices = rng.integers(0, colours, (height, width), np.uint8)
    if kind == "stripes":
        indices = np.repeat(indices[:1], height, axis=0)
    if kind == "blocks":
        indices = indices.repeat(3, axis=0).repeat(5, axis=1)[:height, :width]
    paper = Paper(sixels(indices, PALETTE[:colours]))
    assert paper.size == (width, height)
    assert (paper.indices() == indices).all()
    assert paper.bands == (height - 1) // 6, "a last 'next band' would scroll"
    assert max(paper.defined) < colours
    for number, percent in paper.defined.items():
        assert np.abs(np.array(percent) * 2.55 - PALETTE[number]).max() <= 1.5


def test_one_colour_is_one_run_a_band() -> None:
    text = sixels(np.zeros((12, 300), np.uint8), PALETTE[:1])
    assert text.endswith("#0!300~-#0!300~\x1b\\")


def test_a_rare_colour_does_not_interrupt_the_run_below_it() -> None:
    indices = np.zeros((6, 100), np.uint8)
    indices[2, 50] = 1
    assert sixels(indices, PALETTE[:2]).endswith("#0!100~$#1!50?C\x1b\\")


def test_runs_are_written_as_repeats_only_where_that_is_shorter() -> None:
    indices = np.array([[0] * 3 + [1] * 4 + [0] * 5] * 6, np.uint8)
    assert sixels(indices, PALETTE[:2]).endswith("#0!12~$#1???!4~\x1b\\")


def test_painting_over_makes_a_photograph_smaller() -> None:
    y, x = np.mgrid[0:120, 0:200]
    noise = np.random.default_rng(0).normal(0, 6, (120, 200))
    indices = ((x + y + noise) / 20).clip(0, 15).astype(np.uint8)
    exact = 0
    for band in indices.reshape(20, 6, 200):
        for colour in np.unique(band):
            columns = ((band == colour) * 2 ** np.arange(6)[:, np.newaxis]).sum(axis=0)
            exact += 4 + len(re.sub(r"(.)\1{3,}", "!99~", "".join(chr(63 + int(value)) for value in columns)))
    assert len(sixels(indices, PALETTE[:16])) < 0.85 * exact


@pytest.mark.skipif(SIXEL2PNG is None, reason="needs libsixel's sixel2png")
@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1), (17, 6), (64, 64), (301, 47)])
def test_libsixel_reads_the_picture(size: tuple[int, int]) -> None:
    width, height = size
    indices = np.random.default_rng(9).integers(0, 60, (height, width), np.uint8)
    decoded = read_sixels(sixels(indices, PALETTE[:60]))
    assert decoded.shape == (height, width, 3)
    assert np.abs(decoded.astype(int) - PALETTE[indices]).max() <= 2
