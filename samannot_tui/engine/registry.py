"""The engines there are, by name; each is imported only when it is made."""

from samannot_tui.engine.contract import Engine
from samannot_tui.errors import InputError
from samannot_tui.text import printable

AUTO = "auto"


def engine_names() -> tuple[str, ...]:
    """Names that `make_engine` takes; "auto" picks the best engine that works on this machine."""
    return (AUTO, "flow")


def resolve_engine(name: str) -> str:
    """The name of the engine that `name` stands for: itself, or what "auto" picks on this machine.

    Raises:
        InputError: there is no such engine.
    """
    if name not in engine_names():
        raise InputError(f"There is no engine {printable(name)}; engines are {', '.join(engine_names())}.")
    return "flow" if name == AUTO else name


def make_engine(name: str) -> Engine:
    """Make an engine.

    Raises:
        InputError: there is no such engine.
    """
    resolve_engine(name)
    from samannot_tui.engine.flow.engine import FlowEngine

    return FlowEngine()
