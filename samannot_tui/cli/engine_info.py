"""Which engine made the masks, as commands print it."""

from typing import Any

from samannot_tui.session.events import EngineInfo
from samannot_tui.text import printable

CPU = "cpu"


def engine_json(engine: EngineInfo) -> dict[str, Any]:
    """`variant` is null for an engine that has but one."""
    return {"name": engine.name, "variant": engine.settings.get("variant"), "device": _device(engine)}


def engine_words(engine: EngineInfo) -> str:
    """For people: `sam2 tiny on cuda (NVIDIA H100 80GB HBM3, bf16)`."""
    settings = engine.settings
    name = " ".join([engine.name, *filter(None, [settings.get("variant")])])
    details = ", ".join(filter(None, [settings.get("device_name"), settings.get("precision")]))
    return printable(f"{name} on {_device(engine)}{f' ({details})' if details else ''}")


def _device(engine: EngineInfo) -> str:
    """What an engine that says nothing of it runs on is the processor."""
    return str(engine.settings.get("device", CPU))
