"""Points for the next block: what a run found on its look-ahead frame, thinned to a few clicks."""

from collections.abc import Sequence

from samannot_tui.engine.protocol import LabelMask
from samannot_tui.masks.index import RecordSource
from samannot_tui.masks.rle import Rle, decode
from samannot_tui.session.commands import AddPrompt, RemovePrompt
from samannot_tui.session.follower import Follower
from samannot_tui.session.plan import Plan
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.text import printable


class HandOver:
    """Gathers the look-ahead masks of one run; they are seen by nobody and written nowhere."""

    def __init__(self, plan: Plan) -> None:
        self._ahead = [sweep.ahead for sweep in plan.passes]
        self._found: dict[tuple[int, int], Rle | None] = {}

    def take(self, sweep: int, frame: int, masks: Sequence[LabelMask]) -> None:
        """Take in one tracked frame; only that of the look-ahead counts."""
        if frame == self._ahead[sweep]:
            self._found.update({(frame, each.label): each.rle if each.object_score > 0 else None for each in masks})

    def commands(self, run: int, now: Follower) -> list[AddPrompt | RemovePrompt]:
        """What replaces the points that an earlier run handed over; nothing where a person prompted or drew."""
        from samannot_tui.masks.skeleton import skeleton_points

        wanted: list[AddPrompt | RemovePrompt] = []
        for (frame, label), rle in self._found.items():
            placed = now.state.prompts_on(frame, label)
            if any(each.auto is None for each in placed) or _is_edited(now, frame, label):
                continue
            wanted += [RemovePrompt(each.seq, run) for each in placed]
            points = skeleton_points(decode(rle)) if rle else ()
            wanted += [AddPrompt(label, frame, PointPrompt(x, y), run) for x, y in points]
        return wanted

    def notices(self, now: Follower) -> list[str]:
        """Which labels have nothing to go on from in the next block."""
        absent: dict[int, list[str]] = {}
        for (frame, label), rle in self._found.items():
            if rle is None:
                absent.setdefault(frame, []).append(printable(now.state.labels[label].name))
        return [
            f"Absent on frame {frame}, so no points are handed over: {', '.join(names)}."
            for frame, names in absent.items()
        ]


def _is_edited(now: Follower, frame: int, label: int) -> bool:
    record = now.live.record(frame, label)
    return record is not None and bool(now.live.index.source[record] == RecordSource.EDITED)
