"""What commands on masks mean: a person's edits, absences, clearing, and masks that belong to another instance."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from samannot_tui.errors import InputError
from samannot_tui.masks.index import IndexRow, RecordSource
from samannot_tui.masks.log import MaskLog, NewMask, SourceName
from samannot_tui.masks.rle import Rle, encode, union
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent, UnionMask
from samannot_tui.session.situation import Situation, frames_in_words, names_of, require_frames, require_label

# Any logit <= 0 says "absent"; SAM 2 gives about this where it is sure.
ABSENT_SCORE = -10.0
UNIONS_AT_A_TIME = 256

MaskCommand = cmd.ClearMasks | cmd.EditMask | cmd.MarkAbsent | cmd.ReassignMasks


def decide_mask(command: MaskCommand, now: Situation) -> AnyEvent:
    """As `decide.decide`, for commands on masks."""
    match command:
        case cmd.ClearMasks():
            return _clear(command, now)
        case cmd.EditMask(label=label, frame=frame, record=record):
            require_label(label, now.state)
            if require_record(record, frame, label, now).source != RecordSource.EDITED:
                raise InputError(f"Mask record {record} was not made by a person.")
            return ev.MaskEdited(label=label, frame=frame, record=record, base=present_mask(frame, label, now))
        case cmd.MarkAbsent():
            return _mark_absent(command, now)
        case cmd.ReassignMasks():
            return _reassign(command, now)


def require_record(record: int, frame: int, label: int, now: Situation) -> IndexRow:
    """The record's row.

    Raises:
        InputError: there is no such record, or it was made for another cell.
    """
    if not 1 <= record <= now.live.index.count:
        raise InputError(f"There is no mask record {record}.")
    row = now.live.index.row(record)
    if (row.frame, row.label) != (frame, label):
        raise InputError(f"Mask record {record} belongs to frame {row.frame}, label {row.label}.")
    return row


def present_mask(frame: int, label: int, now: Situation) -> int | None:
    """The live record; None where there is none or the instance is absent."""
    return now.live.record(frame, label) if now.live.is_present(frame, label) else None


def _clear(command: cmd.ClearMasks, now: Situation) -> AnyEvent:
    first, last = command.first, command.last
    for label in command.labels:
        require_label(label, now.state)
    require_frames(first, last, now)
    if not any(within(now.live.frames(label), first, last) for label in command.labels):
        raise InputError(f"There is no mask to clear on {frames_in_words(first, last)}.")
    return ev.MasksCleared(labels=command.labels, first=first, last=last)


def _mark_absent(command: cmd.MarkAbsent, now: Situation) -> AnyEvent:
    label, first, last = command.label, command.first, command.last
    require_label(label, now.state)
    require_frames(first, last, now)
    nothing = encode(np.zeros((now.manifest.height, now.manifest.width), np.bool_))
    (record,) = _log(now).append([_new_mask(first, label, nothing, ABSENT_SCORE, 1.0, "edited")])
    return ev.MarkedAbsent(label=label, first=first, last=last, record=record)


def _reassign(command: cmd.ReassignMasks, now: Situation) -> AnyEvent:
    check_reassign(command, now)
    kind, label, other, first, last = command.kind, command.label, command.other, command.first, command.last
    unions = tuple(_unions(command, now)) if kind == "merge" else ()
    return ev.MasksReassigned(kind=kind, label=label, other=other, first=first, last=last, unions=unions)


def check_reassign(command: cmd.ReassignMasks, now: Situation) -> None:
    """Raises:
    InputError: the command would be refused.
    """
    kind, label, other, first, last = command.kind, command.label, command.other, command.first, command.last
    for each in (label, other):
        require_label(each, now.state)
    if label == other:
        raise InputError(f"To {kind} takes two labels; {names_of([label], now.state)} is one.")
    require_frames(first, last, now)
    _require_no_run_of((label, other), now)
    mine, others = _has_anything(label, first, last, now), _has_anything(other, first, last, now)
    where = frames_in_words(first, last)
    if not mine and (kind != "swap" or not others):
        which = names_of([label], now.state) if kind != "swap" else names_of([label, other], now.state)
        raise InputError(f"There is no mask or prompt of {which} on {where}.")
    if kind == "split" and others:
        raise InputError(
            f"{names_of([other], now.state)} has masks or prompts on {where} already; "
            "split into a label without any, or merge."
        )


def check_split_off(label: int, first: int, last: int, now: Situation) -> None:
    """Raises:
    InputError: there is nothing there to split off the label.
    """
    require_label(label, now.state)
    require_frames(first, last, now)
    _require_no_run_of((label,), now)
    if not _has_anything(label, first, last, now):
        where = frames_in_words(first, last)
        raise InputError(f"There is no mask or prompt of {names_of([label], now.state)} on {where}.")


def _require_no_run_of(labels: tuple[int, ...], now: Situation) -> None:
    run = now.state.active_run
    planned = {each.label for sweep in run.plan.passes for each in sweep.labels} if run else set()
    if busy := sorted(planned & set(labels)):
        raise InputError(f"A run of {names_of(busy, now.state)} is going on; end it, or wait for it, then do this.")


def _has_anything(label: int, first: int, last: int, now: Situation) -> bool:
    return bool(within(now.live.frames(label), first, last) or within(now.state.prompted_frames(label), first, last))


def within(frames: npt.ArrayLike, first: int, last: int) -> list[int]:
    """Those of rising frames that lie from `first` to `last`."""
    rising = np.asarray(frames, np.intp)
    start, end = np.searchsorted(rising, (first, last + 1))
    return [int(frame) for frame in rising[start:end]]


def _unions(command: cmd.ReassignMasks, now: Situation) -> Iterator[UnionMask]:
    """Write the unions of the masks on frames where both labels have one."""
    both = [
        frame
        for frame in within(now.live.frames(command.label), command.first, command.last)
        if now.live.is_present(frame, command.label) and now.live.is_present(frame, command.other)
    ]
    log = _log(now)
    # In parts: the masks of a long video do not fit into memory.
    for start in range(0, len(both), UNIONS_AT_A_TIME):
        part = both[start : start + UNIONS_AT_A_TIME]
        records = log.append([_united(frame, command, now) for frame in part])
        yield from map(UnionMask, part, records)


def _united(frame: int, command: cmd.ReassignMasks, now: Situation) -> NewMask:
    """A person's where either was, else an engine's as before: uniting makes no pixel that was not there."""
    ids = [now.live.record(frame, label) or 0 for label in (command.label, command.other)]
    masks = [_log(now).read(record) for record in ids]
    made_by: set[SourceName] = {mask.source for mask in masks}
    source: SourceName = "edited" if "edited" in made_by else "prompted" if "prompted" in made_by else "propagated"
    score, quality = max(mask.object_score for mask in masks), min(mask.quality for mask in masks)
    return _new_mask(frame, command.other, union([mask.rle for mask in masks]), score, quality, source)


def _new_mask(frame: int, label: int, rle: Rle, score: float, quality: float, source: SourceName) -> NewMask:
    return NewMask(frame=frame, label=label, rle=rle, object_score=score, quality=quality, source=source, run=None)


def _log(now: Situation) -> MaskLog:
    if now.masks is None:
        raise InputError("There are no masks before the session is made.")
    return now.masks
