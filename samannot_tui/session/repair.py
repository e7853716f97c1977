"""Save what is good of a damaged session into a new one: lost are only the lines that cannot be read."""

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from samannot_tui.appendlog import open_regular, seal, unseal
from samannot_tui.errors import InputError
from samannot_tui.masks.log import check_record, lost_line
from samannot_tui.session.events import (
    AnyEvent,
    EventLost,
    Imported,
    LabelAdded,
    MediaRebound,
    RunProgressed,
    RunStarted,
)
from samannot_tui.session.journal import first_contradiction
from samannot_tui.session.manifest import Manifest, read_manifest
from samannot_tui.session.paths import decode_path, relative_to_session
from samannot_tui.session.store import make_folder
from samannot_tui.session.validate import check_event, check_named, records_named
from samannot_tui.text import printable

LONGEST_GAP = 100_000


@dataclass(frozen=True)
class Repaired:
    """How many events and masks could be kept, and how many are lost."""

    events: int
    lost_events: int
    masks: int
    lost_masks: int


def repair(damaged: Path, new: Path) -> Repaired:
    """Make the session folder `new` of what is good in `damaged`, which is left as it is.

    An event that cannot be read, or that makes no sense without one that cannot, is replaced by EventLost;
    the events and masks after it are kept under their own numbers.

    Raises:
        InputError: `damaged` is no session, or `new` exists.
    """
    manifest = read_manifest(damaged / "session.json")
    events, lost_events = _good_events(damaged / "journal.jsonl", manifest)
    masks, kept_masks, lost_masks = _good_masks(damaged / "masks.jsonl", manifest.frame_count)
    named = max((record for event in events for record in records_named(event)), default=0)
    if named > kept_masks + lost_masks:  # else a new mask would be taken for the lost one of its number
        missing = min(named - kept_masks - lost_masks, LONGEST_GAP)
        masks += lost_line(missing)
        lost_masks += missing
    moved = msgspec.structs.replace(manifest, media_path=_moved(manifest.media_path, damaged, new))
    journal = b"".join(seal(msgspec.json.encode(_in_new_place(event, damaged, new, len(masks)))) for event in events)
    try:
        make_folder(new, moved, journal, masks)
    except OSError as error:
        raise InputError(f"{printable(new)} cannot be made ({error.strerror}); give another --out.") from error
    return Repaired(len(events) - lost_events, lost_events, kept_masks, lost_masks)


def _moved(media: str, damaged: Path, new: Path) -> str:
    return relative_to_session(damaged / decode_path(media), new)


def _in_new_place(event: AnyEvent, damaged: Path, new: Path, log_length: int) -> AnyEvent:
    """The event as it is true of the repaired session, whose mask log is `log_length` bytes long."""
    match event:
        case MediaRebound(path=path):
            return msgspec.structs.replace(event, path=_moved(path, damaged, new))
        case RunProgressed(log_length=length):
            return msgspec.structs.replace(event, log_length=min(length, log_length))
        case _:
            return event


def _good_events(path: Path, manifest: Manifest) -> tuple[list[AnyEvent], int]:
    decoder = msgspec.json.Decoder(AnyEvent)
    events: list[AnyEvent] = []
    with open_regular(path) as file:
        for raw in file:
            body = unseal(raw)
            if body is None:
                continue
            try:
                event: AnyEvent = decoder.decode(body)
                check_event(event, event.seq, manifest)
            except (ValueError, RecursionError):
                continue
            if not len(events) < event.seq <= len(events) + LONGEST_GAP:
                continue
            events += [EventLost(seq=seq, at=event.at) for seq in range(len(events) + 1, event.seq)]
            events.append(event)
    lost = sum(isinstance(event, EventLost) for event in events)
    _recover_labels(events)
    for place, event in enumerate(events):
        try:
            check_named(event, events)
        except ValueError:
            events[place] = EventLost(seq=event.seq, at=event.at)
            lost += 1
    while (wrong := first_contradiction(events)) is not None:
        events[wrong] = EventLost(seq=wrong + 1, at=events[wrong].at)
        lost += 1
    return events, lost


def _recover_labels(events: list[AnyEvent]) -> None:
    """Put a label whose creation is lost, but whose prompts or masks are not, back in the place of the loss."""
    known: set[int] = set()
    slot: int | None = None
    for place, event in enumerate(events):
        if isinstance(event, EventLost):
            slot = place
        if isinstance(event, LabelAdded):
            known.add(event.label)
        for label in _labels_named(event) - known:
            if slot is not None:
                events[slot] = LabelAdded(seq=slot + 1, at=events[slot].at, label=label, name=f"recovered {label}")
                known.add(label)
                slot = None


def _labels_named(event: AnyEvent) -> set[int]:
    if isinstance(event, RunStarted):
        return {planned.label for sweep in event.plan.passes for planned in sweep.labels}
    if isinstance(event, Imported):
        return set(event.labels)
    labels = (getattr(event, "label", None), getattr(event, "other", None))
    return {label for label in labels if label is not None}


def _good_masks(path: Path, frame_count: int) -> tuple[bytes, int, int]:
    """The repaired mask log, and how many of its records are kept and lost."""
    with open_regular(path) as file:
        data = file.read()
    repaired: list[bytes] = []
    good_end = records = lost = 0
    for match in re.finditer(rb"\{[^\n]*\n", data):
        found = _record_id(match.group(), frame_count)
        if found is None or not records < found <= records + LONGEST_GAP:
            continue
        missing, damage = found - records - 1, match.start() - good_end
        if damage:
            try:
                repaired.append(lost_line(missing, damage))
            except ValueError:  # too few bytes to stand for: this record is given up as well, which makes room
                continue
        lost += missing
        repaired.append(match.group())
        records, good_end = found, match.end()
    return b"".join(repaired), records - lost, lost


def _record_id(line: bytes, frame_count: int) -> int | None:
    body = unseal(line)
    try:
        return None if body is None else check_record(body, frame_count)
    except (ValueError, RecursionError):
        return None
