"""Pictures of text cells: each shows two colours, in one of the sixteen patterns of its four quadrants.

A new colour costs ten to twenty bytes, a pattern three. So each cell keeps the colours of the one to its left
unless that costs more in error than the bytes are worth.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samannot_tui.media.source import RgbFrame

PATTERNS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""By number: bit 0 the upper left quadrant has the front colour, bits 1 to 3 upper right, lower left, lower right."""

SPLITS = np.array([[number >> bit & 1 for bit in range(4)] for number in range(8)], np.float32)
"""The ways to divide four quadrants into two groups, 1 for the first one's; the groups are interchangeable."""
NUMBERED = 1 << 24
"""Added to the number of one of xterm's colours, so that it is no other colour's."""
BLOCK_BYTES, SGR_BYTES = 3, 3
COLOUR_BYTES = 15, 8
"""Of a colour in true colour and of a numbered one, on average, with the semicolon."""
CUBE = np.array([0, 95, 135, 175, 215, 255], np.float32)
FIRST_OF_CUBE, FIRST_GREY, GREYS = 16, 232, 24
CHOICES = ((0, 1), (2, 1), (3, 1), (0, 2), (0, 3), (2, 3))
"""Front and back colour of a cell, from: the left cell's front and back, its own two."""
NEW_COLOURS = np.array([0, 1, 1, 1, 1, 2], np.float32)

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Cells:
    """A picture of cells; all arrays have the shape (rows, columns).

    Attributes:
        patterns: uint8, indices into PATTERNS.
        front, back: int32, colours: 65536 red + 256 green + blue, or NUMBERED + a number of xterm's 256.
        row: where the topmost of these rows belongs in the whole picture.
    """

    patterns: npt.NDArray[np.uint8]
    front: Numbers
    back: Numbers
    row: int = 0


def cells_of(quadrants: Floats, *, numbered: bool, price: float) -> Cells:
    """The best cells for the colours of their quadrants.

    Args:
        quadrants: float32, shape (rows, columns, 4, 3): RGB of upper left, upper right, lower left, lower right.
        numbered: use xterm's 256 colours, else any.
        price: squared error, over a cell's quadrants, that sending one more colour must save.
    """
    rows, columns = quadrants.shape[:2]
    own = _two_colours(quadrants)
    numbers = _xterm_numbers(own) if numbered else _packed(own)
    own = _xterm_colours(numbers) if numbered else np.rint(own)
    if numbered:
        numbers = numbers + NUMBERED
    kept = np.zeros((rows, 4, 3), np.float32)
    kept_numbers = np.zeros((rows, 4), np.int32)
    kept[:, :2], kept_numbers[:, :2] = own[:, 0], numbers[:, 0]
    chosen = np.zeros((columns, rows, 2), np.int32)
    patterns = np.zeros((columns, rows, 4), bool)
    every = np.arange(rows)
    for x in range(columns):
        kept[:, 2:], kept_numbers[:, 2:] = own[:, x], numbers[:, x]
        distances = np.square(quadrants[:, x, np.newaxis] - kept[:, :, np.newaxis]).sum(axis=3)
        errors = [np.minimum(distances[:, front], distances[:, back]).sum(axis=1) for front, back in CHOICES]
        choice = np.argmin(np.stack(errors, axis=1) + price * NEW_COLOURS, axis=1)
        pair = np.array(CHOICES)[choice]
        patterns[x] = distances[every, pair[:, 0]] < distances[every, pair[:, 1]]
        # All of one colour is a blank: full blocks leave a line of the back colour free in some fonts.
        full = patterns[x].all(axis=1)
        pair[full, 1] = pair[full, 0]
        patterns[x, full] = False
        chosen[x] = kept_numbers[every[:, np.newaxis], pair]
        kept[:, :2], kept_numbers[:, :2] = kept[every[:, np.newaxis], pair], chosen[x]
    bits = patterns.transpose(1, 0, 2) @ np.array([1, 2, 4, 8], np.uint8)
    return Cells(bits.astype(np.uint8), chosen[:, :, 0].T, chosen[:, :, 1].T)


