"""SAM 2 as a tracker: upstream's results bit for bit, in memory that does not grow with the video."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from samannot_tui.engine.contract import Arrays, FrameResult, LabelResult, PromptSet, TrackedLabel, TrackPass
from samannot_tui.engine.sam2.features import FeatureCache, ImageFeatures
from samannot_tui.engine.sam2.frames import Images
from samannot_tui.engine.sam2.memory import Bank, Memory
from samannot_tui.engine.sam2.network import Network
from samannot_tui.engine.sam2.prompts import Answer, answer, checked
from samannot_tui.engine.sam2.shortage import with_room
from samannot_tui.engine.sam2.snapshot import Setting, from_arrays, to_arrays
from samannot_tui.media.source import FrameSource

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class _Course:
    """One label on its way through a pass: where it starts, its memory, and what its prompts gave, by frame."""

    label: int
    start: int
    bank: Bank
    answers: Mapping[int, Answer]

    def runs_at(self, frame: int) -> bool:
        """Whether the label is tracked there: it has started, and not all its prompts lie ahead."""
        step = self.bank.step
        return (frame - self.start) * step >= 0 and any((frame - one) * step >= 0 for one in self.bank.conditioning)


class Sam2Tracker:
    """Implements `engine.contract.Tracker`. The same frames and prompts give the same masks, bit for bit,
    whatever was looked at before and whichever other labels are tracked; labels may overlap."""

    def __init__(self, network: Network, weights: str, frames: FrameSource, cache_bytes: int) -> None:
        """`weights`: the checkpoint's SHA-256 in hex; `cache_bytes`: what image features may take."""
        info = frames.info
        self._network = network
        self._images = Images(frames, network.image_size)
        self._setting = Setting(network, weights, info.frame_count, (info.height, info.width))
        self._features = FeatureCache(self._encoded, cache_bytes)
        self._held: dict[int, Bank] = {}

    def segment(self, prompts: Sequence[PromptSet]) -> tuple[LabelResult, ...]:
        """Masks for prompt sets that all lie on one frame; see the contract.

        Raises:
            ValueError: a set computes nothing, or is not of this video.
            JobError: the device's memory does not suffice.
        """
        return tuple(self._segmented(one) for one in [self._checked(one) for one in prompts])

    def propagate(self, sweep: TrackPass) -> Iterator[FrameResult]:
        """Track the labels of a pass; see the contract.

        Every prompt in a label's reach conditions it throughout, those ahead too; a label is silent only while
        all of them lie ahead.

        Raises:
            ValueError: a label is to be carried on from memory that is not there, or a prompt set is
                invalid; before any frame is tracked.
            JobError: the device's memory does not suffice (while iterating).
        """
        step = 1 if sweep.direction == "forward" else -1
        count = self._setting.frame_count
        if not 0 <= sweep.first <= sweep.last < count:
            raise ValueError(f"frames {sweep.first} to {sweep.last} are not a stretch of a video of {count}")
        return self._sweep(sweep, step, [self._ready(label, step) for label in sweep.labels])

    def _ready(self, label: TrackedLabel, step: int) -> tuple[TrackedLabel, Bank]:
        """The label, its prompts checked and without those that its memory holds, and the memory to start from."""
        before = label.start - step
        prompts = [self._checked(one) for one in label.prompts]
        if not label.carried:
            return replace(label, prompts=tuple(prompts)), Bank(before, step, {}, {})
        bank = self._held.get(label.label)
        if bank is None or (bank.frame, bank.step) != (before, step):
            raise ValueError(
                f"label {label.label} cannot go on at frame {label.start}: "
                f"the engine holds no memory of it at frame {before} in this direction"
            )
        ahead = tuple(one for one in prompts if (one.frame - label.start) * step >= 0)
        # The pass says what lies ahead: a prompt there may be another since, or gone.
        return replace(label, prompts=ahead), bank.behind()

    def _sweep(self, sweep: TrackPass, step: int, labels: Sequence[tuple[TrackedLabel, Bank]]) -> Iterator[FrameResult]:
        courses = [self._conditioned(label, bank) for label, bank in labels]
        held = {label.label: bank for label, bank in labels if label.carried}
        for frame in range(sweep.first, sweep.last + 1)[::step]:
            if not any((frame - one.start) * step >= 0 for one in courses):
                continue
            if sweep.first <= frame + step <= sweep.last and frame + step not in self._features:
                self._images.expect(frame + step)
            results = []
            for place, course in enumerate(courses):
                if course.runs_at(frame):
                    result, bank = self._advanced(course, frame)
                    results.append(result)
                    courses[place] = replace(course, bank=bank)
                    held[course.label] = bank
            self._held = dict(held)
            yield FrameResult(frame, tuple(sorted(results, key=lambda one: one.label)))

    def _conditioned(self, label: TrackedLabel, bank: Bank) -> _Course:
        """The label ready to go, its memory conditioned on all its prompts, each on its image alone."""
        answers, memories = {}, {}
        for prompts in label.prompts:
            answers[prompts.frame], memories[prompts.frame] = self._remembered(prompts)
        return _Course(label.label, label.start, bank.conditioned(memories), answers)

    def _advanced(self, course: _Course, frame: int) -> tuple[LabelResult, Bank]:
        size = self._setting.size
        asked = course.answers.get(frame)

        def advance() -> tuple[LabelResult, Bank]:
            if asked is not None:
                return asked.result(size), course.bank.after(frame, None)
            features = self._features.at(frame)
            found, memory = self._network.tracked(features, frame, self._setting.frame_count, course.bank)
            result = LabelResult(course.label, found.mask(size), found.object_score, found.quality, "propagated")
            return result, course.bank.after(frame, memory)

        return self._with_room(advance, frame)

    def _remembered(self, prompts: PromptSet) -> tuple[Answer, Memory]:
        def remember() -> tuple[Answer, Memory]:
            features = self._features.at(prompts.frame)
            given = answer(self._network, features, prompts, self._setting.size)
            return given, self._network.remembered(features, given.prediction)

        return self._with_room(remember, prompts.frame)

    def _segmented(self, prompts: PromptSet) -> LabelResult:
        def segment() -> LabelResult:
            features = self._features.at(prompts.frame)
            return answer(self._network, features, prompts, self._setting.size).result(self._setting.size)

        return self._with_room(segment, prompts.frame)

    def _checked(self, prompts: PromptSet) -> PromptSet:
        return checked(prompts, self._setting.size, self._setting.frame_count)

    def _encoded(self, frame: int) -> ImageFeatures:
        return self._network.features(self._images.take(frame))

    def _with_room(self, step: Callable[[], _T], frame: int) -> _T:
        return with_room(step, self._network.placement, self._features.shrink, f"working on frame {frame}")

    def snapshot(self, label: int) -> Arrays:
        """Memory of one label as arrays; see the contract and `snapshot.to_arrays`.

        Raises:
            ValueError: there is no memory of this label.
        """
        if label not in self._held:
            raise ValueError(f"the engine holds no memory of label {label}")
        return to_arrays(self._held[label], self._setting)

    def restore(self, label: int, arrays: Arrays) -> None:
        """Take back what `snapshot` gave; the tracker is unchanged where that fails.

        Raises:
            ValueError: the arrays are not a snapshot of this engine with these weights at this image size, or
                not of a video of this size and length.
        """
        self._held[label] = from_arrays(arrays, self._setting)

    def close(self) -> None:
        """Forget everything; the frames stay open, they are the caller's."""
        self._held = {}
        self._features.clear()
        self._images.close()
        self._network.placement.release()
