"""Whether an annotation follows its schema: what does not, where, and what it should be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from samannot_tui.masks.log import MaskRecord
from samannot_tui.masks.rle import extent
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.schema import OUT_OF_FRAME, PRESENCE, VISIBLE, FeatureRule, LabelClass, Schema, class_of
from samannot_tui.session.state import Feature, Label, State
from samannot_tui.text import printable


@dataclass(frozen=True)
class Finding:
    """Something that the schema does not allow; `sentence` is safe to show.

    `frames` are the (first, last) of the label's annotated frames that it is about, None where it is about none.
    """

    label: int
    frames: tuple[int, int] | None
    sentence: str

    @property
    def where(self) -> str:
        if self.frames is None:
            return f"label {self.label}"
        first, last = self.frames
        return f"label {self.label}, {f'frame {first}' if first == last else f'frames {first} to {last}'}"


def check(
    schema: Schema,
    state: State,
    live: LiveMasks,
    read: Callable[[int], MaskRecord],
    progress: Callable[[int, int], None] | None = None,
) -> list[Finding]:
    """Everything that does not follow the schema: names and features first, then masks, which takes time.

    Args:
        read: gives a mask by its record id, as `MaskLog.read` does.
        progress: called with (labels done, labels to do) while the masks are looked at.

    Raises:
        As `read` does.
    """
    findings = check_names(schema, state)
    for done, label in enumerate(state.labels.values()):
        if progress is not None:
            progress(done, len(state.labels))
        findings += _check_masks(label, schema, state, live, read)
    return findings


def check_names(schema: Schema, state: State) -> list[Finding]:
    """Labels of no class, and features and values that the schema does not allow: at once, without any mask."""
    return [finding for label in state.labels.values() for finding in _check_label(label, schema, state)]


def _check_label(label: Label, schema: Schema, state: State) -> Iterator[Finding]:
    kind, name = class_of(label.name, schema), printable(label.name)
    if kind is None:
        classes = ", ".join(printable(each.name) for each in schema.classes)
        yield Finding(
            label.id, None, f"{name} is of no class; begin its name with one of the schema's classes: {classes}."
        )
    rules = {rule.name: rule for rule in schema.rules()}
    for feature, changes in state.features.get(label.id, {}).items():
        if changes.frames:
            yield from _check_feature(label, kind, rules.get(feature), printable(feature), changes)


def _check_feature(
    label: Label, kind: LabelClass | None, rule: FeatureRule | None, feature: str, changes: Feature
) -> Iterator[Finding]:
    name, all_frames = printable(label.name), (changes.frames[0], changes.frames[-1])
    if rule is None:
        yield Finding(label.id, all_frames, f"{name} has the feature {feature}, which the schema does not know.")
        return
    if kind is not None and rule.classes and kind.name not in rule.classes:
        yield Finding(label.id, all_frames, f"{name} has the feature {feature}, which is not for {kind.name}.")
    for frame, value in zip(changes.frames, changes.values, strict=True):
        if rule.values and value not in rule.values:
            allowed = ", ".join(rule.values)
            wrong = f"{feature} of {name} is {printable(value)}; the schema allows {allowed}."
            yield Finding(label.id, (frame, frame), wrong)


class _Seen(NamedTuple):
    """What a mask looks like on one frame, and what the label's presence is said to be."""

    frame: int
    area: int
    at_edge: bool
    presence: str | None


def _check_masks(
    label: Label, schema: Schema, state: State, live: LiveMasks, read: Callable[[int], MaskRecord]
) -> Iterator[Finding]:
    kind, name = class_of(label.name, schema), printable(label.name)
    presence = state.features.get(label.id, {}).get(PRESENCE.name) if schema.presence else None
    seen = [_look(int(frame), label.id, presence, live, read) for frame in live.frames(label.id)]
    if kind is not None and kind.minimum_pixels:
        least = kind.minimum_pixels
        for first, last, few in _stretches(seen, lambda each: 0 < each.area < least):
            smallest = min(each.area for each in few)
            words = f"{name} covers fewer than {least} pixels (the smallest mask has {smallest})."
            yield Finding(label.id, (first, last), words)
    if kind is not None and kind.edge == "forbidden":
        for first, last, _ in _stretches(seen, lambda each: each.at_edge):
            yield Finding(label.id, (first, last), f"{name} touches the frame's edge, which its class forbids.")
    for first, last, _ in _stretches(seen, lambda each: each.presence == OUT_OF_FRAME and each.area > 0):
        yield Finding(label.id, (first, last), f"{name} is {OUT_OF_FRAME}, but has a mask.")
    for first, last, _ in _stretches(seen, lambda each: each.presence == VISIBLE and each.area == 0):
        yield Finding(label.id, (first, last), f"{name} is {VISIBLE}, but its mask is empty.")


def _look(
    frame: int, label: int, presence: Feature | None, live: LiveMasks, read: Callable[[int], MaskRecord]
) -> _Seen:
    record = live.record(frame, label)
    assert record is not None, "a label's frames are those with a live record"
    rle = read(record).rle
    area, box = extent(rle)
    height, width = rle.size
    at_edge = box is not None and (0 in box[:2] or box[2] == width - 1 or box[3] == height - 1)
    said = presence.at(frame) if presence is not None else None
    return _Seen(frame, area, at_edge, said[1] if said else None)


def _stretches(seen: list[_Seen], wrong: Callable[[_Seen], bool]) -> Iterator[tuple[int, int, list[_Seen]]]:
    """(first frame, last frame, all of it) of each unbroken series of masks that are wrong in the same way."""
    for is_wrong, group in groupby(seen, wrong):
        if is_wrong:
            stretch = list(group)
            yield stretch[0].frame, stretch[-1].frame, stretch
