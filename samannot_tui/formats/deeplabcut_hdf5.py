"""DeepLabCut's HDF5, as pandas writes it (its formats `fixed` and `table`), read without pandas.

pandas keeps some things in HDF5 as Python pickles, which could run code. None is loaded here: the names of the columns
in the format `table` are read by `plain_data`, and nothing else that is pickled is looked at. What would lead out of
the file, links and external data, is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from samannot_tui.errors import InputError
from samannot_tui.formats.deeplabcut_table import MOST_COLUMNS, Table
from samannot_tui.formats.plain_pickle import PickleError, plain_data
from samannot_tui.text import printable

if TYPE_CHECKING:
    from h5py import Dataset, Group

ROWS_AT_A_TIME = 256
LARGEST_CHUNK = 64 * 2**20
LONGEST_TEXT = 4096
"""In bytes, as of a path."""
_LEVELS = {3: ("scorer", "bodyparts", "coords"), 4: ("scorer", "individuals", "bodyparts", "coords")}
_BROKEN = (OSError, RuntimeError, ValueError, KeyError, TypeError)


class _WrongError(Exception):
    """What is not as DeepLabCut's files are."""


@contextmanager
def hdf5_table(path: Path, frame_count: int) -> Iterator[Table]:
    """The table of a file, which is open meanwhile; rows for at most so many frames.

    Raises:
        InputError: h5py is not installed, or it is no such file.
    """
    try:
        import h5py
    except ImportError as error:
        raise InputError(
            "HDF5 files take the package h5py: pip install 'samannot-tui[hdf5]'; or give DeepLabCut's CSV file."
        ) from error
    if not path.is_file():
        raise InputError(f"{printable(path)} is not a file that is there; give DeepLabCut's CSV or HDF5 file.")
    try:
        with h5py.File(path, "r") as file:
            yield _table(path, _frame_group(file), frame_count)
    except (_WrongError, PickleError) as error:
        raise InputError(
            f"{printable(path)} cannot be read as DeepLabCut's HDF5: {printable(error)}. Give its CSV file, which "
            "deeplabcut.analyze_videos_converth5_to_csv writes."
        ) from error
    except _BROKEN as error:
        raise InputError(f"{printable(path)} is not HDF5 that can be read; give DeepLabCut's CSV file.") from error


def _frame_group(file: "Group") -> "Group":
    """The one data frame in the file."""
    names = list(file)
    if len(names) != 1:
        raise _WrongError(f"it holds {len(names)} tables")
    return _member(file, names[0])


def _table(path: Path, group: "Group", frame_count: int) -> Table:
    match _text(group.attrs.get("pandas_type", b"")):
        case "frame":
            return _fixed(path, group, frame_count)
        case "frame_table":
            return _appendable(path, group, frame_count)
    raise _WrongError("it holds no data frame of pandas")


def _fixed(path: Path, group: "Group", frame_count: int) -> Table:
    """pandas' format `fixed`: a dataset of numbers, one for the names of each level, and one of codes into these."""
    if group.attrs.get("nblocks") != 1:
        raise _WrongError("its columns are not all numbers")
    values = _array(group, "block0_values", (frame_count, MOST_COLUMNS))
    levels = {}
    for level in range(min(int(group.attrs["block0_items_nlevels"]), len(_LEVELS[4]))):
        name = _text(_member(group, f"block0_items_level{level}").attrs["name"])
        levels[name] = _coded_texts(group, "block0_items", level, MOST_COLUMNS)
    if _text(group.attrs["axis1_variety"]) == "multi":
        last = int(group.attrs["axis1_nlevels"]) - 1
        index = _coded_texts(group, "axis1", last, frame_count)
    else:
        index = _texts(_array(group, "axis1", (frame_count,))[:])
    if values.shape != (len(index), len(levels.get("coords", ()))):
        raise _WrongError("its rows and columns do not fit its numbers")
    return Table(path, levels, zip(index, _numbers(values, None), strict=True))


def _appendable(path: Path, group: "Group", frame_count: int) -> Table:
    """pandas' format `table`: a row for each frame, its index and its numbers; the columns' names are a pickle."""
    rows = _array(group, "table", (frame_count,))
    if rows.dtype.names != ("index", "values_block_0"):
        raise _WrongError("its columns are not all numbers")
    columns = plain_data(bytes(rows.attrs["values_block_0_kind"]))
    if not isinstance(columns, list) or len(columns) > MOST_COLUMNS:
        raise _WrongError("its columns have no names")
    levels = _levels(columns)
    if rows.dtype["values_block_0"].shape != (len(columns),):
        raise _WrongError("its columns do not fit its numbers")
    index = (text for part in _parts(rows) for text in _texts(part["index"]))
    return Table(path, levels, zip(index, _numbers(rows, "values_block_0"), strict=True))


def _levels(columns: list[Any]) -> Mapping[str, Sequence[str]]:
    """Level -> the columns' names, of the columns' names by level."""
    for column in columns:
        if not isinstance(column, tuple) or not all(isinstance(name, str) for name in column):
            raise _WrongError("its columns have no names")
    names = _LEVELS.get(len(columns[0]) if columns else 0)
    if names is None or any(len(column) != len(names) for column in columns):
        raise _WrongError("its columns are not named by scorer, bodyparts and coords")
    return dict(zip(names, map(list, zip(*columns, strict=True)), strict=True))


def _coded_texts(group: "Group", name: str, level: int, most: int) -> list[str]:
    """The names along an axis of one of its levels, which stand once each, the axis being codes of them."""
    names = _texts(_array(group, f"{name}_level{level}", (most,))[:])
    codes = _array(group, f"{name}_label{level}", (most,))[:]
    if codes.dtype.kind not in "iu" or any(not 0 <= code < len(names) for code in codes.tolist()):
        raise _WrongError("its names do not fit its columns or rows")
    return [names[code] for code in codes.tolist()]


def _numbers(rows: "Dataset", field: str | None) -> Iterator[list[float]]:
    for part in _parts(rows):
        numbers = part if field is None else part[field]
        if numbers.dtype.kind not in "fiu":
            raise _WrongError("its columns are not all numbers")
        yield from numbers.astype(np.float64).tolist()


def _parts(rows: "Dataset") -> Iterator[Any]:
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        yield rows[start : start + ROWS_AT_A_TIME]


def _texts(array: Any) -> list[str]:
    if array.dtype.kind not in "iuS":  # an object would be a pickle
        raise _WrongError("its rows have neither numbers nor names")
    return [_text(each) for each in array.tolist()]


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _array(group: "Group", name: str, most: tuple[int, ...]) -> "Dataset":
    """A dataset of at most that shape; reading a part of it takes no more memory than the part, and a chunk."""
    found = _member(group, name)
    if found.external or found.is_virtual:
        raise _WrongError("its data lie in other files")
    if len(found.shape) != len(most) or any(side > limit for side, limit in zip(found.shape, most, strict=True)):
        raise _WrongError(f"its {name} has the shape {found.shape}, too large for the video or for a table")
    chunk = int(np.prod(found.chunks or (1,), dtype=np.float64)) * found.dtype.itemsize
    if chunk > LARGEST_CHUNK or found.dtype.itemsize > MOST_COLUMNS * 8 + LONGEST_TEXT:
        raise _WrongError(f"its {name} comes in too large pieces")
    return found


def _member(group: "Group", name: str) -> Any:
    import h5py

    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise _WrongError(f"its {name} is missing, or a link that leads elsewhere")
    return group[name]
