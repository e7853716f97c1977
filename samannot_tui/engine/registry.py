"""The engines there are, by name; which one works here; each is imported only when it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from samannot_tui.engine.contract import Engine
from samannot_tui.engine.models.catalog import CATALOG, model_of_file
from samannot_tui.engine.models.folder import fetched_models, find_checkpoint, models_folder, other_checkpoints
from samannot_tui.engine.models.machine import has_nvidia_gpu, missing_package
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.errors import InputError
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.paths import decode_path, encode_path
from samannot_tui.text import printable

AUTO = "auto"
INSTALL = '`pip install "samannot-tui[sam2]"`'
FETCH = "`samannot-tui models fetch tiny`"


@dataclass(frozen=True)
class Resolved:
    """An engine that can be made here.

    Attributes:
        spec: with an engine's own name, and for sam2 the path of a checkpoint file that is there.
        reason: which engine, and why if it is not the better one, in a few words for a status line.
        sentence: the same for a notice, with what to do about it.
    """

    spec: EngineSpec
    reason: str
    sentence: str


def engine_names() -> tuple[str, ...]:
    """Names that `resolve` takes; "auto" is SAM 2 where it can run, else flow."""
    return (AUTO, "sam2", "flow")


def resolve(spec: EngineSpec) -> Resolved:
    """What `spec` stands for on this machine. Quick: imports no engine.

    Raises:
        InputError: there is no such engine, or it was named and cannot run here.
    """
    if spec.engine not in engine_names():
        raise InputError(f"There is no engine {printable(spec.engine)}; engines are {', '.join(engine_names())}.")
    if spec.engine == "flow":
        return _flow("flow", "The flow engine makes the masks; it needs no checkpoint.")
    missing = missing_package()
    if missing is not None:
        why = f"SAM 2 needs the package {missing}, which is not installed: {INSTALL}."
        return _otherwise(spec, f"flow: no {missing}", InputError(why))
    try:
        path = _checkpoint(spec)
    except InputError as error:
        return _otherwise(spec, "flow: no checkpoint file", error)
    model = model_of_file(path.name)
    reason = f"sam2 {model.name if model else printable(path.name)}"
    found = msgspec.structs.replace(spec, engine="sam2", checkpoint=encode_path(path))
    return Resolved(found, reason, f"SAM 2 makes the masks, with the checkpoint {printable(path)}.")


def resolve_recorded(info: EngineInfo, checkpoints: Sequence[str]) -> EngineSpec:
    """The engine that made a recorded result, as far as this machine has it; what it says of itself may differ.

    Args:
        checkpoints: where its weights may be, as the setting of that name, likeliest first; where none of them is
            there, the official file of its variant counts.

    Raises:
        InputError: it cannot run here, or a journal tells nonsense of it.
    """
    fields: dict[str, object] = {"engine": info.name}
    fields |= {name: info.settings[name] for name in ("image_size", "precision", "threads") if name in info.settings}
    try:
        spec = msgspec.convert(fields, EngineSpec)
    except msgspec.ValidationError as error:
        raise InputError(f"The journal names an engine that cannot be made: {printable(error)}.") from error
    official = next((model.name for model in CATALOG.values() if model.variant == info.settings.get("variant")), None)
    found = next(filter(_is_found, checkpoints), official or next(iter(checkpoints), None))
    return resolve(msgspec.structs.replace(spec, checkpoint=found)).spec


def _is_found(checkpoint: str) -> bool:
    try:
        find_checkpoint(checkpoint)
    except InputError:
        return False
    return True


def _checkpoint(spec: EngineSpec) -> Path:
    """The checkpoint that is asked for; else the most accurate that the machine runs well, of those that are there."""
    if spec.checkpoint is not None:
        return find_checkpoint(spec.checkpoint)
    folder = models_folder()
    files = [folder / model.file for model in fetched_models(folder)] or other_checkpoints(folder)
    if not files:
        raise InputError(
            f"SAM 2 needs a checkpoint file and {printable(folder)} holds none: run {FETCH} "
            f"(about {CATALOG['tiny'].megabytes} MB)."
        )
    return files[-1] if len(files) > 1 and has_nvidia_gpu() else files[0]


def _otherwise(spec: EngineSpec, reason: str, error: InputError) -> Resolved:
    """Flow in place of SAM 2 where that was not asked for by name."""
    if spec.engine != AUTO:
        raise error
    return _flow(reason, f"The flow engine makes the masks. {error}")


def _flow(reason: str, sentence: str) -> Resolved:
    # What is set for SAM 2 makes no difference here.
    return Resolved(EngineSpec("flow"), reason, sentence)


def make_engine(spec: EngineSpec) -> Engine:
    """Make the engine of a spec that `resolve` gave. SAM 2 loads its model here, which takes seconds.

    Raises:
        InputError: the checkpoint is no good.
        JobError: the model does not fit into the device's memory.
    """
    if spec.engine == "flow":
        from samannot_tui.engine.flow.engine import FlowEngine

        return FlowEngine()
    assert spec.engine == "sam2" and spec.checkpoint is not None, "the spec is resolved"
    from samannot_tui.engine.sam2.engine import Sam2Engine

    path = decode_path(spec.checkpoint)
    return Sam2Engine(path, spec.image_size, spec.precision, spec.feature_cache_mib, spec.threads)
