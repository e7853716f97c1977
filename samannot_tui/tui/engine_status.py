"""What computes, as the screen shows it: which engine and why, and whether it is up."""

from dataclasses import dataclass, replace
from typing import Literal

from samannot_tui.engine import reports as news
from samannot_tui.session.events import EngineInfo

Phase = Literal["unknown", "refused", "resting", "loading", "ready", "asleep", "failed"]


@dataclass(frozen=True)
class Chosen:
    """Another engine is to be used; `reason` is that of `engine.registry.Resolved`."""

    reason: str


@dataclass(frozen=True)
class Refused:
    """The engine that the settings name cannot run here."""

    engine: str


@dataclass(frozen=True)
class Loading:
    """The engine's process starts; its model is being loaded."""


EngineNews = Chosen | Refused | Loading


@dataclass(frozen=True)
class EngineStatus:
    """`reason` says which engine, and why if it is not the better one; `device`, `info` are known once it is ready."""

    phase: Phase = "unknown"
    reason: str = ""
    device: str = ""
    info: EngineInfo | None = None

    @property
    def name(self) -> str:
        """The engine without the why."""
        return self.reason.partition(":")[0]

    @property
    def words(self) -> str:
        """For the status line; empty where the engine is not known yet."""
        match self.phase:
            case "ready" if self.device:
                return f"{self.reason} on {self.device}"
            case "asleep":
                return f"{self.name} asleep"
            case "failed":
                return f"{self.name} did not start"
            case "refused":
                return f"{self.name} cannot run here"
            case _:
                return self.reason

    @property
    def alert(self) -> str:
        """What the person must not miss: why a mask is slow to come or will not come. Empty where all is well."""
        match self.phase:
            case "loading":
                return f"loading {self.name}"
            case "refused" | "failed":
                return "no engine"
            case _:
                return ""


def status_after(status: EngineStatus, event: news.RunnerEvent | EngineNews) -> EngineStatus:
    """The status once `event` has happened."""
    match event:
        case Chosen(reason):
            return EngineStatus("resting", reason)
        case Refused(engine):
            return EngineStatus("refused", engine)
        case Loading():
            return replace(status, phase="loading")
        case news.Ready(engine):
            return replace(status, phase="ready", device=str(engine.settings.get("device", "")), info=engine)
        case news.Released() | news.Failed() if status.phase == "loading":
            return replace(status, phase="failed")
        case news.Released() if status.phase == "ready":
            return replace(status, phase="asleep")
        case _:
            return status
