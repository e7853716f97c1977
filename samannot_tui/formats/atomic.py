"""Building a folder of files aside and putting it in place of the old one in one go.

A folder FOLDER is built in `.FOLDER.samannot-export/new` beside it. When it is complete, the old one is
renamed away, the new one takes its name, and files that are not the export's move back in: an export ends
either before that, with the old folder whole, or after it. What an export wrote is listed in its
`.samannot-export.json`; nothing else is ever deleted or overwritten.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from samannot_tui.appendlog import open_regular
from samannot_tui.errors import InputError, JobError
from samannot_tui.formats.json_stream import json_file
from samannot_tui.session.manifest import sync_folder
from samannot_tui.session.paths import decode_path, encode_path
from samannot_tui.text import printable

MANIFEST = ".samannot-export.json"


class _Manifest(msgspec.Struct, frozen=True):
    """What an export wrote: paths relative to the folder, as `session.paths` encodes them."""

    files: tuple[str, ...]


class Staging:
    """The folder being built, `root`. `file` names a file in it, which the caller then writes.

    Attributes:
        files: their paths in the folder; text, of which a long video's fit into memory with ease.
    """

    def __init__(self, new: Path, folder: Path) -> None:
        self.root = new
        self._folder = folder
        self._replaceable = _listed(folder)
        self.files: list[str] = []

    def file(self, *parts: str) -> Path:
        """Where to write the file that will be at `parts` in the finished folder; its parent exists.

        Raises:
            InputError: something that no export wrote is there already.
        """
        relative = Path(*parts)
        if relative not in self._replaceable:
            self._refuse_if_in_the_way(relative)
        path = self.root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        self.files.append(str(relative))
        return path

    def _refuse_if_in_the_way(self, relative: Path) -> None:
        for parent in reversed(relative.parents[:-1]):
            place = self._folder / parent
            if parent not in self._replaceable and os.path.lexists(place) and not _is_folder(place):
                raise in_the_way(place)
        if os.path.lexists(self._folder / relative):
            raise in_the_way(self._folder / relative)

    def adopt(self, folder: Path) -> None:
        """Take in what somebody else has written into `folder` in `root`; links, pipes and the like go.

        Raises:
            InputError: something that no export wrote is in the way of one of the files.
        """
        for place, folders, names in os.walk(folder):
            for path in (Path(place, name) for name in (*names, *folders)):
                if _is_file(path):
                    self.file(*path.relative_to(self.root).parts)
                elif not _is_folder(path):
                    path.unlink()

    def list_files(self) -> None:
        """Write down in the folder what was written to it."""
        with json_file(self.root / MANIFEST) as content:
            content.array("files", (encode_path(Path(name)) for name in self.files))

    def finish(self) -> None:
        """List what was written, and make all of it survive a power cut."""
        self.list_files()
        for name in (*self.files, MANIFEST):
            with (self.root / name).open("rb") as file:
                os.fsync(file.fileno())
        for place, _, _ in os.walk(self.root):
            sync_folder(Path(place))


def earlier_files(folder: Path) -> int:
    """How many files the export wrote that the next one into this folder replaces; 0 where there was none.

    Raises:
        InputError: something else than a folder is there.
    """
    _refuse_unless_folder(folder)
    return len(_names(folder))


def _refuse_unless_folder(folder: Path) -> None:
    if os.path.lexists(folder) and not _is_folder(folder):
        raise in_the_way(folder)


@contextmanager
def replaced(folder: Path) -> Iterator[Staging]:
    """Build `folder` anew: it becomes what was staged if the block ends well, and stays as it is if not.

    Raises:
        InputError: the folder cannot be written there, is something else, or another export is writing it.
        JobError: the disk failed.
    """
    _refuse_unless_folder(folder)
    with locked_aside(folder) as aside:
        try:
            _recover(aside, folder)
            try:
                (aside / "new").mkdir()
                staging = Staging(aside / "new", folder)
                yield staging
                staging.finish()
                _swap(aside, folder)
            finally:
                _recover(aside, folder)
        except OSError as error:
            raise JobError(
                f"{printable(folder)} could not be written ({error.strerror}); "
                "what an earlier export left there is whole."
            ) from error


def _swap(aside: Path, folder: Path) -> None:
    if os.path.lexists(folder):
        folder.rename(aside / "old")
    (aside / "new").rename(folder)
    sync_folder(folder.parent)


def _recover(aside: Path, folder: Path) -> None:
    """Bring things in order after an export, wherever it stopped: also the one of a killed process."""
    old, new = aside / "old", aside / "new"
    for place in (old, new):
        if place.is_symlink():
            raise in_the_way(place)
    if old.exists():
        if os.path.lexists(folder):
            _retire(old, folder)
        else:
            old.rename(folder)
    if new.exists():
        shutil.rmtree(new)


def _retire(old: Path, folder: Path) -> None:
    """Delete what an export wrote in the old folder and move the rest into the new one."""
    for relative in _listed(old):
        (old / relative).unlink(missing_ok=True)
        for parent in relative.parents[:-1]:
            with suppress(OSError):  # not empty
                (old / parent).rmdir()
    if _is_file(old / MANIFEST):
        (old / MANIFEST).unlink()
    _move_into(old, folder)


def _move_into(old: Path, folder: Path) -> None:
    for entry in sorted(old.iterdir()):
        place = folder / entry.name
        if not os.path.lexists(place):
            entry.rename(place)
        elif _is_folder(entry) and _is_folder(place):
            _move_into(entry, place)
        else:
            raise JobError(f"The export is done, but {printable(entry)} found its place taken; move it by hand.")
    old.rmdir()


def _listed(folder: Path) -> set[Path]:
    """The files in the folder that an export wrote and that are still files, reached without symlinks."""
    try:
        paths = [decode_path(name) for name in _names(folder)]
    except ValueError:
        return set()
    inside = (path for path in paths if path.parts and not path.is_absolute() and ".." not in path.parts)
    return {path for path in inside if _is_file(folder / path) and _only_folders(folder, path)}


def _names(folder: Path) -> tuple[str, ...]:
    """What the folder's manifest lists; nothing where there is none, or none that can be understood."""
    try:
        with open_regular(folder / MANIFEST) as file:
            return msgspec.json.decode(file.read(), type=_Manifest).files
    except (InputError, msgspec.MsgspecError, UnicodeDecodeError):
        return ()


