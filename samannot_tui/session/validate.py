"""What must hold of any event whatever came before it: an opened session may be a stranger's."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from samannot_tui.masks.rle import check_filled
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.manifest import Manifest
from samannot_tui.session.paths import decode_path
from samannot_tui.session.plan import Plan
from samannot_tui.session.prompts import BoxPrompt, MaskPrompt, PointPrompt, Prompt

MAX_LABELS = 255
_OF_A_RANGE = ev.MasksCleared | ev.MarkedAbsent | ev.MasksReassigned | ev.ReviewMarked | ev.ReviewWithdrawn


def check_event(event: AnyEvent, seq: int, manifest: Manifest) -> None:
    """Check an event read from line `seq` of a journal.

    Raises:
        ValueError: it cannot be the event of that line in this session.
    """
    if event.seq != seq:
        raise ValueError(f"it is numbered {event.seq}, not {seq}")
    for label in (getattr(event, "label", 1), getattr(event, "other", 1)):
        if not 1 <= label <= MAX_LABELS:
            raise ValueError(f"label {label} is not from 1 to {MAX_LABELS}")
    frames = [getattr(event, "frame", 0)]
    if isinstance(event, _OF_A_RANGE):
        frames = [event.first, event.last]
        if event.first > event.last:
            raise ValueError(f"frames {event.first} to {event.last} are no range")
    if isinstance(event, ev.MasksReassigned):
        _check_reassigned(event)
    if isinstance(event, ev.Imported):
        _check_imported(event)
    if isinstance(event, ev.ReviewMarked):
        _check_judged(event)
    if isinstance(event, ev.SampleDrawn):
        frames = [each.frame for each in event.frames]
    if isinstance(event, ev.RunStarted):
        frames = list(_frames_planned(event.plan))
    if any(not 0 <= frame < manifest.frame_count for frame in frames):
        raise ValueError(f"it names a frame outside 0 to {manifest.frame_count - 1}")
    if isinstance(event, ev.MediaRebound):
        decode_path(event.path)
    if isinstance(event, ev.PromptAdded):
        _check_prompt(event.prompt, manifest)


def check_named(event: AnyEvent, history: Sequence[AnyEvent]) -> None:
    """Check that an event goes on with, or takes back, what there is: an undone one too, which the fold passes over.

    Args:
        history: the events before it at least, EventLost in the place of a lost one.

    Raises:
        ValueError: the event that it names comes later, or is of another kind.
    """
    match event:
        case ev.RunProgressed(run=named) | ev.RunEnded(run=named):
            kind: type[AnyEvent] = ev.RunStarted
        case ev.PromptRemoved(prompt=named):
            kind = ev.PromptAdded
        case _:
            return
    if not (1 <= named < event.seq and isinstance(history[named - 1], (kind, ev.EventLost))):
        raise ValueError(f"it names event {named}, which is no {kind.__name__} before it")


def _frames_planned(plan: Plan) -> Iterator[int]:
    yield plan.start
    for sweep in plan.passes:
        if sweep.first > sweep.last:
            raise ValueError(f"frames {sweep.first} to {sweep.last} are no range")
        yield from (sweep.first, sweep.last)
        if sweep.ahead is not None:
            yield sweep.ahead


def _check_reassigned(event: ev.MasksReassigned) -> None:
    if event.label == event.other:
        raise ValueError(f"it gives label {event.label} to itself")
    if any(not event.first <= union.frame <= event.last for union in event.unions):
        raise ValueError("it unites masks outside its frames")


def _check_imported(event: ev.Imported) -> None:
    if any(not 1 <= label <= MAX_LABELS for label in event.labels):
        raise ValueError(f"it names a label that is not from 1 to {MAX_LABELS}")
    ends = [end for span in event.records for end in (span.first - 1, span.last)]
    if any(first > last for first, last in pairwise(ends)):
        raise ValueError("its mask records do not rise")


def _check_judged(event: ev.ReviewMarked) -> None:
    free = event.first
    for judged in event.masks:
        if not free <= judged.first <= judged.last <= event.last:
            raise ValueError("its masks are not those of its frames")
        if _last_record(judged) < 1 or judged.record < 1:
            raise ValueError("a mask that it judges has no number")
        free = judged.last + 1


def _last_record(judged: ev.JudgedMasks) -> int:
    return judged.record + judged.stride * (judged.last - judged.first)


def _check_prompt(prompt: Prompt, manifest: Manifest) -> None:
    if not is_finite(prompt):
        raise ValueError("its coordinates are not finite numbers")
    if isinstance(prompt, MaskPrompt):
        if prompt.rle.size != (manifest.height, manifest.width):
            raise ValueError("its mask has another size than the video")
        check_filled(prompt.rle)


def records_named(event: AnyEvent) -> Iterator[int]:
    """Ids of the mask records that an event counts on; those of a run are known by their run instead."""
    match event:
        case ev.MaskPredicted(record=record) | ev.MarkedAbsent(record=record):
            yield record
        case ev.MaskEdited(record=record, base=base):
            yield from (record,) if base is None else (record, base)
        case ev.MasksReassigned(unions=unions):
            yield from (union.record for union in unions)
        case ev.Imported(records=spans):
            yield from (span.last for span in spans)
        case ev.ReviewMarked(masks=masks):
            yield from (max(judged.record, _last_record(judged)) for judged in masks)
        case ev.PromptAdded(base=int(base)):
            yield base
        case ev.RunStarted(plan=plan):
            planned = (each for sweep in plan.passes for each in sweep.labels)
            yield from (source.record for each in planned for source in each.sources if source.record is not None)


def is_finite(prompt: Prompt) -> bool:
    """Whether all coordinates are finite numbers."""
    match prompt:
        case PointPrompt(x=x, y=y):
            return math.isfinite(x) and math.isfinite(y)
        case BoxPrompt():
            return all(map(math.isfinite, (prompt.x0, prompt.y0, prompt.x1, prompt.y1)))
        case _:
            return True
