"""How sure the engine is of a mask: a formula fitted on DAVIS 2016 (AUC .90 for IoU under .5)."""

import math

import numpy as np

from samannot_tui.engine.flow.grid import Bool, Float
from samannot_tui.engine.flow.histogram import likeness
from samannot_tui.engine.flow.memory import LabelMemory

ABSENT_SCORE = -6.0
_CEILING = 6.0


def overlap(first: Bool, second: Bool) -> float:
    """Intersection over union; 1 for two empty masks."""
    union = int(np.count_nonzero(first | second))
    return int(np.count_nonzero(first & second)) / union if union else 1.0


def contrast(mask: Bool, look: Float) -> float:
    """How much more the mask's pixels look like the object than the rest of the crop."""
    if mask.all() or not mask.any():
        return 0.0
    return float(look[mask].mean()) - float(look[~mask].mean())


def quality(memory: LabelMemory, colours: Float, area: float, contrast: float) -> float:
    """Predicted IoU, 0 to 1, from the overlap of expected and found masks so far, the colours' likeness to
    the prompted frame's, the classifier's contrast and the change of area."""
    alike = likeness(colours, memory.anchor.colours.inside)
    change = math.log(max(area / max(memory.area, 1.0), 0.02))
    value = -0.8 + 0.48 * memory.steadiness + 0.96 * alike + 0.11 * contrast + 0.1 * min(change, 0.7)
    return min(max(value, 0.0), 1.0)


def object_score(mask: Bool, quality: float) -> float:
    """A logit: negative for an empty mask, else positive and rising with the quality."""
    if not mask.any():
        return ABSENT_SCORE
    odds = (1 + quality) / max(1 - quality, 1e-9)
    return min(max(math.log(odds), 0.1), _CEILING)
