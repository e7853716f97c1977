"""`models fetch`: an official checkpoint file into the models folder, whole or not at all."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from samannot_tui.engine.models import ledger
from samannot_tui.engine.models.catalog import BASE_URL, Model
from samannot_tui.engine.models.download import OnBytes, download
from samannot_tui.engine.models.files import check_kind, digest, is_there
from samannot_tui.engine.models.inventory import verify
from samannot_tui.engine.models.partial import Partial
from samannot_tui.errors import InputError, JobError
from samannot_tui.session.manifest import sync_folder
from samannot_tui.text import printable


@dataclass(frozen=True)
class Fetched:
    """`size` in bytes; `downloaded` is False where the file was there already; `notice` is a sentence or None."""

    path: Path
    size: int
    sha256: str
    downloaded: bool
    notice: str | None


def fetch(model: Model, folder: Path, on_bytes: OnBytes, base_url: str = BASE_URL) -> Fetched:
    """Have a model's file in the folder and in its ledger; one there that is bad or changed is replaced.

    Interrupted at any moment, it leaves FILE.part, from which the next fetch goes on.

    Raises:
        InputError: something that is not a file is in its place.
        JobError: it cannot be fetched or written, or another process is fetching it; says how to do it by hand.
    """
    path, url = folder / model.file, f"{base_url}/{model.file}"
    if os.path.lexists(path) and not is_there(path):
        raise InputError(f"{printable(path)} is in the way: it is not a regular file; move it elsewhere.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            kept = _kept(path, folder)
            if kept is not None:
                return kept
            return _fetched(path, folder, url, on_bytes)
    except OSError as error:
        raise JobError(
            f"{printable(path)} cannot be written ({error.strerror}); set SAMANNOT_MODELS to another folder, or get "
            f"{printable(url)} by hand and give its path to --checkpoint."
        ) from error


def _kept(path: Path, folder: Path) -> Fetched | None:
    """The file that is there already, unless it is known to be no good."""
    if not is_there(path):
        return None
    verdict = verify(folder, path, accept=False)
    if verdict.state == "bad" or verdict.sha256 is None:
        return None
    return Fetched(path, path.stat().st_size, verdict.sha256, False, verdict.sentence or None)


def _fetched(path: Path, folder: Path, url: str, on_bytes: OnBytes) -> Fetched:
    partial = Partial(path)
    try:
        download(url, partial, on_bytes)
        _check_sent(url, partial)
    except JobError as error:
        raise JobError(f"{error} By hand: get {printable(url)} and put it at {printable(path)}.") from error
    size, sha256 = digest(partial.path)
    with partial.path.open("rb") as file:
        os.fsync(file.fileno())
    partial.finish()
    sync_folder(folder)
    return Fetched(path, size, sha256, True, ledger.enter(folder, path, size, sha256))


def _check_sent(url: str, partial: Partial) -> None:
    try:
        check_kind(partial.path)
    except InputError as error:
        partial.clear()
        raise JobError(f"What {printable(url)} sent is no checkpoint.") from error


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Refuse a second fetch of the same file; the lock file stays, so that all take the same one."""
    lock = path.with_name(f".{path.name}.lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise JobError(f"{path.name} is being fetched by another process already; wait for that.") from error
        yield
    finally:
        os.close(descriptor)
