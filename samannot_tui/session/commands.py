"""Commands: what a person or a script asks of a session. Plain data; `decide` turns one into events."""

from typing import Any, Literal

import msgspec

from samannot_tui.session.events import EngineInfo, Verdict
from samannot_tui.session.plan import Plan
from samannot_tui.session.prompts import Prompt
from samannot_tui.session.schema import Schema


class Command(msgspec.Struct, frozen=True, tag_field="command"):
    """What every command is."""


class AddLabel(Command, frozen=True, tag=True):
    name: str


class RenameLabel(Command, frozen=True, tag=True):
    label: int
    name: str


class HideLabel(Command, frozen=True, tag=True):
    label: int
    hidden: bool


class AddPrompt(Command, frozen=True, tag=True):
    """`auto` is the run that hands the prompt over, see PromptAdded."""

    label: int
    frame: int
    prompt: Prompt
    auto: int | None = None


class RemovePrompt(Command, frozen=True, tag=True):
    """`prompt` is the seq of its PromptAdded; `auto` the run that replaces it, see PromptRemoved."""

    prompt: int
    auto: int | None = None


class AddPrediction(Command, frozen=True, tag=True):
    """The engine's mask (a record already in the mask log) for exactly the prompts that it saw."""

    label: int
    frame: int
    record: int
    prompts: tuple[int, ...]


class CopyPrompts(Command, frozen=True, tag=True):
    """Give `labels` their prompts of frame `source` on frame `target` too, beside those that they have there."""

    labels: tuple[int, ...]
    source: int
    target: int


class SetFeature(Command, frozen=True, tag=True):
    label: int
    name: str
    frame: int
    value: str


class ClearFeature(Command, frozen=True, tag=True):
    label: int
    name: str
    frame: int


class RemoveFeature(Command, frozen=True, tag=True):
    label: int
    name: str


class SetBarrier(Command, frozen=True, tag=True):
    frame: int


class SetBarriers(Command, frozen=True, tag=True):
    """Several barriers as one undo step; frames that are barriers already stay so."""

    frames: tuple[int, ...]


class ClearBarrier(Command, frozen=True, tag=True):
    frame: int


class StartRun(Command, frozen=True, tag=True):
    plan: Plan
    engine: EngineInfo


class ProgressRun(Command, frozen=True, tag=True):
    run: int
    log_length: int


class EndRun(Command, frozen=True, tag=True):
    run: int
    outcome: Literal["finished", "ended", "failed"]
    reason: str = ""


class ClearMasks(Command, frozen=True, tag=True):
    """Take masks away, whoever made them: a model, or a person, "absent" included. Prompts stay."""

    labels: tuple[int, ...]
    first: int
    last: int


class EditMask(Command, frozen=True, tag=True):
    """`record` is already in the mask log, with source "edited"."""

    label: int
    frame: int
    record: int


class MarkAbsent(Command, frozen=True, tag=True):
    label: int
    first: int
    last: int


class ReassignMasks(Command, frozen=True, tag=True):
    """See MasksReassigned; what lies outside `first`..`last` and every other label stay as they are."""

    kind: Literal["swap", "merge", "split"]
    label: int
    other: int
    first: int
    last: int


class SplitOff(Command, frozen=True, tag=True):
    """A split into a label that is made for it, as one undo step."""

    label: int
    name: str
    first: int
    last: int


class MarkReview(Command, frozen=True, tag=True):
    """Judge a label's masks as they are now; see ReviewMarked."""

    label: int
    first: int
    last: int
    verdict: Verdict
    reason: str = ""
    by: str = ""
    sample: int | None = None


class WithdrawReview(Command, frozen=True, tag=True):
    label: int
    first: int
    last: int
    by: str = ""


class DrawSample(Command, frozen=True, tag=True):
    """Choose `count` of the annotated frames of all labels at random; the same seed chooses the same."""

    count: int
    seed: int


class ChangeSetting(Command, frozen=True, tag=True):
    name: str
    value: Any


class AdoptSchema(Command, frozen=True, tag=True):
    schema: Schema


class RebindMedia(Command, frozen=True, tag=True):
    path: str


class RecordExport(Command, frozen=True, tag=True):
    format: str
    path: str


class Undo(Command, frozen=True, tag=True):
    """Undo the latest step that still counts."""


class Redo(Command, frozen=True, tag=True):
    """Bring the step undone last back, as long as nothing new was done since."""


OneEventCommand = (
    AddLabel
    | RenameLabel
    | HideLabel
    | AddPrompt
    | RemovePrompt
    | AddPrediction
    | SetFeature
    | ClearFeature
    | RemoveFeature
    | SetBarrier
    | ClearBarrier
    | StartRun
    | ProgressRun
    | EndRun
    | ClearMasks
    | EditMask
    | MarkAbsent
    | ReassignMasks
    | MarkReview
    | WithdrawReview
    | DrawSample
    | ChangeSetting
    | AdoptSchema
    | RebindMedia
    | RecordExport
    | Undo
    | Redo
)
# The others lead to several events, which are one undo step.
AnyCommand = OneEventCommand | CopyPrompts | SetBarriers | SplitOff
