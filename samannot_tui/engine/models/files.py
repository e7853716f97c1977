"""Checkpoint files as files, without torch: opening, what kind of file it is, checksum."""

import hashlib
import os
import stat
import zipfile
from pathlib import Path
from typing import BinaryIO

from samannot_tui.engine.models.catalog import model_of_file
from samannot_tui.errors import InputError
from samannot_tui.text import printable


def is_there(path: Path) -> bool:
    """Whether there is a regular file, or a symlink to one, as far as may be seen."""
    try:
        return path.is_file()
    except OSError:
        return False


def open_checkpoint(path: Path) -> BinaryIO:
    """Open a checkpoint file for reading; a symlink to a regular file will do.

    Raises:
        InputError: it is missing, something else than a file, or may not be read.
    """
    try:
        mode = path.stat().st_mode
        # Looked at before it is opened: opening alone makes a device or a pipe do things.
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise InputError(f"{printable(path)} is {kind}; a checkpoint is a file that ends in .pt.")
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb")
    except FileNotFoundError as error:
        raise InputError(f"There is no checkpoint file {printable(path)}.") from error
    except OSError as error:
        raise InputError(f"The checkpoint {printable(path)} cannot be opened: {error.strerror}.") from error


def check_kind(path: Path) -> None:
    """See that a file is what torch.save writes and not cut off: a zip archive with a pickle in it, not opened here.

    Raises:
        InputError: it is not, or cannot be read.
    """
    with open_checkpoint(path) as file:
        head = file.read(512)
        if not head:
            raise InputError(f"The checkpoint {printable(path)} is empty. {how_to_get(path)}")
        if head.lstrip().startswith(b"<"):
            raise InputError(f"{printable(path)} is a web page that was saved as a checkpoint. {how_to_get(path)}")
        if not head.startswith(b"PK\x03\x04"):
            raise InputError(
                f"{printable(path)} is not a checkpoint: torch did not write this file. {how_to_get(path)}"
            )
        try:
            with zipfile.ZipFile(file) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise InputError(f"The checkpoint {printable(path)} is cut off or damaged. {how_to_get(path)}") from error
        if not any(name.endswith("/data.pkl") for name in names):
            raise InputError(f"{printable(path)} is some zip archive, not a checkpoint. {how_to_get(path)}")


def digest(path: Path) -> tuple[int, str]:
    """A file's size in bytes and SHA-256 as hex digits.

    Raises:
        InputError: it cannot be read.
    """
    with open_checkpoint(path) as file:
        try:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
            return file.tell(), sha256
        except OSError as error:
            raise InputError(f"The checkpoint {printable(path)} cannot be read: {error.strerror}.") from error


def how_to_get(path: Path) -> str:
    """What to do about a file that is no good, as a sentence."""
    model = model_of_file(path.name)
    if model is None:
        return "Get the file again from where it came."
    return f"Get the file again: `samannot-tui models fetch {model.name}`."
