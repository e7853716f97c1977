"""What judging an annotation means: a verdict names the masks that were looked at, so that it is of no others."""

from itertools import pairwise

import numpy as np

from samannot_tui.errors import InputError
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent, JudgedMasks, SampledFrame
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.situation import (
    Situation,
    clean_text,
    frames_in_words,
    names_of,
    require_frames,
    require_label,
)

ReviewCommand = cmd.MarkReview | cmd.WithdrawReview | cmd.DrawSample


def decide_review(command: ReviewCommand, now: Situation) -> AnyEvent:
    """As `decide.decide`, for verdicts."""
    match command:
        case cmd.MarkReview():
            return _mark(command, now)
        case cmd.WithdrawReview(label=label, first=first, last=last, by=by):
            _require_part(label, first, last, now)
            return ev.ReviewWithdrawn(label=label, first=first, last=last, by=_said(by, "Who reviews"))
        case cmd.DrawSample():
            return _draw(command, now)


def _mark(command: cmd.MarkReview, now: Situation) -> AnyEvent:
    label, first, last = command.label, command.first, command.last
    _require_part(label, first, last, now)
    masks = judged_masks(now.live, label, first, last)
    if not masks:
        raise InputError(
            f"{names_of([label], now.state)} has no mask on {frames_in_words(first, last)}; there is nothing to judge."
        )
    if command.sample is not None:
        sampled = now.state.samples.get(command.sample)
        if sampled is None or first != last or SampledFrame(first, label) not in sampled.frames:
            raise InputError(f"{frames_in_words(first, last).capitalize()} was not drawn for that check.")
    return ev.ReviewMarked(
        label=label,
        first=first,
        last=last,
        verdict=command.verdict,
        reason=_said(command.reason, "A reason"),
        by=_said(command.by, "Who reviews"),
        masks=masks,
        sample=command.sample,
    )


def _require_part(label: int, first: int, last: int, now: Situation) -> None:
    require_label(label, now.state)
    require_frames(first, last, now)


def _said(text: str, what: str) -> str:
    return clean_text(text, what) if text else ""


def judged_masks(live: LiveMasks, label: int, first: int, last: int) -> tuple[JudgedMasks, ...]:
    """The label's live records on frames `first`..`last`, in as few stretches as their numbers allow."""
    records = live.records(label)[first : last + 1]
    frames = np.flatnonzero(records)
    numbers = records[frames].astype(np.int64)
    strides = np.diff(numbers)
    stretches: list[JudgedMasks] = []
    begin = 0
    while begin < len(frames):
        stride = int(strides[begin]) if begin < len(strides) else 0
        alike = (strides[begin:] == stride) & (np.diff(frames[begin:]) == 1)
        breaks = np.flatnonzero(~alike)
        end = begin + (int(breaks[0]) if len(breaks) else len(alike))
        stretches.append(JudgedMasks(first + int(frames[begin]), first + int(frames[end]), int(numbers[begin]), stride))
        begin = end + 1
    return tuple(stretches)


def _draw(command: cmd.DrawSample, now: Situation) -> AnyEvent:
    """Every annotated frame of every label is as likely as any other; none is drawn twice."""
    there = [(label, frames) for label in sorted(now.state.labels) if len(frames := now.live.frames(label))]
    total = sum(len(frames) for _, frames in there)
    if not 1 <= command.count <= total:
        raise InputError(f"There are {total} annotated frames of all labels; a sample has from 1 to {total}.")
    drawn = np.sort(np.random.default_rng(command.seed).choice(total, command.count, replace=False))
    ends = np.cumsum([0, *(len(frames) for _, frames in there)])
    sampled = [
        SampledFrame(int(frames[number - begin]), label)
        for (label, frames), (begin, end) in zip(there, pairwise(ends), strict=True)
        for number in drawn[(drawn >= begin) & (drawn < end)]
    ]
    return ev.SampleDrawn(seed=command.seed, frames=tuple(sampled))
