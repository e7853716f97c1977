"""A plan with everything it names filled in: what goes to the worker, which knows no session.

Masks travel as run lengths and are decoded in the worker, where an engine needs them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np

from samannot_tui.engine.contract import PromptSet, TrackedLabel, TrackPass
from samannot_tui.errors import InputError
from samannot_tui.masks.log import MaskRecord
from samannot_tui.masks.rle import BoolMask, Rle, decode
from samannot_tui.session.placed import PlacedPrompt
from samannot_tui.session.plan import Continued, LabelPlan, Plan, Source
from samannot_tui.session.prompts import BoxPrompt, MaskPrompt, PointPrompt, Prompt

ReadMask = Callable[[int], MaskRecord]


class JobPrompts(msgspec.Struct, frozen=True):
    """A `PromptSet` whose masks are still encoded; `masks` are united, `base` is refined."""

    label: int
    frame: int
    points: tuple[tuple[float, float, bool], ...] = ()
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    masks: tuple[Rle, ...] = ()
    base: Rle | None = None


class JobLabel(msgspec.Struct, frozen=True):
    """See `TrackedLabel`; `continues` names the memory that is to be restored first."""

    label: int
    start: int
    prompts: tuple[JobPrompts, ...]
    continues: Continued | None


class JobPass(msgspec.Struct, frozen=True):
    """See `TrackPass`, and `session.plan.Pass` for `ahead`."""

    direction: Literal["forward", "backward"]
    first: int
    last: int
    labels: tuple[JobLabel, ...]
    ahead: int | None


def fill_plan(plan: Plan, prompts: Mapping[int, PlacedPrompt], read: ReadMask) -> tuple[JobPass, ...]:
    """The passes of a plan with the prompts (by seq) and the masks (by record id) that it names.

    Raises:
        samannot_tui.errors.InputError: a mask that it names is lost or damaged on disk.
    """
    return tuple(
        JobPass(
            sweep.direction,
            sweep.first,
            sweep.last,
            tuple(_fill_label(planned, prompts, read) for planned in sweep.labels),
            sweep.ahead,
        )
        for sweep in plan.passes
    )


def _fill_label(planned: LabelPlan, prompts: Mapping[int, PlacedPrompt], read: ReadMask) -> JobLabel:
    filled = tuple(_fill_source(planned.label, source, prompts, read) for source in planned.sources)
    return JobLabel(planned.label, planned.start, filled, planned.continues)


def _fill_source(label: int, source: Source, prompts: Mapping[int, PlacedPrompt], read: ReadMask) -> JobPrompts:
    mask = None if source.record is None else read_rle(source.record, source.frame, read)
    if source.prompts:
        return gather_prompts(label, source.frame, [prompts[seq].prompt for seq in source.prompts], mask)
    assert mask is not None, "a source without prompts is a mask"
    return JobPrompts(label, source.frame, masks=(mask,))


def read_rle(record: int, frame: int, read: ReadMask) -> Rle:
    """The mask of a record that a source on `frame` names.

    Raises:
        samannot_tui.errors.InputError: it is lost or damaged on disk.
    """
    try:
        return read(record).rle
    except KeyError as error:
        raise InputError(f"The mask that frame {frame} starts from is lost; prompt the frame again.") from error


def gather_prompts(label: int, frame: int, prompts: Sequence[Prompt], base: Rle | None) -> JobPrompts:
    """One frame's prompt set, by kind of prompt, each kind in the order in which the person gave them."""
    return JobPrompts(
        label,
        frame,
        points=tuple((p.x, p.y, p.positive) for p in prompts if isinstance(p, PointPrompt)),
        boxes=tuple((p.x0, p.y0, p.x1, p.y1) for p in prompts if isinstance(p, BoxPrompt)),
        masks=tuple(p.rle for p in prompts if isinstance(p, MaskPrompt)),
        base=base,
    )


def to_prompt_set(prompts: JobPrompts, size: tuple[int, int]) -> PromptSet:
    """Decode for an engine; `size` is (height, width) of the video.

    Raises:
        ValueError: a mask has another size than the video.
    """
    masks = [_decode(rle, size) for rle in prompts.masks]
    return PromptSet(
        prompts.label,
        prompts.frame,
        prompts.points,
        prompts.boxes,
        mask=np.logical_or.reduce(masks) if masks else None,
        base=None if prompts.base is None else _decode(prompts.base, size),
    )


def to_track_pass(sweep: JobPass, size: tuple[int, int]) -> TrackPass:
    """Decode for an engine. Raises as `to_prompt_set` does."""
    labels = tuple(
        TrackedLabel(
            each.label,
            each.start,
            tuple(to_prompt_set(p, size) for p in each.prompts),
            each.continues is not None,
        )
        for each in sweep.labels
    )
    first = sweep.first if sweep.ahead is None else min(sweep.first, sweep.ahead)
    last = sweep.last if sweep.ahead is None else max(sweep.last, sweep.ahead)
    return TrackPass(sweep.direction, first, last, labels)


def _decode(rle: Rle, size: tuple[int, int]) -> BoolMask:
    if rle.size != size:
        raise ValueError(f"a mask is {rle.size[1]}x{rle.size[0]} pixels, the video {size[1]}x{size[0]}")
    return decode(rle)
