"""Where a new shot begins: frames to propose as barriers, since nothing can be tracked across a cut.

PySceneDetect does this too, but by its own word its interface for frames that somebody else decodes is not stable,
and its detectors do not ask whether the picture stays changed. On the program's own frames it is these few lines.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np
import numpy.typing as npt

from samannot_tui.media.source import FrameSource, RgbFrame

Signature = npt.NDArray[np.float32]

NEIGHBOURS = 5
"""Frames on either side that a change is compared with; shots shorter than that are not told apart."""
LEAST_CHANGE = 0.25
"""Of the colours in the picture, as a fraction."""
LEAST_RATIO = 3.0
"""How much larger than the usual change around it that of a cut is."""
_SMALL = (64, 36)
_PARTS = 2
_BINS = (8, 4, 8)  # the last are all that a grey picture has


@dataclass(frozen=True)
class Cut:
    """`frame` is the first of a new shot; `score` (0 to 1) how much of the picture's colour changed there."""

    frame: int
    score: float


def find_cuts(source: FrameSource, go_on: Callable[[int, int], bool]) -> list[Cut]:
    """Look through a video for hard cuts.

    A cut is a frame where the colours of the picture's quarters change much, far more than around it, and stay
    changed: a flash, fast motion and a fade are none. Memory does not grow with the video.

    Args:
        source: read from its first frame to its last, so not by anybody else meanwhile.
        go_on: called with (frames seen, frames) after each; false ends the search with what was found.

    Raises:
        InputError: as `source.read`.

    Source: a change is weighed against a rolling window as in PySceneDetect's AdaptiveDetector; it is one of
    histograms, which motion changes less than pixels.
    """
    cuts = []
    window = _Window()
    count = source.info.frame_count
    for frame in range(count):
        cuts += window.add(_signature(source.read(frame)))
        if not go_on(frame + 1, count):
            return cuts
    return cuts + window.finish()


class _Window:
    """The latest frames' signatures and changes; a change is judged when its neighbours on both sides are known."""

    def __init__(self) -> None:
        self._signatures: deque[Signature] = deque(maxlen=2 * NEIGHBOURS + 2)
        self._changes: deque[float] = deque(maxlen=2 * NEIGHBOURS + 1)
        self._count = 0

    def add(self, signature: Signature) -> list[Cut]:
        """Take in the next frame; the cut, if any, of the frame NEIGHBOURS before it."""
        if self._signatures:
            self._changes.append(_distance(self._signatures[-1], signature))
        self._signatures.append(signature)
        self._count += 1
        return self._judge(self._count - 1 - NEIGHBOURS)

    def finish(self) -> list[Cut]:
        """The cuts of the last frames, whose neighbours are fewer."""
        first = max(self._count - NEIGHBOURS, 1)
        return [cut for frame in range(first, self._count) for cut in self._judge(frame)]

    def _judge(self, frame: int) -> list[Cut]:
        # The last change is that into frame count - 1.
        at = frame - (self._count - len(self._changes))
        if at < 0:
            return []
        change = self._changes[at]
        around = [each for i, each in enumerate(self._changes) if i != at and abs(i - at) <= NEIGHBOURS]
        usual = median(around) if around else 0.0
        if change < max(LEAST_CHANGE, LEAST_RATIO * usual, *around):
            return []
        before, after = self._sides(frame)
        # After a flash the picture is soon the old one again.
        lasting = min(_distance(old, new) for old in before for new in after)
        return [Cut(frame, change)] if lasting >= LEAST_CHANGE else []

    def _sides(self, frame: int) -> tuple[list[Signature], list[Signature]]:
        signatures = list(self._signatures)
        at = frame - (self._count - len(signatures))
        return signatures[max(at - NEIGHBOURS, 0) : at], signatures[at : at + NEIGHBOURS]


def _signature(frame: RgbFrame) -> Signature:
    """Colours of the picture's quarters: a histogram of hue, saturation and value each; they sum to 1."""
    small = cv2.cvtColor(cv2.resize(frame, _SMALL, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2HSV)
    parts = [part for half in np.array_split(small, _PARTS) for part in np.array_split(half, _PARTS, axis=1)]
    histograms = [cv2.calcHist([part], [0, 1, 2], None, _BINS, [0, 180, 0, 256, 0, 256]).ravel() for part in parts]
    return np.concatenate(histograms) / np.float32(small.shape[0] * small.shape[1])


def _distance(first: Signature, second: Signature) -> float:
    """The fraction of the picture whose colour is another: half the sum of absolute differences, 0 to 1."""
    return float(np.abs(first - second).sum() / 2)
