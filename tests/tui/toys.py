"""The app with the toy engine of `tests.engine.toy` in the place of those that there really are."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from samannot_tui.engine.registry import Resolved
from samannot_tui.engine.reports import RunnerEvent
from samannot_tui.engine.runner import Runner
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.errors import InputError
from samannot_tui.session.store import Session
from samannot_tui.tui import client as client_module
from tests.engine.studio import TOY_COMMAND

NO_TORCH = "SAM 2 needs the package torch, which is not installed."


def resolve_to_toys(spec: EngineSpec) -> Resolved:
    """As on a machine with a GPU and the checkpoint tiny: sam2 runs with that, and is refused without."""
    if spec.engine == "flow":
        return Resolved(msgspec.structs.replace(spec, engine="toy"), "flow", "The flow engine makes the masks.")
    if spec.checkpoint != "tiny":
        raise InputError(NO_TORCH)
    toy = msgspec.structs.replace(spec, engine="toy:device=cuda")
    return Resolved(toy, "sam2 tiny", "SAM 2 makes the masks.")


def toy_runner(session: Session, spec: EngineSpec, listener: Callable[[RunnerEvent], None]) -> Runner:
    return Runner(session, session.media_file(), spec, listener, TOY_COMMAND)


def hold_runs(monkeypatch: pytest.MonkeyPatch, gate: Path) -> None:
    """Have the next runner's runs wait before frame 3 until `gate` is there."""

    def holding(session: Session, spec: EngineSpec, listener: Callable[[RunnerEvent], None]) -> Runner:
        return toy_runner(session, msgspec.structs.replace(spec, engine=f"toy:hold=3,gate={gate}"), listener)

    monkeypatch.setattr(client_module, "make_runner", holding)


def use_toys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "resolve", resolve_to_toys)
    monkeypatch.setattr(client_module, "make_runner", toy_runner)
