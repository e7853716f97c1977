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


def objection(schema: Schema, label: Label, feature: str, value: str) -> str | None:
    """What the schema has against a label's feature having a value, as a sentence; None if it allows it."""
    rule = {each.name: each for each in schema.rules()}.get(feature)
    return _against_feature(label, class_of(label.name, schema), rule, feature) or (
        _against_value(label, rule, value) if rule else None
    )


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
            yield from _check_feature(label, kind, rules.get(feature), feature, changes)


def _check_feature(
    label: Label, kind: LabelClass | None, rule: FeatureRule | None, feature: str, changes: Feature
) -> Iterator[Finding]:
    if sentence := _against_feature(label, kind, rule, feature):
        yield Finding(label.id, (changes.frames[0], changes.frames[-1]), sentence)
    for frame, value in zip(changes.frames, changes.values, strict=True):
        if rule is not None and (sentence := _against_value(label, rule, value)):
            yield Finding(label.id, (frame, frame), sentence)


def _against_feature(label: Label, kind: LabelClass | None, rule: FeatureRule | None, feature: str) -> str | None:
    has = f"{printable(label.name)} has the feature {printable(feature)}"
    if rule is None:
        return f"{has}, which the schema does not know."
    if kind is not None and rule.classes and kind.name not in rule.classes:
        return f"{has}, which is not for {printable(kind.name)}."
    return None


def _against_value(label: Label, rule: FeatureRule, value: str) -> str | None:
    if not rule.values or value in rule.values:
        return None
    allowed = ", ".join(rule.values)
    return f"{rule.name} of {printable(label.name)} is {printable(value)}; the schema allows {allowed}."


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
