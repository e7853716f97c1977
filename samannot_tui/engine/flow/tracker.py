"""The weight-free tracker: the engine contract over optical flow, colour, texture and motion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from samannot_tui.engine.contract import Arrays, FrameResult, LabelResult, PromptSet, TrackPass
from samannot_tui.engine.flow import confidence
from samannot_tui.engine.flow.memory import LabelMemory, checked_array
from samannot_tui.engine.flow.passage import passage
from samannot_tui.engine.flow.prompts import checked, prompted_mask
from samannot_tui.engine.flow.step import Memories, follow, remember
from samannot_tui.engine.flow.video import Video
from samannot_tui.media.source import FrameSource

_FORMAT = 1
_PROMPTED_QUALITY = 0.75  # about the IoU of a mask from boxes and clicks; a mask given is its own truth


@dataclass(frozen=True, eq=False)
class _Held:
    """Memories of labels after frame `frame`."""

    frame: int = -1
    memories: Memories = field(default_factory=dict)


class FlowTracker:
    """Implements `engine.contract.Tracker`. The same frames and prompts give the same masks, bit for bit,
    whatever was looked at before."""

    def __init__(self, frames: FrameSource) -> None:
        self._video = Video(frames)
        self._held = _Held()

    def segment(self, prompts: Sequence[PromptSet]) -> tuple[LabelResult, ...]:
        """Masks for prompt sets that all lie on one frame; see the contract.

        Raises:
            ValueError: a set computes nothing, or is not of this video.
        """
        return tuple(self._prompted(one) for one in prompts)

    def propagate(self, sweep: TrackPass) -> Iterator[FrameResult]:
        """Track the labels of a pass; see the contract. Masks that are propagated never overlap, and leave
        out the pixels of masks that are prompted on their frame.

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
            ready = label.label in self._held.memories and self._held.frame == label.start - step
            if label.carried and not ready:
                raise ValueError(
                    f"label {label.label} cannot go on at frame {label.start}: "
                    f"the engine holds no memory of it at frame {label.start - step}"
                )
        carried = {one.label: self._held.memories[one.label] for one in sweep.labels if one.carried}
        return self._sweep(sweep, step, carried)

    def _sweep(self, sweep: TrackPass, step: int, carried: Memories) -> Iterator[FrameResult]:
        prompts = {(one.frame, label.label): one for label in sweep.labels for one in label.prompts}
        frames = range(sweep.first, sweep.last + 1)[::step]
        memories: Memories = {}
        for frame in frames:
            started = [one for one in sweep.labels if (frame - one.start) * step >= 0]
            for label in started:
                if label.carried and frame == label.start:
                    memories[label.label] = carried[label.label]
            if not started:
                continue
            here = [prompts[frame, one.label] for one in started if (frame, one.label) in prompts]
            results, memories = self._advance(frame, frame - step, memories, here)
            self._held = _Held(frame, memories)
            yield FrameResult(frame, results)

    def _advance(
        self, frame: int, before: int, memories: Memories, prompts: Sequence[PromptSet]
    ) -> tuple[tuple[LabelResult, ...], Memories]:
        prompted = {one.label: self._prompted(one) for one in prompts}
        masks = {label: result.mask for label, result in prompted.items()}
        following = {label: memory for label, memory in memories.items() if label not in prompted}
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

    def snapshot(self) -> Arrays:
        """Memory as arrays: the frame, the labels, and `<label>.<name>` for what is known of each."""
        labels = sorted(self._held.memories)
        arrays: dict[str, npt.NDArray[np.generic]] = {
            "flow": np.array([_FORMAT, self._held.frame], np.int64),
            "labels": np.array(labels, np.int64),
        }
        for label in labels:
            for name, array in self._held.memories[label].arrays().items():
                arrays[f"{label}.{name}"] = array
        return arrays

    def restore(self, arrays: Arrays) -> None:
        """Take back what `snapshot` gave; the tracker is unchanged where that fails.

        Raises:
            ValueError: the arrays are not a snapshot of this engine, or not of a video of this size.
        """
        made_by, frame = (int(number) for number in checked_array(arrays, "flow", np.int64, (2,)))
        if made_by != _FORMAT or not -1 <= frame < self._video.frame_count:
            raise ValueError("the engine's saved memory is of another version or video")
        labels = arrays.get("labels")
        if labels is None or labels.dtype != np.int64 or labels.ndim != 1:
            raise ValueError("the engine's saved memory lacks its list of labels")
        memories = {}
        for label in (int(number) for number in labels):
            own = {name.partition(".")[2]: a for name, a in arrays.items() if name.startswith(f"{label}.")}
            memories[label] = LabelMemory.from_arrays(own, self._video.grid)
        self._held = _Held(frame, memories)

    def close(self) -> None:
        """Forget everything; the frames stay open, they are the caller's."""
        self._held = _Held()
