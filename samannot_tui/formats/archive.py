"""Building a ZIP archive aside and putting it in place of the old one in one go."""

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from samannot_tui.errors import JobError
from samannot_tui.formats.atomic import MANIFEST, Staging, in_the_way, locked_aside
from samannot_tui.session.manifest import sync_folder
from samannot_tui.session.paths import encode_path
from samannot_tui.text import printable

PACKED = frozenset({".png", ".jpg", ".mp4", ".xlsx"})
"""Files that are compressed already."""


def is_earlier_archive(archive: Path) -> bool:
    """Whether an earlier export's archive is there, which the next one replaces; False where there is nothing.

    Raises:
        InputError: something is there that no export wrote.
    """
    is_there = os.path.lexists(archive)
    if is_there and not _exported(archive):
        raise in_the_way(archive)
    return is_there


@contextmanager
def replaced_archive(archive: Path) -> Iterator[Staging]:
    r"""Build `archive` anew from what is staged; if the block ends badly it stays as it is.

    Names that are not UTF-8 have `\xNN` for each such byte in the archive.

    Raises:
        InputError: it cannot be written there, is no archive of an export, or another export is writing it.
        JobError: the disk failed.
    """
    is_earlier_archive(archive)
    with locked_aside(archive) as aside:
        try:
            _clear(aside)
            (aside / "new").mkdir()
            staging = Staging(aside / "new", aside / "old")
            yield staging
            staging.list_files()
            _pack(staging, aside / "zip")
            (aside / "zip").replace(archive)
            sync_folder(archive.parent)
        except OSError as error:
            raise JobError(
                f"{printable(archive)} could not be written ({error.strerror}); "
                "what an earlier export left there is whole."
            ) from error
        finally:
            _clear(aside)


def _exported(archive: Path) -> bool:
    try:
        with zipfile.ZipFile(archive) as file:
            return not archive.is_symlink() and MANIFEST in file.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _clear(aside: Path) -> None:
    for place in (aside / "new", aside / "zip"):
        if place.is_symlink() or place.is_file():
            place.unlink()
        elif place.exists():
            shutil.rmtree(place)


def _pack(staging: Staging, path: Path) -> None:
    with path.open("wb") as file:
        with zipfile.ZipFile(file, "w", strict_timestamps=False) as archive:
            for name in map(Path, (*staging.files, MANIFEST)):
                how = zipfile.ZIP_STORED if name.suffix in PACKED else zipfile.ZIP_DEFLATED
                archive.write(staging.root / name, encode_path(name), how)
        file.flush()
        os.fsync(file.fileno())
