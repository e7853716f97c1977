"""One pass of a run over its reach: where each label starts, what drives it and which frames it writes."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from samannot_tui.engine.reach import Reach, Way
from samannot_tui.engine.sources import Sources
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.plan import LabelPlan, Pass, Source, Span
from samannot_tui.session.state import State
from samannot_tui.text import printable


@dataclass(frozen=True)
class Memory:
    """What an engine holds since its last pass: `labels` of run `run` at `frame`, travelling in `way`."""

    run: int
    frame: int
    way: Way
    labels: frozenset[int]


@dataclass
class Remarks:
    """What the person is told before the run: labels gathered under the sentence that holds for them."""

    _labels: dict[str, list[int]] = field(default_factory=dict)

    def add(self, sentence: str, label: int) -> None:
        labels = self._labels.setdefault(sentence, [])
        if label not in labels:
            labels.append(label)

    def sentences(self, state: State) -> tuple[str, ...]:
        """Each sentence once, followed by the names that it holds for."""
        return tuple(
            f"{sentence}: {', '.join(printable(state.labels[label].name) for label in labels)}."
            for sentence, labels in self._labels.items()
        )


@dataclass(frozen=True)
class _Route:
    """How a label goes through a reach: `origin` is its first frame there; `sources` in the order of travel."""

    origin: int
    sources: tuple[Source, ...]
    carried: bool


class PassPlanner:
    """Plans the passes of one run, one after the other; a frame that a pass writes is not written again.

    Attributes:
        remarks: what came up so far.
        kept: labels that had a source, but no frame to write that a person has not edited.
        handed_over: whether a label starts from the mask on the far side of a block boundary.
    """

    def __init__(self, state: State, live: LiveMasks, memory: Memory | None, *, overwrite_edits: bool) -> None:
        self._state = state
        self._live = live
        self._sources = Sources(state, live)
        self._memory = memory
        self._overwrite_edits = overwrite_edits
        self._written: dict[int, set[int]] = {}
        self.remarks = Remarks()
        self.kept: set[int] = set()
        self.handed_over = False

    def plan(self, reach: Reach, labels: tuple[int, ...]) -> Pass | None:
        """The pass over `reach`; None where no label has anything to write in it."""
        planned = [plan for label in labels if (plan := self._plan_label(label, reach))]
        if not planned:
            return None
        # The pass replaces what the engine held before it.
        self._memory = None
        starts = [plan.start for plan in planned]
        if reach.way == "forward":
            last = max(plan.writes[-1].last for plan in planned)
            return Pass("forward", min(starts), last, tuple(planned))
        first = min(plan.writes[0].first for plan in planned)
        return Pass("backward", first, max(starts), tuple(planned))

    def _plan_label(self, label: int, reach: Reach) -> LabelPlan | None:
        given = self._given(label, reach)
        route = self._route(label, reach, given)
        if route is None:
            return None
        writes = self._writes(label, reach, route.origin, given)
        if not writes:
            self.kept.add(label)
            return None
        self._written.setdefault(label, set()).update(f for span in writes for f in range(span.first, span.last + 1))
        final = writes[-1].last if reach.way == "forward" else writes[0].first
        sources = tuple(source for source in route.sources if reach.order(source.frame) <= reach.order(final))
        at_edge = bool(sources) and sources[0].frame == reach.edge
        self.handed_over |= at_edge and not reach.barrier
        start = sources[0].frame if at_edge else route.origin
        return LabelPlan(label, start, sources, writes, route.carried)

    def _given(self, label: int, reach: Reach) -> dict[int, Source]:
        """The label's own sources in reach; edits that the run is to overwrite are none."""
        found: dict[int, Source] = {}
        for frame in self._sources.frames_given(label):
            if not reach.span.first <= frame <= reach.span.last:
                continue
            overwritten = self._overwrite_edits and reach.order(frame) > 0
            source = self._sources.prompted(frame, label) if overwritten else self._sources.on(frame, label)
            if source:
                found[frame] = source
            elif self._sources.is_mute(frame, label):
                self.remarks.add(f"Only negative points on frame {frame}, which compute nothing", label)
        return found

    def _route(self, label: int, reach: Reach, given: dict[int, Source]) -> _Route | None:
        frames = sorted(given, key=reach.order)
        ahead = [given[frame] for frame in frames if reach.order(frame) > 0]
        behind = [given[frame] for frame in frames if reach.order(frame) <= 0][-1:]
        carries = self._carries(label, reach)
        if behind:
            # Memory that ends right before a prompted frame is corrected by the prompts, as within a block.
            return _Route(behind[0].frame, (*behind, *ahead), carries and behind[0].frame == reach.begin)
        if carries:
            return _Route(reach.begin, tuple(ahead), True)
        edge = self._edge_source(label, reach)
        if edge:
            return _Route(reach.begin, (edge, *ahead), False)
        return _Route(ahead[0].frame, tuple(ahead), False) if ahead else None

    def _carries(self, label: int, reach: Reach) -> bool:
        """Whether the engine's memory of the label ends right before the reach and still is what counts there."""
        memory = self._memory
        if self._state.settings.transition != "carry" or memory is None or reach.barrier:
            return False
        if (memory.frame, memory.way) != (reach.edge, reach.way) or label not in memory.labels:
            return False
        # Of an undone run no record is live.
        record = self._live.record(memory.frame, label)
        return record is not None and self._live.index.row(record).run == memory.run

    def _edge_source(self, label: int, reach: Reach) -> Source | None:
        """The mask on the frame just before the reach: a barrier's, or the neighbouring block's."""
        edge, transition = reach.edge, self._state.settings.transition
        if edge is None or (transition == "off" and not reach.barrier):
            return None
        source = self._sources.mask_on(edge, label)
        if source is None and self._live.record(edge, label) is not None:
            self.remarks.add(f"Absent on frame {edge}, so nothing is handed over from there", label)
        if source and transition == "carry" and not reach.barrier:
            self.remarks.add(
                f"The engine holds no memory of frame {edge} any more; going on from the mask there", label
            )
        return source

    def _writes(self, label: int, reach: Reach, origin: int, given: dict[int, Source]) -> tuple[Span, ...]:
        frames = np.arange(reach.span.first, reach.span.last + 1)
        order = frames - reach.start if reach.way == "forward" else reach.start - frames
        masked = np.isin(frames, self._live.frames(label))
        edited = [
            frame
            for frame in self._live.edited_frames(label).tolist()
            if not self._overwrite_edits or (frame in given and not given[frame].prompts)
        ]
        # The lead-in fills gaps only: a mask there may have been reviewed.
        wanted = np.where(order >= 0, ~np.isin(frames, edited), ~masked)
        wanted &= order >= reach.order(origin)
        wanted &= ~np.isin(frames, list(self._written.get(label, ())))
        return _spans(frames[wanted])


def _spans(frames: npt.NDArray[np.intp]) -> tuple[Span, ...]:
    """Rising frames as runs of neighbours."""
    if not len(frames):
        return ()
    parts = np.split(frames, np.flatnonzero(np.diff(frames) > 1) + 1)
    return tuple(Span(int(part[0]), int(part[-1])) for part in parts)
