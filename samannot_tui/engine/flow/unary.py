"""Each pixel's own evidence for the object: where flow carried the mask, how it looks, how it moves."""

import numpy as np

from samannot_tui.engine.flow.grid import Bool, Byte, Float

REACH = 20.0  # work pixels; nothing farther from the expected mask can belong to the object


def log_odds_of(soft: Byte) -> Float:
    """log(p / (1 - p)) of a soft mask 0 to 255, at most 3 either way."""
    share = soft.astype(np.float32) / 255
    return np.clip(np.log((share + 1e-3) / (1 - share + 1e-3)), -3, 3)


def unary(*, soft: Byte, distance: Float, look: Float, colour: Float, motion: Float, occluded: Bool) -> Float:
    """Sum of the cues as a difference of energies, positive for the object; all arrays (height, width).

    Args:
        soft: the last mask carried along by the flow, 0 to 255.
        distance: signed distance to its contour, in pixels, positive inside.
        look: the appearance classifier's score, about -1 to 1.
        colour: log odds of the pixel's colour.
        motion: the motion vote times its gate.
        occluded: where the flow is not to be trusted.
    """
    carried = log_odds_of(soft)
    carried = np.where(occluded, np.minimum(0.3 * carried, 0) - 0.5, 0.7 * carried)
    result: Float = carried + 5 * np.clip(look, -1.2, 1.2)
    result += np.clip(colour, -2.5, 2.5)
    result += 0.3 * np.clip(distance / 8, -2, 2)
    result += 3 * motion
    result[distance < -REACH] = -20
    return result
