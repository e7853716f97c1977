"""The weight-free tracker: the engine contract over optical flow, colour, texture and motion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from samannot_tui.engine.contract import Arrays, FrameResult, LabelResult, PromptSet, TrackPass
from samannot_tui.engine.flow import confidence
from samannot_tui.engine.flow.memory import LabelMemory, checked_array
from samannot_tui.engine.flow.passage import passage
from samannot_tui.engine.flow.prompts import checked, prompted_mask
from samannot_tui.engine.flow.step import Memories, follow, remember
from samannot_tui.engine.flow.video import Video
from samannot_tui.media.source import FrameSource

_FORMAT = 2
_PROMPTED_QUALITY = 0.75  # about the IoU of a mask from boxes and clicks; a mask given is its own truth


@dataclass(frozen=True, eq=False)
class _Held:
    """Memory of one label after frame `frame`."""

    frame: int
    memory: LabelMemory


class FlowTracker:
    """Implements `engine.contract.Tracker`. The same frames and prompts give the same masks, bit for bit,
    whatever was looked at before."""

    def __init__(self, frames: FrameSource) -> None:
        self._video = Video(frames)
        self._held: dict[int, _Held] = {}

    def segment(self, prompts: Sequence[PromptSet]) -> tuple[LabelResult, ...]:
        """Masks for prompt sets that all lie on one frame; see the contract.

        Raises:
            ValueError: a set computes nothing, or is not of this video.
        """
        return tuple(self._prompted(one) for one in prompts)

    def propagate(self, sweep: TrackPass) -> Iterator[FrameResult]:
        """Track the labels of a pass; see the contract. Masks that are propagated never overlap, and leave
        out the pixels of masks that are prompted on their frame. A prompt set acts from its own frame on; those
        before its label's start or beyond the pass do nothing.

        Raises:
            ValueError: a label is to be carried on from memory that is not there, or a prompt set is
                invalid; before any frame is tracked.
        """
        step = 1 if sweep.direction == "forward" else -1
        if not 0 <= sweep.first <= sweep.last < self._video.frame_count:
            raise ValueError(
                f"frames {sweep.first} to {sweep.last} are not a stretch of a video of {self._video.frame_count}"
            )
        for label in sweep.labels:
            for prompts in label.prompts:
                checked(prompts, self._video.grid.frame, self._video.frame_count)
            held = self._held.get(label.label)
            if label.carried and (held is None or held.frame != label.start - step):
                raise ValueError(
                    f"label {label.label} cannot go on at frame {label.start}: "
                    f"the engine holds no memory of it at frame {label.start - step}"
                )
        return self._sweep(sweep, step, {one.label: self._held[one.label] for one in sweep.labels if one.carried})

    def _sweep(self, sweep: TrackPass, step: int, carried: dict[int, _Held]) -> Iterator[FrameResult]:
        prompts = {(one.frame, label.label): one for label in sweep.labels for one in label.prompts}
        memories: Memories = {}
        for frame in range(sweep.first, sweep.last + 1)[::step]:
            started = [one for one in sweep.labels if (frame - one.start) * step >= 0]
            for label in started:
                if label.carried and frame == label.start:
                    memories[label.label] = carried.pop(label.label).memory
            if not started:
                continue
            here = [prompts[frame, one.label] for one in started if (frame, one.label) in prompts]
            results, memories = self._advance(frame, frame - step, memories, here)
            # A carried label whose start is still ahead keeps its memory: the pass may be closed before it.
            self._held = carried | {label: _Held(frame, memory) for label, memory in memories.items()}
            yield FrameResult(frame, results)

    def _advance(
        self, frame: int, before: int, memories: Memories, prompts: Sequence[PromptSet]
    ) -> tuple[tuple[LabelResult, ...], Memories]:
        prompted = {one.label: self._prompted(one) for one in prompts}
        masks = {label: result.mask for label, result in prompted.items()}
        # Of equal claims to a pixel the first wins: in the labels' order, however each of them came into the pass.
        following = {label: memories[label] for label in sorted(memories) if label not in prompted}
        sightings = {}
        if following:
            sightings = follow(passage(self._video, before, frame), following, masks)
        later, results = remember(self._video.picture(frame), memories, sightings, masks)
        results |= prompted
        return tuple(results[label] for label in sorted(results)), later

    def _prompted(self, prompts: PromptSet) -> LabelResult:
        mask = prompted_mask(self._video, prompts)
        drawn = prompts.points or prompts.boxes
        quality = 0.0 if not mask.any() else _PROMPTED_QUALITY if drawn else 1.0
        score = confidence.object_score(mask, quality)
        return LabelResult(prompts.label, mask, score, quality, "prompted")

    def snapshot(self, label: int) -> Arrays:
        """The label's memory as arrays: `flow` holds the format's version and the frame that it was made at.

        Raises:
            ValueError: the tracker holds no memory of this label.
        """
        held = self._held.get(label)
        if held is None:
            raise ValueError(f"the engine holds no memory of label {label}")
        return {"flow": np.array([_FORMAT, held.frame], np.int64), **held.memory.arrays()}

    def restore(self, label: int, arrays: Arrays) -> None:
        """Take back what `snapshot` gave; the tracker is unchanged where that fails.

        Raises:
            ValueError: the arrays are not a snapshot of this engine, or not of a video of this size.
        """
        made_by, frame = (int(number) for number in checked_array(arrays, "flow", np.int64, (2,)))
        if made_by != _FORMAT or not 0 <= frame < self._video.frame_count:
            raise ValueError("the engine's saved memory is of another version or video")
        memory = LabelMemory.from_arrays(arrays, self._video.grid)
        self._held = self._held | {label: _Held(frame, memory)}

    def close(self) -> None:
        """Forget everything; the frames stay open, they are the caller's."""
        self._held = {}
