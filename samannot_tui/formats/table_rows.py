"""The annotation as tables: prompts, masks, labels and events, row by row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from samannot_tui.formats.coco_parts import MADE_BY
from samannot_tui.formats.job import ExportJob
from samannot_tui.masks.geometry import bounding_box, centroid
from samannot_tui.masks.log import MaskRecord
from samannot_tui.masks.palette import voc_color
from samannot_tui.masks.rle import decode
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.prompts import BoxPrompt, MaskPrompt, PointPrompt, Prompt
from samannot_tui.session.state import NOT_UNDOABLE, step_of

Cell = str | int | float | None
Row = tuple[Cell, ...]

_PROMPTS = ("seq", "at", "frame", "name", "time_s", "label", "label_name", "kind", "sign", "x", "y")
_BOX = ("x0", "y0", "x1", "y1")
_MASKS = ("frame", "name", "time_s", "label", "label_name", "x", "y", *_BOX, "area", "object_score", "quality")
_MAKER = ("source", "made_by", "run")
_VERDICT = ("verdict", "verdict_reason", "verdict_by", "verdict_seq")
_EVENTS = ("seq", "at", "type", "by", "label", "frame", "counts", "details")
_ENGINES = (ev.MaskPredicted, ev.RunProgressed, ev.RunEnded)


@dataclass(frozen=True)
class Table:
    """`rows` makes the rows anew at each call; each has a cell for every column, None where nothing is known."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]


def tables(job: ExportJob) -> tuple[Table, ...]:
    """The tables of an export.

    Frames count from 0, `time_s` is the frame's time in seconds, `name` the stem of its files; coordinates are
    pixels, x right, y down, whole numbers at the pixels' centres, and a box has both corners inside it.

    prompts: as they were given, the coordinates exact; `given_by` is "person", or the run that handed it over.
    masks: `x`, `y` the centre of mass, `area` in pixels, nothing and 0 where the label is absent; `made_by` is
    "person" or "model"; `verdict` is "satisfactory" or "unsatisfactory" where a person judged this very mask, and
    why, who, and by which event; and one column for each feature, with its value at that frame.
    labels: ID, name, colour.
    events: everything that was done, by `person` or `engine`; `counts` is "no" where it was undone.
    """
    features = _feature_names(job)
    return (
        Table("prompts", (*_PROMPTS, *_BOX, "given_by"), lambda: _prompts(job)),
        Table(
            "masks", (*_MASKS, *_MAKER, *_VERDICT, *(f"feature {n}" for n in features)), lambda: _masks(job, features)
        ),
        Table("labels", ("label", "name", "color", "hidden"), lambda: _labels(job)),
        Table("events", _EVENTS, lambda: _events(job)),
    )


def _feature_names(job: ExportJob) -> list[str]:
    return sorted({name for label in job.labels for name in job.follower.state.features.get(label, ())})


def _prompts(job: ExportJob) -> Iterator[Row]:
    state, span = job.follower.state, set(job.part.span)
    for placed in state.prompts.values():
        if placed.label in job.labels and placed.frame in span:
            given_by = "person" if placed.auto is None else f"run {placed.auto}"
            where = _where(job, placed.frame)
            name = job.labels[placed.label].name
            yield (
                placed.seq,
                state.event(placed.seq).at,
                *where,
                placed.label,
                name,
                *_shape(placed.prompt),
                given_by,
            )


def _where(job: ExportJob, frame: int) -> Row:
    return frame, job.name(frame), job.source.time(frame)


def _shape(prompt: Prompt) -> Row:
    """Kind, sign, x, y and the box."""
    match prompt:
        case PointPrompt(x, y, positive):
            return "point", "positive" if positive else "negative", x, y, None, None, None, None
        case BoxPrompt(x0, y0, x1, y1):
            return "box", "positive", None, None, x0, y0, x1, y1
        case MaskPrompt(rle):
            return "mask", "positive", None, None, *(bounding_box(decode(rle)) or (None,) * 4)


def _masks(job: ExportJob, features: list[str]) -> Iterator[Row]:
    for frame in job.each(job.part.frames):
        where = _where(job, frame)
        for label, record in job.records(frame).items():
            known = job.follower.state.features.get(label, {})
            found = [known[name].at(frame) if name in known else None for name in features]
            values = (value and value[1] for value in found)
            verdict = _said(job.verdict(frame, label))
            yield *where, label, job.labels[label].name, *_measures(record), *verdict, *values


def _measures(record: MaskRecord) -> Row:
    mask = decode(record.rle)
    middle, box = centroid(mask) or (None, None), bounding_box(mask) or (None,) * 4
    scores = record.object_score, record.quality
    return *middle, *box, int(mask.sum()), *scores, record.source, MADE_BY[record.source], record.run


def _said(verdict: ev.ReviewMarked | None) -> Row:
    if verdict is None:
        return (None,) * len(_VERDICT)
    return verdict.verdict, verdict.reason or None, verdict.by or None, verdict.seq


def _labels(job: ExportJob) -> Iterator[Row]:
    for label in job.labels.values():
        yield label.id, label.name, "#{:02x}{:02x}{:02x}".format(*voc_color(label.id)), "yes" if label.hidden else "no"


def _events(job: ExportJob) -> Iterator[Row]:
    state = job.follower.state
    steps = set(state.steps)
    for event in state.history:
        counts = isinstance(event, NOT_UNDOABLE) or step_of(event) in steps
        content: dict[str, Any] = msgspec.to_builtins(event)
        seq, at, kind = content.pop("seq"), content.pop("at"), content.pop("type")
        label, frame = content.pop("label", None), content.pop("frame", None)
        details = msgspec.json.encode(content).decode()
        yield seq, at, kind, _by(event), label, frame, "yes" if counts else "no", details


def _by(event: AnyEvent) -> str:
    return "engine" if isinstance(event, _ENGINES) or getattr(event, "auto", None) is not None else "person"
