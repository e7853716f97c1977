"""Small clips made in the test: textured shapes that move over a textured, slowly panning background."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from samannot_tui.engine.contract import FrameResult, PromptSet, TrackedLabel, TrackPass
from samannot_tui.engine.flow.tracker import FlowTracker
from samannot_tui.media.source import MediaInfo, RgbFrame

BoolMask = npt.NDArray[np.bool_]


class ArrayFrames:
    """A FrameSource over pictures in memory; counts what was read."""

    path = Path("clip")
    notices: tuple[str, ...] = ()

    def __init__(self, frames: Sequence[RgbFrame]) -> None:
        self._frames = frames
        self.reads: list[int] = []
        height, width = frames[0].shape[:2]
        self.info = MediaInfo("folder", len(frames), 25.0, width, height, "clip")

    def read(self, frame: int) -> RgbFrame:
        self.reads.append(frame)
        return self._frames[frame]

    def time(self, frame: int) -> float:
        return frame / 25

    def stem(self, frame: int) -> str:
        return f"{frame:05d}"

    def close(self) -> None:
        pass


def texture(height: int, width: int, colour: tuple[int, int, int], seed: int) -> npt.NDArray[np.float32]:
    random = np.random.RandomState(seed)
    noise = cv2.GaussianBlur(random.standard_normal((height, width, 3)).astype(np.float32), (0, 0), 1.5)
    return np.asarray(colour, np.float32) + 60 * noise


class Clip:
    """Discs of radius `radius` on a `height` x `width` background.

    `paths` holds a start (x, y) and a step (dx, dy) a frame for each disc; later discs are in front.
    """

    def __init__(
        self,
        paths: Sequence[tuple[float, float, float, float]],
        frames: int = 10,
        height: int = 96,
        width: int = 144,
        radius: int = 16,
    ) -> None:
        wide = texture(height, width + 2 * frames, (90, 110, 90), seed=1)
        colours = [(200, 60, 50), (60, 70, 210), (220, 200, 60)]
        side = 2 * radius + 1
        patches = [texture(side, side, colours[i % 3], seed=10 + i) for i in range(len(paths))]
        y, x = np.mgrid[:height, :width]
        self.frames: list[RgbFrame] = []
        self.masks: list[list[BoolMask]] = [[] for _ in paths]
        for frame in range(frames):
            picture = wide[:, frame : frame + width].copy()
            owner = np.full((height, width), -1)
            for number, (x0, y0, dx, dy) in enumerate(paths):
                cx, cy = round(x0 + dx * frame), round(y0 + dy * frame)
                disc = (x - cx) ** 2 + (y - cy) ** 2 <= radius**2
                picture[disc] = patches[number][(y - cy + radius)[disc], (x - cx + radius)[disc]]
                owner[disc] = number
            for number, masks in enumerate(self.masks):
                masks.append(owner == number)
            self.frames.append(np.clip(picture, 0, 255).astype(np.uint8))

    def source(self) -> ArrayFrames:
        return ArrayFrames(self.frames)

    def tracker(self) -> FlowTracker:
        return FlowTracker(self.source())

    def given(self, disc: int, frame: int = 0) -> PromptSet:
        """The true mask of a disc as a prompt set of label `disc` + 1."""
        return PromptSet(disc + 1, frame, mask=self.masks[disc][frame])


def forward(first: int, last: int, *labels: TrackedLabel) -> TrackPass:
    return TrackPass("forward", first, last, labels)


def fresh(prompts: PromptSet, *later: PromptSet) -> TrackedLabel:
    """A label that starts at its first prompt."""
    return TrackedLabel(prompts.label, prompts.frame, (prompts, *later))


def carried(label: int, start: int, *prompts: PromptSet) -> TrackedLabel:
    return TrackedLabel(label, start, prompts, carried=True)


def iou(first: BoolMask, second: BoolMask) -> float:
    union = np.count_nonzero(first | second)
    return np.count_nonzero(first & second) / union if union else 1.0


def same(first: Sequence[FrameResult], second: Sequence[FrameResult]) -> bool:
    """Whether two runs of results are equal bit for bit."""
    if len(first) != len(second):
        return False
    for one, other in zip(first, second, strict=True):
        if one.frame != other.frame or len(one.results) != len(other.results):
            return False
        for mine, yours in zip(one.results, other.results, strict=True):
            facts = (mine.label, mine.object_score, mine.quality, mine.source)
            if facts != (yours.label, yours.object_score, yours.quality, yours.source):
                return False
            if not np.array_equal(mine.mask, yours.mask):
                return False
    return True
