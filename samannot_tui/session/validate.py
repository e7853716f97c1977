"""What must hold of any event whatever came before it: an opened session may be a stranger's."""

import math

from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.prompts import BoxPrompt, PointPrompt, Prompt

MAX_LABELS = 255


def check_event(event: AnyEvent, seq: int, frame_count: int) -> None:
    """Check an event read from line `seq` of a journal.

    Raises:
        ValueError: it cannot be the event of that line in a video of `frame_count` frames.
    """
    if event.seq != seq:
        raise ValueError(f"it is numbered {event.seq}, not {seq}")
    label = getattr(event, "label", 1)
    if not 1 <= label <= MAX_LABELS:
        raise ValueError(f"label {label} is not from 1 to {MAX_LABELS}")
    frames = [getattr(event, "frame", 0)]
    if isinstance(event, ev.MasksCleared):
        frames = [event.first, event.last]
    if isinstance(event, ev.RunStarted):
        frames = [frame for sweep in event.plan.passes for frame in (sweep.first, sweep.last)]
    if any(not 0 <= frame < frame_count for frame in frames):
        raise ValueError(f"it names a frame outside 0 to {frame_count - 1}")
    if isinstance(event, ev.PromptAdded) and not is_finite(event.prompt):
        raise ValueError("its coordinates are not finite numbers")


def is_finite(prompt: Prompt) -> bool:
    """Whether all coordinates are finite numbers."""
    match prompt:
        case PointPrompt(x=x, y=y):
            return math.isfinite(x) and math.isfinite(y)
        case BoxPrompt():
            return all(map(math.isfinite, (prompt.x0, prompt.y0, prompt.x1, prompt.y1)))
        case _:
            return True
