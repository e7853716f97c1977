"""Verdicts as they stand: what a person said of masks counts for just these masks."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from samannot_tui.session import events as ev
from samannot_tui.session.events import JudgedMasks, SampleDrawn
from samannot_tui.session.live import NO_RECORD, LiveMasks
from samannot_tui.session.state import ReviewEvent, State


class Standing(IntEnum):
    """What is said of a label on a frame. CHANGED: its mask is another one than was judged."""

    NONE = 0
    SATISFACTORY = 1
    UNSATISFACTORY = 2
    CHANGED = 3


@dataclass(frozen=True)
class Verdicts:
    """What is said of one label.

    Attributes:
        standing: (frame count,) uint8, the Standing of every frame.
        marks: (frame count,) int32, the seq of the ReviewMarked that it is due to, CHANGED too; 0 for NONE.
    """

    standing: npt.NDArray[np.uint8]
    marks: npt.NDArray[np.int32]


def verdicts(state: State, live: LiveMasks, label: int) -> Verdicts:
    """What is said of the label on every frame of the video, those without a mask too."""
    return _resolved(state.reviews.get(label, ()), live, label)


def sampled_verdicts(state: State, live: LiveMasks, sample: SampleDrawn) -> list[Standing]:
    """What was said of each frame drawn when the check asked for it; verdicts given elsewhere do not count."""
    standing = {label: _said_of(sample, label, state, live) for label in {cell.label for cell in sample.frames}}
    return [Standing(int(standing[cell.label][cell.frame])) for cell in sample.frames]


def _said_of(sample: SampleDrawn, label: int, state: State, live: LiveMasks) -> npt.NDArray[np.uint8]:
    reviews = state.reviews.get(label, ())
    said = [each for each in reviews if isinstance(each, ev.ReviewWithdrawn) or each.sample == sample.seq]
    return _resolved(said, live, label).standing


def _resolved(said: Sequence[ReviewEvent], live: LiveMasks, label: int) -> Verdicts:
    standing = np.zeros(live.frame_count, np.uint8)
    marks = np.zeros(live.frame_count, np.int32)
    judged = np.full(live.frame_count, NO_RECORD, np.int64)
    for event in said:
        frames = slice(event.first, event.last + 1)
        judged[frames] = NO_RECORD
        match event:
            case ev.ReviewMarked(masks=masks, verdict=verdict):
                good = verdict == "satisfactory"
                standing[frames] = Standing.SATISFACTORY if good else Standing.UNSATISFACTORY
                marks[frames] = event.seq
                for each in masks:
                    judged[each.first : each.last + 1] = _records(each)
            case ev.ReviewWithdrawn():
                standing[frames], marks[frames] = Standing.NONE, 0
    standing[(standing != Standing.NONE) & (judged != live.records(label))] = Standing.CHANGED
    return Verdicts(standing, marks)


def _records(judged: JudgedMasks) -> npt.NDArray[np.int64]:
    return judged.record + judged.stride * np.arange(judged.last - judged.first + 1, dtype=np.int64)
