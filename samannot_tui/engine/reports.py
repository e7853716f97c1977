"""What a Runner tells its listener. Sentences are safe to show as they are, without markup."""

from dataclasses import dataclass
from typing import Literal

from samannot_tui.session.events import EngineInfo
from samannot_tui.session.plan import Plan


@dataclass(frozen=True)
class Ready:
    """The engine's process is up and its model loaded."""

    engine: EngineInfo


@dataclass(frozen=True)
class Released:
    """The engine's process has gone; it starts again when it is needed."""


@dataclass(frozen=True)
class Started:
    """A run has begun; its plan names what is left alone. `number` counts the runs of one request from 1."""

    run: int
    plan: Plan
    number: int = 1


@dataclass(frozen=True)
class Progressed:
    """`done` of `total` frames are tracked and safely on disk; `seconds_left` is None while unknown."""

    done: int
    total: int
    seconds_left: float | None


@dataclass(frozen=True)
class Paused:
    pass


@dataclass(frozen=True)
class Resumed:
    pass


@dataclass(frozen=True)
class Ended:
    """A run is over. `reason` is a sentence, empty when it finished."""

    outcome: Literal["finished", "ended", "failed"]
    reason: str = ""


@dataclass(frozen=True)
class Stale:
    """Blocks (numbers from 0) that had gone on from what the run before this report replaced."""

    blocks: tuple[int, ...]


@dataclass(frozen=True)
class PredictionPending:
    frame: int
    label: int


@dataclass(frozen=True)
class PredictionDone:
    """Nothing more is computed for this cell; its mask, if there is one, came as a MaskPredicted event."""

    frame: int
    label: int


@dataclass(frozen=True)
class Failed:
    """What was asked for could not be done, and why."""

    sentence: str


@dataclass(frozen=True)
class Notice:
    sentence: str


RunnerEvent = (
    Ready
    | Released
    | Started
    | Progressed
    | Paused
    | Resumed
    | Ended
    | Stale
    | PredictionPending
    | PredictionDone
    | Failed
    | Notice
)
