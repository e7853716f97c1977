"""Events: everything that ever happened to a session, one JSON line each (design sections 4 and 5).

An event is plain data in the past tense. `seq` counts from 1 without gaps, `at` is RFC 3339 UTC. An event
never changes once written; undo is an event too. A prompt and a run are named by the `seq` of the event
that made them, a mask by its record id in the mask log.
"""

from typing import Any, Literal

import msgspec

from samannot_tui.session.plan import Plan
from samannot_tui.session.prompts import Prompt


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """What every event has. `seq` and `at` are stamped by the journal."""

    seq: int = 0
    at: str = ""


class LabelAdded(Event, frozen=True, kw_only=True, tag=True):
    """A label, that is one instance. IDs count from 1 in order of creation and are never reused."""

    label: int
    name: str


class LabelRenamed(Event, frozen=True, kw_only=True, tag=True):
    label: int
    name: str


class LabelHidden(Event, frozen=True, kw_only=True, tag=True):
    """Hidden from views (`hidden` false: shown again); never deleted."""

    label: int
    hidden: bool


class PromptAdded(Event, frozen=True, kw_only=True, tag=True):
    """`base` is the record id of the mask under the frame's first prompt, which the prompts refine."""

    label: int
    frame: int
    prompt: Prompt
    base: int | None = None


class PromptRemoved(Event, frozen=True, kw_only=True, tag=True):
    prompt: int


class MaskPredicted(Event, frozen=True, kw_only=True, tag=True):
    """The engine's mask for a frame's prompt set: shown at once, live while all of `prompts` still are.

    Not an undo step of its own: undoing the prompt takes it away.
    """

    label: int
    frame: int
    record: int
    prompts: tuple[int, ...]


class FeatureSet(Event, frozen=True, kw_only=True, tag=True):
    """From `frame` on the label's feature has this value, until the next change."""

    label: int
    name: str
    frame: int
    value: str


class FeatureCleared(Event, frozen=True, kw_only=True, tag=True):
    """Removes the change made at exactly this frame; the earlier value flows on."""

    label: int
    name: str
    frame: int


class FeatureRemoved(Event, frozen=True, kw_only=True, tag=True):
    label: int
    name: str


class BarrierSet(Event, frozen=True, kw_only=True, tag=True):
    frame: int


class BarrierCleared(Event, frozen=True, kw_only=True, tag=True):
    frame: int


class EngineInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which engine made a result: enough to run it again elsewhere and to see that it is another one."""

    name: str
    version: str
    settings: dict[str, Any] = {}
    weights_sha256: str | None = None


class RunStarted(Event, frozen=True, kw_only=True, tag=True):
    """A propagation, its plan frozen; the run's id is this event's `seq`. One undo step."""

    plan: Plan
    engine: EngineInfo


class RunProgressed(Event, frozen=True, kw_only=True, tag=True):
    """The run's records below `log_length` bytes of the mask log are safely on disk, so they are live."""

    run: int
    log_length: int


class RunEnded(Event, frozen=True, kw_only=True, tag=True):
    run: int
    outcome: Literal["finished", "ended", "failed"]
    reason: str = ""


class MasksCleared(Event, frozen=True, kw_only=True, tag=True):
    """Masks of `labels` on frames `first`..`last` (both included) are gone."""

    labels: tuple[int, ...]
    first: int
    last: int


class MaskEdited(Event, frozen=True, kw_only=True, tag=True):
    """A person's own mask (record id): a source for every run, never overwritten by one."""

    label: int
    frame: int
    record: int


class SettingChanged(Event, frozen=True, kw_only=True, tag=True):
    """One of `session.settings.Settings`; not an undo step."""

    name: str
    value: Any


class MediaRebound(Event, frozen=True, kw_only=True, tag=True):
    """The media was found again at another path (relative to the session where possible)."""

    path: str


class Exported(Event, frozen=True, kw_only=True, tag=True):
    format: str
    path: str


class Undone(Event, frozen=True, kw_only=True, tag=True):
    """The step that began with event `target` no longer counts."""

    target: int


class Redone(Event, frozen=True, kw_only=True, tag=True):
    target: int


AnyEvent = (
    LabelAdded
    | LabelRenamed
    | LabelHidden
    | PromptAdded
    | PromptRemoved
    | MaskPredicted
    | FeatureSet
    | FeatureCleared
    | FeatureRemoved
    | BarrierSet
    | BarrierCleared
    | RunStarted
    | RunProgressed
    | RunEnded
    | MasksCleared
    | MaskEdited
    | SettingChanged
    | MediaRebound
    | Exported
    | Undone
    | Redone
)
