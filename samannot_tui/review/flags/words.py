"""A flag's reasons in words."""

import numpy as np

from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.review.flags.measures import Measures
from samannot_tui.review.flags.signs import EDGE

MOST_REASONS = 3


def in_words(sign: str, label: int, frame: int, annotation: Annotation, measures: Measures) -> str:
    """Why a sign speaks against a mask; the sign must be known."""
    record = int(annotation.records[label][frame])
    match sign:
        case "score":
            return f"object score {annotation.index.object_score[record]:.1f}"
        case "quality":
            return f"predicted quality {annotation.index.quality[record]:.0%}"
        case "area":
            return (
                f"area {_change(_area(frame - 1, label, annotation, measures), measures['area'][record])} in one frame"
            )
        case "shrunk":
            anchor = int(annotation.anchors(label)[frame])
            then = int(annotation.index.frame[anchor])
            return f"area {_change(measures['area'][anchor], measures['area'][record])} since frame {then}"
        case "speed":
            return f"its centre jumps by {_jump(label, frame, annotation, measures):.0f} pixels"
        case "warped":
            return f"fits frame {frame - 1} by {measures['warped'][record]:.0%} only, motion allowed for"
        case "unsteady":
            return "its outline is unsteady around here"
        case "unlike":
            anchor = int(annotation.anchors(label)[frame])
            return f"its colours fit frame {annotation.index.frame[anchor]} by {measures['likeness'][record]:.0%} only"
        case "scattered":
            return f"{measures['pieces'][record]:.0f} pieces, {measures['scattered'][record]:.0%} outside the largest"
        case "holes":
            return f"holes of {measures['holes'][record]:.0%} of its area"
        case "border":
            return "touches the edge of the picture"
        case "shared":
            return f"{measures['shared'][record]:.0%} of it is covered by another instance"
        case "ends":
            return f"appears or disappears within {EDGE} frames"
        case "swap":
            return "may have exchanged places with another instance"
    raise KeyError(sign)


def _change(before: float, now: float) -> str:
    change = now / max(before, 1) - 1
    return f"fell by {-change:.0%}" if change < 0 else f"grew by {change:.0%}"


def _area(frame: int, label: int, annotation: Annotation, measures: Measures) -> float:
    return float(measures["area"][annotation.records[label][frame]])


def _jump(label: int, frame: int, annotation: Annotation, measures: Measures) -> float:
    """How far the centre lies from where its motion over the two frames before leads, pixels."""
    last, middle, now = ((measures["x"][r], measures["y"][r]) for r in annotation.records[label][frame - 2 : frame + 1])
    return float(np.hypot(now[0] - 2 * middle[0] + last[0], now[1] - 2 * middle[1] + last[1]))
