"""Image features of frames seen lately: the costly half of a step, the same for every label and every pass."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

_LESS = 4


@dataclass(frozen=True, eq=False)
class ImageFeatures:
    """What the network sees in one frame.

    Attributes:
        levels: (1, 32, S/4, S/4), (1, 64, S/8, S/8) and (1, 256, S/16, S/16) for an image of side S.
        position: encoding of the coarsest level's positions, (1, 256, S/16, S/16); one tensor for all frames.
    """

    levels: tuple[Tensor, ...]
    position: Tensor

    @property
    def nbytes(self) -> int:
        """Bytes that this frame alone takes."""
        return sum(level.nbytes for level in self.levels)


class FeatureCache:
    """The least recently used features go first, once all take more than `budget` bytes; the newest always stays,
    for the labels of one frame share it."""

    def __init__(self, encode: Callable[[int], ImageFeatures], budget: int) -> None:
        self._encode = encode
        self._budget = budget
        self._kept: OrderedDict[int, ImageFeatures] = OrderedDict()

    @property
    def nbytes(self) -> int:
        return sum(features.nbytes for features in self._kept.values())

    def __contains__(self, frame: int) -> bool:
        return frame in self._kept

    def at(self, frame: int) -> ImageFeatures:
        """Features of a frame, computed where they are not kept; raises what `encode` raises."""
        if frame not in self._kept:
            self._kept[frame] = self._encode(frame)
            while self.nbytes > self._budget and len(self._kept) > 1:
                self._kept.popitem(last=False)
        self._kept.move_to_end(frame)
        return self._kept[frame]

    def shrink(self) -> None:
        """Forget everything, and from now on keep a quarter of what was allowed."""
        self._budget //= _LESS
        self.clear()

    def clear(self) -> None:
        self._kept.clear()
