"""DeepLabCut's table, whatever file it comes from, as points on individuals."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from samannot_tui.errors import InputError
from samannot_tui.formats.reading import FoundObject, FrameNames, shown
from samannot_tui.media.source import FrameSource
from samannot_tui.text import printable

ANIMAL = "animal"
"""The label in a project that knows no individuals."""
MOST_COLUMNS = 1 << 14

Row = tuple[str, Sequence[float]]
"""A frame's number or its image's name; and a number for each column, NaN where there is none."""


@dataclass(frozen=True)
class Table:
    """`levels`: what the columns are, level -> one text for each: bodyparts, coords and perhaps individuals."""

    path: Path
    levels: Mapping[str, Sequence[str]]
    rows: Iterator[Row]


def points(table: Table, source: FrameSource) -> Iterator[FoundObject]:
    """Each body part that is there, frame by frame.

    Raises:
        InputError: as `reading.Reader`.
    """
    places = _places(table)
    names = FrameNames(source)
    for number, (index, values) in enumerate(table.rows, 1):
        where = f"{printable(table.path)}, row {number} of the data"
        if len(values) != len(table.levels["coords"]):
            raise InputError(f"{where}: {len(values)} numbers, not {len(table.levels['coords'])} as in the header.")
        if any(map(math.isinf, values)):
            raise InputError(f"{where}: a number that is infinite.")
        frame = _frame(index, names, source, where)
        for individual, x, y, likelihood in places:
            score = None if likelihood is None else values[likelihood]
            if not any(map(math.isnan, (values[x], values[y], score or 0.0))):
                yield FoundObject(frame, individual, points=((values[x], values[y]),), score=score)


def _places(table: Table) -> list[tuple[str, int, int, int | None]]:
    """Of each body part the individual, and in which columns x, y and the likelihood stand; what else there is,
    as smoothers add it, is left alone.
    """
    if not {"bodyparts", "coords"} <= table.levels.keys():
        raise InputError(f"{printable(table.path)} has no header of DeepLabCut's: bodyparts and coords.")
    coords = table.levels["coords"]
    individuals = table.levels.get("individuals", [ANIMAL] * len(coords))
    found: dict[tuple[str, str], dict[str, int]] = {}
    for column, (individual, part, coord) in enumerate(
        zip(individuals, table.levels["bodyparts"], coords, strict=True)
    ):
        if found.setdefault((individual, part), {}).setdefault(coord, column) != column:
            raise InputError(f"{printable(table.path)}: {shown(part)} of {shown(individual)} has two {shown(coord)}.")
    for (individual, part), columns in found.items():
        if not {"x", "y"} <= columns.keys():
            raise InputError(f"{printable(table.path)}: {shown(part)} of {shown(individual)} has no x and y.")
    return [(individual, at["x"], at["y"], at.get("likelihood")) for (individual, _), at in found.items()]


def _frame(index: str, names: FrameNames, source: FrameSource, where: str) -> int:
    if not re.fullmatch(r"-?[0-9]+", index):
        return names.frame(index, where)
    if len(index) > 9 or index[0] == "-" or int(index) >= source.info.frame_count:
        raise InputError(f"{where}: the video has no frame {shown(index)}, but 0 to {source.info.frame_count - 1}.")
    return int(index)
