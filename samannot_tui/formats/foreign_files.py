"""Files of datasets that others made: which are taken, and that none leads out of its dataset."""

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from natsort import natsorted

from samannot_tui.errors import InputError
from samannot_tui.formats.export import safe_name
from samannot_tui.formats.reading import shown
from samannot_tui.formats.selection import SPLITS
from samannot_tui.media.source import FrameSource
from samannot_tui.text import printable

LARGEST_FILE = 64 * 2**20
LABELS = "labels.json"
"""What lies in every export of ours beside the dataset."""
_DEEPEST = 4
"""How many folders down a dataset's files may lie: DAVIS/Annotations/480p/<video>."""


def dataset_root(path: Path) -> Path:
    """The folder that all files of a dataset must lie in: the one that a person named, or that of the file named.

    Raises:
        InputError: nothing is there.
    """
    try:
        resolved = path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that is no path"
        raise InputError(f"{printable(path)} cannot be opened: {reason}.") from error
    return resolved if resolved.is_dir() else resolved.parent


def open_inside(path: Path, root: Path) -> BinaryIO:
    """Open a dataset's file for reading.

    Raises:
        InputError: it leads out of `root`, by a symlink or `..`, is no regular file, or cannot be read.
    """
    try:
        resolved = path.resolve(strict=True)
        if not resolved.is_relative_to(root):
            raise InputError(
                f"{printable(path)} leads out of the dataset {printable(root)}; put the file itself there."
            )
        descriptor = os.open(resolved, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that is no path"
        raise InputError(f"{printable(path)} cannot be opened: {reason}.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InputError(f"{printable(path)} is not a regular file; a dataset's files must be.")
    return os.fdopen(descriptor, "rb")


def read_inside(path: Path, root: Path, largest: int = LARGEST_FILE) -> bytes:
    """The content of a dataset's file.

    Raises:
        InputError: as `open_inside`, or it is larger than `largest` bytes.
    """
    with open_inside(path, root) as file:
        try:
            data = file.read(largest + 1)
        except OSError as error:
            raise InputError(f"{printable(path)} cannot be read: {error.strerror}.") from error
    if len(data) > largest:
        raise InputError(f"{printable(path)} is larger than {largest} bytes; that is no annotation of this kind.")
    return data


def files_of(folder: Path, suffix: str) -> list[Path]:
    """The files in a folder with a suffix such as ".png", in natural order, less hidden ones and exports' labels.json.

    Raises:
        InputError: the folder cannot be listed.
    """
    files = (path for path in _entries(folder) if path.suffix.lower() == suffix and not path.is_dir())
    return [path for path in files if path.name != LABELS]


def parts_of(path: Path) -> list[Path]:
    """The folders that a dataset is split into, train, val and test; the path alone where it is not."""
    return [path / split for split in SPLITS if (path / split).is_dir()] or [path]


def folder_of(path: Path, media: FrameSource, suffix: str, layout: tuple[str, ...]) -> Path:
    """The folder with the media's files of a suffix, in or below `path`.

    On the way down, a folder with such files is it; else the one of `layout`, the one with the media's name or the
    only one is gone into.

    Raises:
        InputError: there is none, or several and none with the media's name.
    """
    names = (*layout, safe_name(media), media.path.name, media.path.stem)
    folder = path
    for _ in range(_DEEPEST):
        if files_of(folder, suffix):
            return folder
        folders = {entry.name: entry for entry in _entries(folder) if entry.is_dir()}
        known = [folders[name] for name in names if name in folders]
        if not known and len(folders) > 1:
            raise InputError(
                f"{printable(folder)} has folders of several videos, but none is named {printable(safe_name(media))}; "
                "give the folder of this video."
            )
        if not folders:
            break
        folder = (known or list(folders.values()))[0]
    raise InputError(f"{printable(path)} has no {suffix} files in it; give the folder that holds them.")


def by_frame(files: Sequence[Path], frame_of: Callable[[str, str], int]) -> list[tuple[int, Path]]:
    """Each file of a folder with the frame that it is of, which `frame_of` tells as `FrameNames.frame`.

    Raises:
        InputError: as `frame_of`, or two files are of one frame.
    """
    found: dict[int, Path] = {}
    for file in files:
        folder = printable(file.parent)
        frame = frame_of(file.name, folder)
        if found.setdefault(frame, file) is not file:
            both = f"{shown(found[frame].name)} and {shown(file.name)}"
            raise InputError(f"{folder}: {both} are both frame {frame}; give the annotation of one video.")
    return list(found.items())


def _entries(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as found:
            names = [entry.name for entry in found if not entry.name.startswith(".")]
    except OSError as error:
        raise InputError(f"{printable(folder)} cannot be listed: {error.strerror}.") from error
    return [folder / name for name in natsorted(names)]
