"""`models list` and `models verify`: which checkpoint files there are, and whether they are good."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from samannot_tui.engine.models import ledger
from samannot_tui.engine.models.catalog import CATALOG, Model, Variant, model_of_file
from samannot_tui.engine.models.files import check_kind, digest, is_there
from samannot_tui.engine.models.folder import fetched_models, other_checkpoints
from samannot_tui.engine.models.machine import missing_package
from samannot_tui.engine.models.partial import Partial
from samannot_tui.errors import InputError

State = Literal["good", "unchanged", "unknown", "bad"]


@dataclass(frozen=True)
class Listed:
    """A checkpoint file that is there or could be.

    Attributes:
        model: the official model that it is by its name, or None.
        size: bytes; None where the file is not there.
        arrived: bytes of it that an unfinished fetch left.
        record: what the ledger says of it, or None.
        problem: what is wrong with it at a glance, as a sentence, or None.
    """

    model: Model | None
    path: Path
    size: int | None
    arrived: int
    record: ledger.Record | None
    problem: str | None


@dataclass(frozen=True)
class Verdict:
    """What became of checking a file.

    Attributes:
        state: "good": its weights fit a SAM 2.1 model and are as recorded (or recorded now). Without torch and
            sam2 only its bytes are compared: "unchanged", or "unknown" where nothing was recorded. Or "bad".
        variant: which model its tensors are, where they were looked at.
        sha256: hex digits, or None where the file cannot be read.
        sentence: what is wrong or was not done; empty where all is well.
    """

    path: Path
    state: State
    variant: Variant | None
    sha256: str | None
    sentence: str


def listing(folder: Path) -> list[Listed]:
    """The official models, then what else lies in the folder."""
    paths = [*(folder / model.file for model in CATALOG.values()), *other_checkpoints(folder)]
    return [_listed(folder, path) for path in paths]


def _listed(folder: Path, path: Path) -> Listed:
    model, arrived = model_of_file(path.name), Partial(path).length
    if not is_there(path):
        return Listed(model, path, None, arrived, None, None)
    size, record = path.stat().st_size, ledger.known(folder, path)
    problem = None
    try:
        check_kind(path)
        if record is not None and record.size != size:
            problem = ledger.changed(path)
    except InputError as error:
        problem = str(error)
    return Listed(model, path, size, arrived, record, problem)


def checkpoints_in(folder: Path) -> list[Path]:
    """The checkpoint files that are in the folder."""
    return [*(folder / model.file for model in fetched_models(folder)), *other_checkpoints(folder)]


def verify(folder: Path, path: Path, *, accept: bool) -> Verdict:
    """Check a file as far as can be done here; never fails.

    Args:
        folder: the models folder, for its ledger.
        accept: record the file as it is now, if its weights are good, whatever was recorded before.
    """
    missing = missing_package()
    try:
        return _verify_bytes(folder, path, missing) if missing else _verify_weights(folder, path, accept=accept)
    except InputError as error:
        return Verdict(path, "bad", None, None, str(error))


def _verify_weights(folder: Path, path: Path, *, accept: bool) -> Verdict:
    from samannot_tui.engine.sam2.checkpoint import inspect_checkpoint

    checkpoint = inspect_checkpoint(path)
    settle = ledger.enter if accept else ledger.confirm
    try:
        notice = settle(folder, path, checkpoint.size, checkpoint.sha256)
    except InputError as error:
        return Verdict(path, "bad", checkpoint.variant, checkpoint.sha256, str(error))
    return Verdict(path, "good", checkpoint.variant, checkpoint.sha256, notice or "")


def _verify_bytes(folder: Path, path: Path, missing: str) -> Verdict:
    check_kind(path)
    size, sha256 = digest(path)
    record = ledger.known(folder, path)
    only = f"Only its checksum was looked at, because {missing} is not installed."
    if record is None:
        return Verdict(path, "unknown", None, sha256, f"{only} There is none from before to compare it with.")
    if (record.size, record.sha256) != (size, sha256):
        return Verdict(path, "bad", None, sha256, ledger.changed(path))
    return Verdict(path, "unchanged", None, sha256, only)
