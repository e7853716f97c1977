"""Too many points on one instance in one frame: SAM 2 then breaks its mask into fragments (design, section 5)."""

from collections import Counter

from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.state import State
from samannot_tui.text import printable

MANY_POINTS = 8
CROWDED = f"more than {MANY_POINTS} points on one instance in one frame tend to fragment its mask"


def crowded_cells(state: State) -> list[str]:
    """A sentence for each label and frame with so many points that its mask suffers."""
    cells = [(each.label, each.frame) for each in state.prompts.values() if isinstance(each.prompt, PointPrompt)]
    return [
        f"{printable(state.labels[label].name)} has {count} points on frame {frame}: {CROWDED}."
        for (label, frame), count in Counter(cells).items()
        if count > MANY_POINTS
    ]
