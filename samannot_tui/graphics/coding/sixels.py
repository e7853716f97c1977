"""Sixel graphics: six-row bands, painted one colour after the other.

In each band the most frequent colours are painted first. A pixel that a later colour will paint may have any
colour until then, so that runs extend over it: a fifth fewer bytes for the same picture. All colours of all
bands are extended together, column by column.

Sixel bytes hold six pixels, the lowest bit at the top. Reference: the VT330/VT340 Programmer Reference Manual.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from samannot_tui.graphics.coding.palettes import Palette
from samannot_tui.graphics.coding.png import Indices

BAND = 6
ALL_ROWS = 63
REGISTERS = 256
RUN_FROM = 4
"""Shorter runs are not worth a repeat introducer."""
TABLED = 256

Ints = npt.NDArray[np.intp]
Sixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Passes:
    """What is painted, in order: one pass for each colour of each band.

    Attributes:
        bands: the band of each pass, shape (passes,).
        colours: the colour of each pass, shape (passes,).
        must: the sixels that have to be painted, shape (width, passes).
        may: those and the ones that a later pass paints over.
    """

    bands: Ints
    colours: Ints
    must: Sixels
    may: Sixels


def sixels(indices: Indices, palette: Palette) -> str:
    """The device control string of a picture of any size.

    Neither a colour's definition nor the end of the last band is left to do more than it says: xterm does not
    select what it defines, and would scroll after a last "next band" near the screen's bottom.

    Args:
        indices: uint8, shape (height, width), into `palette`.
        palette: uint8, shape (at most 256, 3), RGB; entry n becomes register n.
    """
    height, width = indices.shape
    passes = _passes(indices)
    percent = (palette.astype(np.intp) * 100 + 127) // 255
    parts = [f'\x1bP0;0;0q"1;1;{width};{height}']
    parts += [f"#{number};2;{r};{g};{b}" for number, (r, g, b) in enumerate(percent.tolist())]
    parts += _painted(passes)
    return "".join([*parts, "\x1b\\"])


def _passes(indices: Indices) -> Passes:
    height, width = indices.shape
    count = -(-height // BAND)
    rows = indices[np.minimum(np.arange(count * BAND), height - 1)].reshape(count, BAND, width)
    used = np.full(count, ALL_ROWS, np.uint8)
    used[-1] = (1 << (height - (count - 1) * BAND)) - 1

    keys = np.arange(count)[:, np.newaxis, np.newaxis] * REGISTERS + rows
    frequencies = np.bincount(keys.ravel(), minlength=count * REGISTERS).reshape(count, REGISTERS)
    by_rank = np.argsort(-frequencies, axis=1, kind="stable")
    bands, ranks = np.nonzero(np.take_along_axis(frequencies, by_rank, axis=1))
    colours = by_rank[bands, ranks]
    pass_of = np.zeros((count, REGISTERS), np.intp)
    pass_of[bands, colours] = np.arange(len(bands))

    must = np.zeros((width, len(bands)), np.uint8)
    column = np.arange(width)[:, np.newaxis]
    for row in range(BAND):
        must[column, np.take_along_axis(pass_of, rows[:, row].astype(np.intp), axis=1).T] |= np.uint8(1 << row)
    must &= used[bands]
    # A band's passes paint each of its pixels once, so that sums of sixels are unions (modulo 256).
    before = np.cumsum(must, axis=1, dtype=np.uint8) - must
    first = np.searchsorted(bands, np.arange(count))
    may = used[bands] - (before - before[:, first[bands]])
    return Passes(bands, colours, must, may)


def _runs(passes: Passes) -> tuple[Ints, Ints, Ints]:
    """Runs of equal sixels: pass, length and sixel of each, in order; each as long as it gets from the left."""
    width = len(passes.must)
    must, may = passes.must[0], passes.may[0]
    since = np.zeros(len(must), np.intp)
    found: list[tuple[Ints, Ints, Sixels]] = []
    for x in range(1, width):
        more, fewer = must | passes.must[x], may & passes.may[x]
        ended = np.flatnonzero(more & ~fewer)
        if ended.size:
            found.append((ended, x - since[ended], must[ended]))
            since[ended] = x
            more[ended], fewer[ended] = passes.must[x, ended], passes.may[x, ended]
        must, may = more, fewer
    last = np.flatnonzero(must)
    found.append((last, width - since[last], must[last]))
    numbers, lengths, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(numbers, kind="stable")
    return numbers[order], lengths[order], values[order].astype(np.intp)


def _painted(passes: Passes) -> Iterator[str]:
    numbers, lengths, values = _runs(passes)
    table = _table()
    text = [
        table[length][value] if length < TABLED else _run(length, value)
        for length, value in zip(lengths.tolist(), values.tolist(), strict=True)
    ]
    bounds = np.searchsorted(numbers, np.arange(len(passes.bands) + 1)).tolist()
    band = 0
    for number, (own, colour) in enumerate(zip(passes.bands.tolist(), passes.colours.tolist(), strict=True)):
        if number:
            yield "$" if own == band else "-"
        band = own
        yield f"#{colour}"
        yield from text[bounds[number] : bounds[number + 1]]


@cache
def _table() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(_run(length, value) for value in range(ALL_ROWS + 1)) for length in range(TABLED))


def _run(length: int, value: int) -> str:
    sixel = chr(63 + value)
    return sixel * length if length < RUN_FROM else f"!{length}{sixel}"
