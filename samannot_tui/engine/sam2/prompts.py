"""A set of prompts gives one mask on its frame: a function of the set and of that frame alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from samannot_tui.engine.answerable import require_answerable
from samannot_tui.engine.contract import LabelResult, PromptSet
from samannot_tui.engine.sam2.features import ImageFeatures
from samannot_tui.engine.sam2.network import Click, Network, Prediction
from samannot_tui.masks.rle import BoolMask

_TOP_LEFT, _BOTTOM_RIGHT = 2, 3


@dataclass(frozen=True, eq=False)
class Answer:
    """What a prompt set gives.

    Attributes:
        prediction: what tracking is conditioned on.
        mask: the mask itself where it was given (or is a union); None where it is the prediction's. The
            prediction holds it at a quarter of the image's size only, and must not replace what a person made.
        quality: predicted quality, 0 to 1.
    """

    label: int
    prediction: Prediction
    mask: BoolMask | None
    quality: float

    def result(self, size: tuple[int, int]) -> LabelResult:
        """The label on its frame, which is of `size` (height, width)."""
        mask = self.prediction.mask(size) if self.mask is None else self.mask
        return LabelResult(self.label, mask, self.prediction.object_score, self.quality, "prompted")


def answer(network: Network, features: ImageFeatures, prompts: PromptSet, size: tuple[int, int]) -> Answer:
    """Apply a set that was `checked` to its frame.

    Points and a box refine the set's mask and base. Several boxes are answered one by one: the network takes
    one box only, so their union is what stands, or what the points refine.
    """
    clicks: list[Click] = [(x, y, int(positive)) for x, y, positive in prompts.points]
    if not clicks and not prompts.boxes:
        mask = prompts.base if prompts.mask is None else prompts.mask
        assert mask is not None, "`checked` lets no set pass that has nothing at all"
        return _standing(network, features, prompts.label, mask, 1.0)
    known = [mask for mask in (prompts.mask, prompts.base) if mask is not None]
    if len(prompts.boxes) > 1:
        found = [network.clicked(features, _corners(box), size, None) for box in prompts.boxes]
        known += [prediction.mask(size) for prediction in found]
        if not clicks:
            quality = min(prediction.quality for prediction in found)
            return _standing(network, features, prompts.label, _union(known), quality)
    elif prompts.boxes:
        clicks = _corners(prompts.boxes[0]) + clicks
    prediction = network.clicked(features, clicks, size, _union(known) if known else None)
    return Answer(prompts.label, prediction, None, prediction.quality)


def _standing(network: Network, features: ImageFeatures, label: int, mask: BoolMask, quality: float) -> Answer:
    prediction = network.given(features, mask)
    return Answer(label, prediction, mask.copy(), quality if mask.any() else 0.0)


def _corners(box: tuple[float, float, float, float]) -> list[Click]:
    left, top, right, bottom = box
    return [(left, top, _TOP_LEFT), (right, bottom, _BOTTOM_RIGHT)]


def _union(masks: Sequence[BoolMask]) -> BoolMask:
    return reduce(np.logical_or, masks)


def checked(prompts: PromptSet, size: tuple[int, int], frame_count: int) -> PromptSet:
    """The set with its boxes' corners in order, if a video of `size` (height, width) can answer it.

    Raises:
        ValueError: the set computes nothing, or is not of such a video.
    """
    require_answerable(prompts, size, frame_count)
    return replace(prompts, boxes=tuple(_ordered(box) for box in prompts.boxes))


def _ordered(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    (left, right), (top, bottom) = sorted(box[::2]), sorted(box[1::2])
    return left, top, right, bottom
