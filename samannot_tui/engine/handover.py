"""What a run that went to the end of its block leaves in the next one: points, or nothing where there were some."""

from collections.abc import Sequence

from samannot_tui.engine.protocol import LabelMask
from samannot_tui.masks.index import RecordSource
from samannot_tui.masks.rle import Rle, decode
from samannot_tui.session import events as ev
from samannot_tui.session.commands import AddPrompt, RemovePrompt
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.plan import Plan
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.state import State
from samannot_tui.text import printable


class HandOver:
    """Gathers the look-ahead masks of one run; they are seen by nobody and written nowhere."""

    def __init__(self, plan: Plan) -> None:
        self._ahead = [sweep.ahead for sweep in plan.passes]
        # Beyond each pass, what an earlier run handed over is no longer what this one found.
        self._found: dict[tuple[int, int], tuple[tuple[int, int], ...]] = {
            (sweep.last + 1 if sweep.direction == "forward" else sweep.first - 1, each.label): ()
            for sweep in plan.passes
            for each in sweep.labels
        }

    def take(self, sweep: int, frame: int, masks: Sequence[LabelMask]) -> None:
        """Take in one tracked frame; only that of the look-ahead counts."""
        if frame == self._ahead[sweep]:
            self._found.update({(frame, each.label): _clicks(each.rle) for each in masks if each.object_score > 0})

    def commands(self, run: int, state: State, live: LiveMasks) -> list[AddPrompt | RemovePrompt]:
        """What replaces the points that an earlier run handed over; nothing where a person prompted or drew."""
        wanted: list[AddPrompt | RemovePrompt] = []
        touched = _touched_since(run, state)
        for (frame, label), points in self._found.items():
            placed = state.prompts_on(frame, label)
            if any(each.auto is None for each in placed) or (frame, label) in touched:
                continue
            wanted += [RemovePrompt(each.seq, run) for each in placed]
            if points and not _is_edited(live, frame, label):
                wanted += [AddPrompt(label, frame, PointPrompt(x, y), run) for x, y in points]
        return wanted

    def notices(self, state: State) -> list[str]:
        """Which labels have nothing to go on from in the next block."""
        absent: dict[int, list[str]] = {}
        for (frame, label), points in self._found.items():
            if not points and frame in self._ahead:
                absent.setdefault(frame, []).append(printable(state.labels[label].name))
        return [
            f"Absent on frame {frame}, so no points are handed over: {', '.join(names)}."
            for frame, names in absent.items()
        ]


def _clicks(rle: Rle) -> tuple[tuple[int, int], ...]:
    # Here, since it loads scikit-image.
    from samannot_tui.masks.skeleton import skeleton_points

    return skeleton_points(decode(rle))


def _is_edited(live: LiveMasks, frame: int, label: int) -> bool:
    record = live.record(frame, label)
    return record is not None and bool(live.index.source[record] == RecordSource.EDITED)


def _touched_since(run: int, state: State) -> set[tuple[int, int]]:
    """Cells whose prompts a person has changed since the run began, also where that was undone again: the points
    that came back then are what the person wants."""
    touched = set()
    for event in state.history[run:]:
        named = state.event(event.target) if isinstance(event, ev.Undone | ev.Redone) else event
        match named:
            case ev.PromptAdded(frame=frame, label=label, auto=None):
                touched.add((frame, label))
            case ev.PromptRemoved(prompt=prompt, auto=None):
                added = state.event(prompt)
                if isinstance(added, ev.PromptAdded):
                    touched.add((added.frame, added.label))
    return touched
