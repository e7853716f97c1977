"""Which of the engine's memories a label may go on from: across a block's boundary, or where a run was ended.

A memory counts only while what it saw still is what counts: its run is not undone, the mask at its frame is
that run's or one that the run started from, and, inside a reach, the sources are those that the run had.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from samannot_tui.engine.reach import Reach, Way
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.plan import Continued, LabelPlan, Source
from samannot_tui.session.state import State


@dataclass(frozen=True)
class Memory:
    """What an engine remembers of a pass: `labels` of run `run` at `frame`, travelling in `way`."""

    run: int
    frame: int
    way: Way
    labels: frozenset[int]


class Continuations:
    """The memories that there are, against the annotation as it stands now."""

    def __init__(self, state: State, live: LiveMasks, memories: Collection[Memory]) -> None:
        self._state = state
        self._live = live
        self._memories = memories

    def across(self, label: int, reach: Reach) -> Continued | None:
        """The memory that ends right before the reach, at the boundary that no barrier closes."""
        if self._state.settings.transition != "carry" or reach.barrier:
            return None
        return _newest(memory for memory in self._holding(label, reach) if memory.frame == reach.edge)

    def within(self, label: int, reach: Reach, sources: tuple[Source, ...], origin: int | None) -> Continued | None:
        """The memory at which a run of the same sources was ended in this reach.

        Args:
            sources: what the label has in the reach and on the barriers that bound it, in the order of travel.
            origin: frame of the nearest source at or behind the start, which memory from before it cannot replace.
        """
        found = [
            memory
            for memory in self._holding(label, reach)
            if reach.span.first <= memory.frame <= reach.span.last
            and memory.frame != reach.end
            and (origin is None or reach.order(memory.frame) >= reach.order(origin))
            and self._had(memory, label, reach, sources)
            and self._wrote_up_to(memory, label, reach)
        ]
        furthest = max((reach.order(memory.frame) for memory in found), default=0)
        return _newest(memory for memory in found if reach.order(memory.frame) == furthest)

    def _holding(self, label: int, reach: Reach) -> list[Memory]:
        return [
            memory
            for memory in self._memories
            if memory.way == reach.way and label in memory.labels and self._stands(memory, label)
        ]

    def _stands(self, memory: Memory, label: int) -> bool:
        record = self._live.record(memory.frame, label)
        # Of an undone run no record is live.
        if record is None or memory.run not in self._state.runs:
            return False
        planned = self._planned(memory, label)
        started_from = {source.record for source in planned.sources} if planned else set()
        return bool(self._live.index.row(record).run == memory.run) or record in started_from

    def _planned(self, memory: Memory, label: int) -> LabelPlan | None:
        passes = self._state.runs[memory.run].plan.passes
        plans = (each for sweep in passes if sweep.direction == memory.way for each in sweep.labels)
        return next((each for each in plans if each.label == label), None)

    def _had(self, memory: Memory, label: int, reach: Reach, sources: tuple[Source, ...]) -> bool:
        planned = self._planned(memory, label)
        if planned is None:
            return False
        # What a block's transition handed over lies outside the reach, and is in the memory.
        handed_over = None if reach.barrier else reach.edge
        return tuple(each for each in planned.sources if each.frame != handed_over) == sources

    def _wrote_up_to(self, memory: Memory, label: int, reach: Reach) -> bool:
        """Whether the frames from the start up to the memory are the run's, so that it need not do them again."""
        between = range(reach.start, memory.frame + reach.step, reach.step)
        records = [self._live.record(frame, label) for frame in between]
        return all(record and self._live.index.row(record).run == memory.run for record in records)


def _newest(memories: Iterable[Memory]) -> Continued | None:
    newest = max(memories, key=lambda memory: memory.run, default=None)
    return None if newest is None else Continued(newest.run, newest.frame)
