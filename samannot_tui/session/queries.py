"""Where to go next, and what a label's features say: questions that keys and panes ask of an annotation.

A key may be held: no answer takes a pass over the video.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from samannot_tui.session import events as ev
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.schema import PRESENCE, FeatureRule, class_of
from samannot_tui.session.state import State, step_of

Mark = Literal["prompt", "mask", "gap", "barrier"]
_Rising = Sequence[int] | npt.NDArray[np.intp]


def next_marked(mark: Mark, state: State, live: LiveMasks, frame: int, label: int | None) -> int | None:
    """The first frame after `frame` with such a mark; None where there is none.

    Args:
        mark: "prompt" and "mask" ("absent" included) are frames that have one, "gap" the first frame of a
            stretch without a mask between frames that have one.
        label: whose; None for any label's, and for gaps frames on which no label has a mask. Barriers are nobody's.
    """
    all_rising = _marked(mark, state, live, label)
    found = [int(rising[at]) for rising in all_rising if (at := bisect_right(rising, frame)) < len(rising)]
    return min(found, default=None)


def previous_marked(mark: Mark, state: State, live: LiveMasks, frame: int, label: int | None) -> int | None:
    """The last frame before `frame` with such a mark, as `next_marked`."""
    all_rising = _marked(mark, state, live, label)
    found = [int(rising[at - 1]) for rising in all_rising if (at := bisect_left(rising, frame))]
    return max(found, default=None)


def _marked(mark: Mark, state: State, live: LiveMasks, label: int | None) -> list[_Rising]:
    match mark:
        case "prompt":
            return [state.prompted_frames(each) for each in (state.labels if label is None else (label,))]
        case "mask":
            return [live.annotated_frames() if label is None else live.frames(label)]
        case "gap":
            return [live.gaps(label)]
        case "barrier":
            return [sorted(state.barriers)]


def features_at(state: State, label: int, frame: int) -> dict[str, tuple[int, str]]:
    """Feature name -> (since which frame, value) as they hold on a frame, by name; without those not set yet."""
    found = ((name, feature.at(frame)) for name, feature in sorted(state.features.get(label, {}).items()))
    return {name: at for name, at in found if at is not None}


def suggested_values(state: State, label: int) -> dict[str, list[str]]:
    """Feature name -> values that it may be given on this label, each once; the label's own names first.

    The values that the schema allows; else those given before: to this label first, then to others, newest first.
    Values that were cleared since are among them, undone ones are not. Of a schema, the features of the label's
    class are there, without values where any will do; presence is there unless a schema does without it.
    """
    rules = rules_for(state, label)
    counting = set(state.steps)
    given = [
        event for event in reversed(state.history) if isinstance(event, ev.FeatureSet) and step_of(event) in counting
    ]
    given.sort(key=lambda event: event.label != label)
    values: dict[str, dict[str, None]] = {event.name: {} for event in given}
    for event in given:
        values[event.name][event.value] = None
    return {
        name: list(rules[name].values if name in rules else ()) or list(values.get(name, ()))
        for name in dict.fromkeys((*values, *rules))
    }


def rules_for(state: State, label: int) -> dict[str, FeatureRule]:
    """The features that the label's class may have, by name; without a schema, presence."""
    if state.schema is None:
        return {PRESENCE.name: PRESENCE}
    kind = class_of(state.labels[label].name, state.schema)
    rules = state.schema.rules()
    return {rule.name: rule for rule in rules if not rule.classes or kind is None or kind.name in rule.classes}
