"""Events: everything that ever happened to a session, one JSON line each (design sections 4 and 5).

An event is plain data in the past tense. `seq` counts from 1 without gaps, `at` is RFC 3339 UTC. An event
never changes once written; undo is an event too. A prompt and a run are named by the `seq` of the event
that made them, a mask by its record id in the mask log.
"""

from typing import Annotated, Any, Literal

import msgspec

from samannot_tui.session.plan import Plan
from samannot_tui.session.prompts import Prompt
from samannot_tui.session.schema import Schema

# Bounded, so that whatever a stranger's journal says fits the tables that are made of it.
Number = Annotated[int, msgspec.Meta(ge=0, lt=1 << 31)]
ByteCount = Annotated[int, msgspec.Meta(ge=0, lt=1 << 62)]


class Event(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True, omit_defaults=True
):
    """What every event has. `seq` and `at` are stamped by the journal.

    `step` is the undo step that the event goes on with, by the seq of its first event; None where it begins its own.
    """

    seq: int = 0
    at: str = ""
    step: Number | None = None


class LabelAdded(Event, frozen=True, kw_only=True, tag=True):
    """A label, that is one instance. IDs count from 1 in order of creation and are never reused."""

    label: Number
    name: str


class LabelRenamed(Event, frozen=True, kw_only=True, tag=True):
    label: Number
    name: str


class LabelHidden(Event, frozen=True, kw_only=True, tag=True):
    """Hidden from views (`hidden` false: shown again); never deleted."""

    label: Number
    hidden: bool


class PromptAdded(Event, frozen=True, kw_only=True, tag=True):
    """`base` is the record id of the mask under the frame's first prompt, which the prompts refine.

    `auto` is the run that handed the prompt over to the next block, None where a person gave it.
    """

    label: Number
    frame: Number
    prompt: Prompt
    base: Number | None = None
    auto: Number | None = None


class PromptRemoved(Event, frozen=True, kw_only=True, tag=True):
    """`auto` is the run that replaced what an earlier one had handed over, None where a person removed it."""

    prompt: Number
    auto: Number | None = None


class MaskPredicted(Event, frozen=True, kw_only=True, tag=True):
    """The engine's mask for a frame's prompt set: shown at once, live while all of `prompts` still are.

    Not an undo step of its own: undoing the prompt takes it away.
    """

    label: Number
    frame: Number
    record: Number
    prompts: tuple[Number, ...]


class FeatureSet(Event, frozen=True, kw_only=True, tag=True):
    """From `frame` on the label's feature has this value, until the next change."""

    label: Number
    name: str
    frame: Number
    value: str


class FeatureCleared(Event, frozen=True, kw_only=True, tag=True):
    """Removes the change made at exactly this frame; the earlier value flows on."""

    label: Number
    name: str
    frame: Number


class FeatureRemoved(Event, frozen=True, kw_only=True, tag=True):
    label: Number
    name: str


class BarrierSet(Event, frozen=True, kw_only=True, tag=True):
    frame: Number


class BarrierCleared(Event, frozen=True, kw_only=True, tag=True):
    frame: Number


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

    run: Number
    log_length: ByteCount


class RunEnded(Event, frozen=True, kw_only=True, tag=True):
    run: Number
    outcome: Literal["finished", "ended", "failed"]
    reason: str = ""


class MasksCleared(Event, frozen=True, kw_only=True, tag=True):
    """Masks of `labels` on frames `first`..`last` (both included) are gone: a person's own and "absent" too."""

    labels: tuple[Number, ...]
    first: Number
    last: Number


class MaskEdited(Event, frozen=True, kw_only=True, tag=True):
    """A person's own mask (record id): a source for every run, never overwritten by one.

    `base` is the record id of the mask that was there before; None where there was none.
    """

    label: Number
    frame: Number
    record: Number
    base: Number | None = None


class MarkedAbsent(Event, frozen=True, kw_only=True, tag=True):
    """A person says that the instance is not to be seen on frames `first`..`last` (both included).

    All of them share one record, an empty mask that is said of `first`: annotated, never overwritten by a run,
    and no source, since it holds no appearance.
    """

    label: Number
    first: Number
    last: Number
    record: Number


class UnionMask(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """On a frame where both merged labels had a mask: the record id of the union."""

    frame: Number
    record: Number


class MasksReassigned(Event, frozen=True, kw_only=True, tag=True):
    """Masks and prompts on frames `first`..`last` (both included) that belong to another instance.

    "swap": `label` and `other` exchange theirs. "merge" and "split": those of `label` become those of `other`,
    which in a split has none there. `unions` are rising by frame.
    """

    kind: Literal["swap", "merge", "split"]
    label: Number
    other: Number
    first: Number
    last: Number
    unions: tuple[UnionMask, ...] = ()


Verdict = Literal["satisfactory", "unsatisfactory"]


class JudgedMasks(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """On frames `first`..`last` the masks judged were `record`, `record + stride`, `record + 2 * stride`, ...

    A run numbers its masks so; `stride` 0 is one record for all, as "absent" has.
    """

    first: Number
    last: Number
    record: Number
    stride: Annotated[int, msgspec.Meta(gt=-(1 << 31), lt=1 << 31)] = 0


class ReviewMarked(Event, frozen=True, kw_only=True, tag=True):
    """A person's verdict on a label's frames `first`..`last` (both included). Not an undo step.

    A later mark or withdrawal wins for its frames. `masks` are the records that were looked at, rising by frame;
    frames of none had no mask. The verdict counts on a frame only while just that is live there.
    `by` is who judged. `sample` is the SampleDrawn that asked for the frame, None where the person chose it.
    """

    label: Number
    first: Number
    last: Number
    verdict: Verdict
    reason: str = ""
    by: str = ""
    masks: tuple[JudgedMasks, ...] = ()
    sample: Number | None = None


class ReviewWithdrawn(Event, frozen=True, kw_only=True, tag=True):
    """Nothing is said any more of the label's frames `first`..`last` (both included). Not an undo step."""

    label: Number
    first: Number
    last: Number
    by: str = ""


class SampledFrame(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One instance's mask on one frame, to be judged by itself."""

    frame: Number
    label: Number


class SampleDrawn(Event, frozen=True, kw_only=True, tag=True):
    """Frames drawn at random for an independent check; the same `seed` draws the same ones. Not an undo step."""

    seed: Number
    frames: tuple[SampledFrame, ...]


class SettingChanged(Event, frozen=True, kw_only=True, tag=True):
    """One of `session.settings.Settings`; not an undo step."""

    name: str
    value: Any


class SchemaAdopted(Event, frozen=True, kw_only=True, tag=True):
    """The annotation follows this schema from now on, whole: nothing depends on its file later. Not an undo step."""

    schema: Schema


class MediaRebound(Event, frozen=True, kw_only=True, tag=True):
    """The media was found again at another path (relative to the session where possible)."""

    path: str


class Exported(Event, frozen=True, kw_only=True, tag=True):
    format: str
    path: str


class Undone(Event, frozen=True, kw_only=True, tag=True):
    """The step that began with event `target` no longer counts."""

    target: Number


class Redone(Event, frozen=True, kw_only=True, tag=True):
    target: Number


class EventLost(Event, frozen=True, kw_only=True, tag=True):
    """Stands where `repair` found an event that could not be read or that made no sense any more."""


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
    | MarkedAbsent
    | MasksReassigned
    | ReviewMarked
    | ReviewWithdrawn
    | SampleDrawn
    | SettingChanged
    | SchemaAdopted
    | MediaRebound
    | Exported
    | Undone
    | Redone
    | EventLost
)