def _only_folders(folder: Path, relative: Path) -> bool:
    return all(_is_folder(folder / parent) for parent in relative.parents[:-1])


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def in_the_way(path: Path) -> InputError:
    """What to raise where something is that no export wrote."""
    return InputError(f"{printable(path)} is in the way and no export wrote it; move it, or choose another folder.")


@contextmanager
def locked_aside(target: Path) -> Iterator[Path]:
    """Hold the right to write a folder or file; gives a folder beside it to build in, gone again afterwards.

    Raises:
        InputError: nothing can be written there, or another export is writing it.
    """
    aside = target.with_name(f".{target.name}.samannot-export")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor = _lock(aside)
    except OSError as error:
        raise InputError(
            f"{printable(target.parent)} cannot be written to ({error.strerror}); choose another folder."
        ) from error
    try:
        yield aside
    finally:
        (aside / "lock").unlink()
        with suppress(OSError):  # not empty: files that could not be moved back, or the next export's lock
            aside.rmdir()
        os.close(descriptor)


def _lock(aside: Path) -> int:
    while True:
        aside.mkdir(exist_ok=True)
        if not _is_folder(aside):
            raise in_the_way(aside)
        try:
            descriptor = os.open(aside / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        except FileNotFoundError:
            continue  # the place went away with the export that had made it
        if _holds(descriptor, aside):
            return descriptor
        os.close(descriptor)


def _holds(descriptor: int, aside: Path) -> bool:
    """Lock the file; False if an export that has just ended took it away meanwhile."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(descriptor), (aside / "lock").lstat())
    except FileNotFoundError:
        return False
    except BlockingIOError as error:
        os.close(descriptor)
        raise InputError(f"Another export is writing to {printable(aside.parent)}; wait until it is done.") from error
