"""Which of the engine's memories a label may go on from: across a block's boundary, or where a run was ended.

A memory counts only while what it saw still is what counts: its run is not undone, the mask at its frame is that
run's or one that the run started from, and, where a run is taken up inside a reach, all that it started from is
what a run from there would start from now.
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


@dataclass(frozen=True)
class Wanted:
    """What a label has in a reach as it stands now.

    Attributes:
        sources: its own and those on the barriers that bound the reach, in the order of travel.
        nearest: frame of its own source at or behind the start that is nearest to it, None where there is none.
        ahead: frame of its own first source after the start, None where there is none.
        carried: the memory that ends right before the reach, None where there is none to go on from.
        edge: the source that the mask on the reach's edge is, None where none is handed over.
    """

    label: int
    sources: tuple[Source, ...]
    nearest: int | None
    ahead: int | None
    carried: Continued | None
    edge: Source | None

    @property
    def can_start(self) -> bool:
        return self.nearest is not None or self.ahead is not None or bool(self.carried or self.edge)


class Continuations:
    """The memories that there are, against the annotation as it stands now."""

    def __init__(self, state: State, live: LiveMasks, memories: Collection[Memory]) -> None:
        self._state = state
        self._live = live
        # A damaged file may name any frame.
        self._memories = [each for each in memories if 0 <= each.frame < live.frame_count]

    def across(self, label: int, reach: Reach) -> Continued | None:
        """The memory that ends right before the reach, at the boundary that no barrier closes."""
        if self._state.settings.transition != "carry" or reach.barrier:
            return None
        return _newest(memory for memory in self._holding(label, reach.way) if memory.frame == reach.edge)

    def within(self, wanted: Collection[Wanted], reach: Reach) -> Continued | None:
        """The memory at which a run of exactly these labels was ended in this reach, if it may be taken up there.

        Labels share a pass only together: to some engines each is the others' background.
        """
        together = {each.label for each in wanted}
        return _newest(
            memory
            for memory in self._memories
            if memory.way == reach.way
            and reach.span.first <= memory.frame <= reach.span.last
            and reach.order(memory.frame) < reach.order(reach.stop)
            and memory.labels == together == self._labels_of(memory)
            and all(self._may_resume(memory, each, reach) for each in wanted)
        )

    def _labels_of(self, memory: Memory) -> set[int]:
        run = self._state.runs.get(memory.run)
        passes = run.plan.passes if run else ()
        return {each.label for sweep in passes if sweep.direction == memory.way for each in sweep.labels}

    def _may_resume(self, memory: Memory, wanted: Wanted, reach: Reach) -> bool:
        if not self._stands(memory.run, memory.frame, memory.way, wanted.label):
            return False
        if wanted.nearest is not None and reach.order(memory.frame) < reach.order(wanted.nearest):
            return False
        runs, began = self._beginning(memory, wanted.label, reach)
        return began is not None and self._begins_so(began, wanted, reach) and self._wrote(runs, began, memory, reach)

    def _beginning(self, memory: Memory, label: int, reach: Reach) -> tuple[set[int], LabelPlan | None]:
        """The runs that one memory after another led to this one, and how the first of them began in this reach."""
        runs = {memory.run}
        planned = planned_in(self._state, memory.run, memory.way, label)
        while planned and planned.continues and reach.span.first <= planned.continues.frame <= reach.span.last:
            run, frame = planned.continues.run, planned.continues.frame
            if run in runs or not self._stands(run, frame, memory.way, label):
                return runs, None
            runs.add(run)
            planned = planned_in(self._state, run, memory.way, label)
        return runs, planned

    def _begins_so(self, began: LabelPlan, wanted: Wanted, reach: Reach) -> bool:
        """Whether a run would begin there now as that one did."""
        own = tuple(each for each in began.sources if reach.barrier or each.frame != reach.edge)
        if own != wanted.sources:
            return False
        if began.continues:
            return began.start == reach.begin and began.continues == wanted.carried
        if began.start == reach.edge:
            return wanted.edge is not None and wanted.edge in began.sources
        return reach.span.first <= began.start <= reach.span.last

    def _wrote(self, runs: set[int], began: LabelPlan, memory: Memory, reach: Reach) -> bool:
        """Whether all frames up to the memory have masks, and those from the start on are the runs' own."""
        first = began.start if began.start != reach.edge else reach.begin
        for frame in range(first, memory.frame + reach.step, reach.step):
            record = self._live.record(frame, began.label)
            if record is None:
                return False
            row = self._live.index.row(record)
            if reach.order(frame) >= 0 and (row.run not in runs or row.label != began.label):
                return False
        return True

    def _holding(self, label: int, way: Way) -> list[Memory]:
        return [
            each
            for each in self._memories
            if each.way == way and label in each.labels and self._stands(each.run, each.frame, way, label)
        ]

    def _stands(self, run: int, frame: int, way: Way, label: int) -> bool:
        return stands(Continued(run, frame), way, label, self._state, self._live)


def stands(continued: Continued, way: Way, label: int, state: State, live: LiveMasks) -> bool:
    """Whether the mask at a memory's frame is that of the run which left it, or one that this run started from.

    A mask that was another label's when the run made it does not count: the memory is of the other instance.
    """
    record = live.record(continued.frame, label)
    # Of an undone run no record is live.
    if record is None or continued.run not in state.runs:
        return False
    if live.index.run[record] == continued.run and live.index.label[record] == label:
        return True
    planned = planned_in(state, continued.run, way, label)
    return planned is not None and any(source.record == record for source in planned.sources)


def planned_in(state: State, run: int, way: Way, label: int) -> LabelPlan | None:
    """A label's part in the pass of run `run` that went in `way`; None where there is none."""
    passes = state.runs[run].plan.passes if run in state.runs else ()
    plans = (each for sweep in passes if sweep.direction == way for each in sweep.labels)
    return next((each for each in plans if each.label == label), None)


def _newest(memories: Iterable[Memory]) -> Continued | None:
    newest = max(memories, key=lambda memory: memory.run, default=None)
    return None if newest is None else Continued(newest.run, newest.frame)