def text_bytes(cells: Cells) -> int:
    """About how many bytes cells take as text that names a colour only where it changes, and no front of blanks."""
    last = np.maximum.accumulate(np.where(cells.patterns > 0, np.arange(cells.patterns.shape[1]), 0), axis=1)
    front, back = np.take_along_axis(cells.front, last, axis=1), cells.back
    new_front, new_back = front[:, 1:] != front[:, :-1], back[:, 1:] != back[:, :-1]
    size = BLOCK_BYTES * int((cells.patterns > 0).sum()) + int((cells.patterns == 0).sum())
    size += SGR_BYTES * (int((new_front | new_back).sum()) + 2 * len(front))
    for colours, new in ((front, new_front), (back, new_back)):
        numbered = colours >= NUMBERED
        named = np.where(numbered, COLOUR_BYTES[1], COLOUR_BYTES[0])
        size += int(named[:, 0].sum() + named[:, 1:][new].sum())
    return size


def quadrants_of(picture: RgbFrame) -> Floats:
    """Colours of quadrants from a picture of 2 x 4 square pixels a cell."""
    height, width = picture.shape[:2]
    return _by_cell(picture.reshape(height // 2, 2, width, 3).mean(axis=1, dtype=np.float32))


def halves_of(picture: RgbFrame) -> Floats:
    """Colours of quadrants, those side by side equal, from a picture of 1 x 2 square pixels a cell."""
    return _by_cell(picture.repeat(2, axis=1).astype(np.float32))


def _by_cell(picture: Floats) -> Floats:
    height, width = picture.shape[:2]
    blocks = picture.reshape(height // 2, 2, width // 2, 2, 3).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(blocks.reshape(height // 2, width // 2, 4, 3))


def _two_colours(quadrants: Floats) -> Floats:
    """Of each cell the means of the two groups of quadrants that differ most, shape (rows, columns, 2, 3)."""
    total = quadrants.sum(axis=2)
    sums = np.einsum("sq,rcqk->srck", SPLITS, quadrants)
    sizes = SPLITS.sum(axis=1)[:, np.newaxis, np.newaxis]
    others = 4 - sizes
    spread = np.square(sums).sum(axis=3) / np.maximum(sizes, 1) + np.square(total - sums).sum(axis=3) / others
    best = np.argmax(spread, axis=0)
    first = np.take_along_axis(sums, best[np.newaxis, :, :, np.newaxis], axis=0)[0]
    size = SPLITS.sum(axis=1)[best][:, :, np.newaxis]
    rest = (total - first) / (4 - size)
    return np.stack((np.where(size > 0, first / np.maximum(size, 1), rest), rest), axis=2).astype(np.float32)


def _packed(colours: Floats) -> Numbers:
    numbers: Numbers = (np.rint(colours) @ np.array([65536.0, 256.0, 1.0])).astype(np.int32)
    return numbers


def _xterm_numbers(colours: Floats) -> Numbers:
    """The nearest of xterm's colours: the 6 x 6 x 6 cube, or the ramp of greys."""
    steps = np.abs(colours[..., np.newaxis] - CUBE).argmin(axis=-1)
    cube = FIRST_OF_CUBE + steps @ np.array([36, 6, 1])
    grey = FIRST_GREY + np.clip(np.rint((colours.mean(axis=-1) - 8) / 10), 0, GREYS - 1)
    cube_error, grey_error = (
        np.square(colours - _xterm_colours(ramp.astype(np.int32))).sum(axis=-1) for ramp in (cube, grey)
    )
    numbers: Numbers = np.where(cube_error <= grey_error, cube, grey).astype(np.int32)
    return numbers


def _xterm_colours(numbers: Numbers) -> Floats:
    step = np.clip(numbers - FIRST_OF_CUBE, 0, 215)
    cube = CUBE[np.stack((step // 36, step // 6 % 6, step % 6), axis=-1)]
    grey = (8 + 10 * (numbers - FIRST_GREY)).astype(np.float32)[..., np.newaxis]
    return np.where((numbers >= FIRST_GREY)[..., np.newaxis], grey, cube).astype(np.float32)
