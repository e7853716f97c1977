import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich._palettes import EIGHT_BIT_PALETTE

from samannot_tui.graphics.coding.quadrants import NUMBERED, PATTERNS, Cells, cells_of, halves_of, quadrants_of

COLOURS = np.array([EIGHT_BIT_PALETTE[number] for number in range(256)])


def packed(red: int, green: int, blue: int) -> int:
    return red << 16 | green << 8 | blue


def colours(cells: Cells, numbered: bool) -> np.ndarray:
    """Of the quadrants: shape (rows, columns, 4, 3)."""
    bits = (cells.patterns[..., np.newaxis] >> np.arange(4) & 1)[..., np.newaxis]
    front, back = (
        COLOURS[numbers - NUMBERED]
        if numbered
        else np.stack((numbers >> 16, numbers >> 8 & 255, numbers & 255), axis=-1)
        for numbers in (cells.front, cells.back)
    )
    return np.where(bits, front[:, :, np.newaxis], back[:, :, np.newaxis])


@pytest.mark.parametrize("pattern", range(16))
def test_two_colours_come_back_exactly_in_any_pattern(pattern: int) -> None:
    bits = np.array([pattern >> bit & 1 for bit in range(4)])[:, np.newaxis]
    quadrants = np.where(bits, (200, 10, 60), (0, 90, 255)).astype(np.float32)[np.newaxis, np.newaxis]
    seen = colours(cells_of(quadrants, numbered=False, price=0), numbered=False)
    assert (seen == quadrants).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 99), st.booleans())
def test_no_other_division_of_a_cell_is_better(seed: int, half: bool) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (4, 2, 3), np.uint8)
    quadrants = halves_of(picture[:2, :1]) if half else quadrants_of(picture)
    seen = colours(cells_of(quadrants, numbered=False, price=0), numbered=False)
    best = min(
        sum(
            np.square(group - group.mean(axis=0)).sum()
            for group in (
                quadrants[0, 0][[bool(split >> bit & 1) for bit in range(4)]],
                quadrants[0, 0][[not split >> bit & 1 for bit in range(4)]],
            )
            if len(group)
        )
        for split in range(8)
    )
    assert np.square(seen[0, 0] - quadrants[0, 0]).sum() <= best + 12  # colours are whole numbers


def test_quadrants_lie_where_their_bits_say() -> None:
    picture = np.zeros((4, 2, 3), np.uint8)
    picture[:2, 1] = 255
    cells = cells_of(quadrants_of(picture), numbered=False, price=0)
    front_white = cells.front[0, 0] == packed(255, 255, 255)
    assert PATTERNS[cells.patterns[0, 0]] == ("▝" if front_white else "▙")


def test_half_blocks_use_no_other_characters() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    cells = cells_of(halves_of(picture), numbered=False, price=0)
    assert cells.patterns.shape == (10, 30)
    assert {PATTERNS[number] for number in np.unique(cells.patterns)} <= set(" ▀▄")
    assert (colours(cells, numbered=False)[:, :, [0, 2]] == picture.reshape(10, 2, 30, 3).swapaxes(1, 2)).all()


def test_numbered_colours_are_the_nearest_of_xterm() -> None:
    wanted = np.random.default_rng(4).integers(0, 256, (1, 400, 1, 3)).astype(np.float32)
    cells = cells_of(np.repeat(wanted, 4, axis=2), numbered=True, price=0)
    shown = np.where(cells.patterns > 0, cells.front, cells.back)[0] - NUMBERED
    assert shown.min() >= 16, "the first sixteen differ from terminal to terminal"
    errors = np.square(COLOURS[shown] - wanted[0, :, 0]).sum(axis=1)
    least = np.square(COLOURS[np.newaxis, 16:] - wanted[0]).sum(axis=2).min(axis=1)
    assert (errors <= least + 1).mean() > 0.97 and errors.mean() < 1.02 * least.mean()


def test_a_price_keeps_colours_that_are_near_enough() -> None:
    rng = np.random.default_rng(0)
    quadrants = (120 + rng.normal(0, 4, (10, 60, 4, 3))).astype(np.float32)

    def new_colours(price: float) -> int:
        cells = cells_of(quadrants, numbered=False, price=price)
        return int((np.diff(cells.front) != 0).sum() + (np.diff(cells.back) != 0).sum())

    assert new_colours(0) > 800
    assert new_colours(500) < 50


def test_a_cell_of_one_colour_is_a_blank_whatever_colours_are_kept() -> None:
    quadrants = np.full((1, 6, 4, 3), 200, np.float32)
    quadrants[0, ::2, :2] = 10
    cells = cells_of(quadrants, numbered=False, price=500)
    assert (colours(cells, numbered=False) == quadrants).all()
    assert {PATTERNS[number] for number in cells.patterns[0, 1::2]} == {" "}


def test_one_cell_of_one_colour() -> None:
    cells = cells_of(quadrants_of(np.full((4, 2, 3), 77, np.uint8)), numbered=False, price=500)
    assert (colours(cells, numbered=False) == 77).all()
