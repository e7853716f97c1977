"""What is known of checkpoint files: size and SHA-256 at the first use that went well, checked ever after.

`ledger.json` in the models folder, keyed by each file's real path, so that files elsewhere are in it too. A file
whose bytes changed since is refused; `samannot-tui models verify --accept FILE` is the one way to say that this
was meant. Where the ledger cannot be written, work goes on and a notice says so.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from samannot_tui.appendlog import open_regular
from samannot_tui.engine.models.files import how_to_get
from samannot_tui.errors import InputError
from samannot_tui.session.journal import now
from samannot_tui.session.manifest import write_atomically
from samannot_tui.session.paths import encode_path
from samannot_tui.text import printable

FILE = "ledger.json"
_LARGEST = 16 * 2**20


class Record(msgspec.Struct, frozen=True):
    """`size` in bytes, `sha256` as hex digits, `verified_at` RFC 3339 UTC."""

    size: int
    sha256: str
    verified_at: str


def known(folder: Path, path: Path) -> Record | None:
    """What the ledger of a models folder says of a file."""
    return _read(folder).get(_key(path))


def confirm(folder: Path, path: Path, size: int, sha256: str) -> str | None:
    """Check a file that proved good against the ledger; a file that is not in it yet is recorded.

    Returns:
        A notice where it could not be recorded.

    Raises:
        InputError: the file's bytes changed since they were recorded.
    """
    record = known(folder, path)
    if record is None:
        return enter(folder, path, size, sha256)
    if (record.size, record.sha256) != (size, sha256):
        raise InputError(changed(path))
    return None


def enter(folder: Path, path: Path, size: int, sha256: str) -> str | None:
    """Record a file that proved good, whatever was known of it; returns a notice where that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            records = _read(folder) | {_key(path): Record(size, sha256, now())}
            write_atomically(folder / FILE, msgspec.json.format(msgspec.json.encode(records)))
    except OSError as error:
        return (
            f"The checksum of {printable(path)} cannot be recorded in {printable(folder)} ({error.strerror}), "
            "so a later change of that file would go unnoticed."
        )
    return None


def changed(path: Path) -> str:
    """That a file is not what it was, and what to do, as sentences."""
    return (
        f"The checkpoint {printable(path)} is not the file that was used before: its bytes have changed. "
        f"{how_to_get(path)} If you replaced it yourself: `samannot-tui models verify --accept FILE`."
    )


def _read(folder: Path) -> dict[str, Record]:
    """The records. A ledger that is missing or damaged holds none: it guards against accidents, not against people."""
    try:
        with open_regular(folder / FILE) as file:
            return msgspec.json.decode(file.read(_LARGEST), type=dict[str, Record])
    except (InputError, OSError, ValueError, RecursionError):
        return {}


def _key(path: Path) -> str:
    return encode_path(Path(os.path.realpath(path)))


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the ledger for the moment of a change; ends with its owner however that ends."""
    descriptor = os.open(folder / f".{FILE}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
