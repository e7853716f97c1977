"""DeepLabCut's CSV: a line for each level of the columns' names, then a line for each frame."""

import csv
from collections.abc import Iterator
from pathlib import Path

from samannot_tui.errors import InputError
from samannot_tui.formats.deeplabcut_table import MOST_COLUMNS, Row, Table
from samannot_tui.formats.reading import shown
from samannot_tui.text import printable

_LEVELS = ("scorer", "individuals", "bodyparts", "coords")


def read_csv(path: Path) -> Table:
    """The table; its rows are read as they are asked for.

    Raises:
        InputError: it cannot be read, or is no such file; its rows raise it too.
    """
    header = []
    for line in _lines(path):
        if line[0] not in _LEVELS:
            break
        header.append(line)
    # The names of images may take several columns; the scorer stands above the first number.
    scorer = next((line for line in header if line[0] == "scorer"), [])
    first = next((place for place, cell in enumerate(scorer[1:], 1) if cell), 0)
    if not first or len({len(line) for line in header}) != 1:
        raise InputError(f"{printable(path)} has no header of DeepLabCut's: scorer, bodyparts, coords.")
    return Table(path, {line[0]: line[first:] for line in header}, _rows(path, len(header), first))


def _rows(path: Path, header: int, first: int) -> Iterator[Row]:
    for number, line in enumerate(_lines(path), 1):
        if number > header:
            index = next((cell for cell in reversed(line[:first]) if cell), "")
            yield index, [_number(cell, f"{printable(path)}, line {number}") for cell in line[first:]]


def _number(cell: str, where: str) -> float:
    try:
        return float(cell or "nan")
    except ValueError as error:
        raise InputError(f"{where}: {shown(cell)} is no number.") from error


def _lines(path: Path) -> Iterator[list[str]]:
    """The lines that are not empty."""
    if not path.is_file():
        raise InputError(f"{printable(path)} is not a file that is there; give DeepLabCut's CSV or HDF5 file.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in csv.reader(file, strict=True):
                if len(line) > MOST_COLUMNS:
                    raise InputError(f"{printable(path)} has more than {MOST_COLUMNS} columns.")
                if line:
                    yield line
    except OSError as error:
        raise InputError(f"{printable(path)} cannot be read: {error.strerror}.") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{printable(path)} is not a CSV file that can be read: {printable(error)}.") from error
