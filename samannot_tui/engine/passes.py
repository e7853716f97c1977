"""One pass of a run over its reach: where each label starts, what drives it and which frames it writes."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from samannot_tui.engine.continuations import Continuations, Memory, Wanted
from samannot_tui.engine.reach import Reach
from samannot_tui.engine.sources import Sources
from samannot_tui.masks.index import RecordSource
from samannot_tui.session.live import NO_RECORD, LiveMasks
from samannot_tui.session.plan import Continued, LabelPlan, Pass, Source, Span, Transition
from samannot_tui.session.state import State
from samannot_tui.text import printable


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
    """How a label goes through a reach: `start`, `sources` and `continues` as in LabelPlan."""

    start: int
    sources: tuple[Source, ...]
    continues: Continued | None = None


class PassPlanner:
    """Plans the passes of one run, one after the other; a frame that a pass writes is not written again.

    Attributes:
        remarks: what came up so far.
        kept: labels that had a source, but no frame to write that a person has not edited.
        crossed: the ways in which labels have come over a block's boundary so far.
    """

    def __init__(self, state: State, live: LiveMasks, memories: Collection[Memory], *, overwrite_edits: bool) -> None:
        self._state = state
        self._live = live
        self._sources = Sources(state, live)
        self._continuations = Continuations(state, live, memories)
        self._overwrite_edits = overwrite_edits
        self._written: dict[int, list[Span]] = {}
        self.remarks = Remarks()
        self.kept: set[int] = set()
        self.crossed: set[Transition] = set()

    def plan(self, reach: Reach, labels: tuple[int, ...]) -> Pass | None:
        """The pass over `reach`; None where no label has anything to write in it."""
        given = {label: self._given(label, reach) for label in labels}
        wanted = [self._wanted(label, reach, given[label]) for label in labels]
        ended = self._continuations.within([each for each in wanted if each.can_start], reach)
        planned = [plan for each in wanted if (plan := self._plan_label(each, reach, given[each.label], ended))]
        if not planned:
            return None
        # To where it stops whatever is written there: what it leaves for the next block must not depend on it.
        starts = [plan.start for plan in planned]
        first, last = (min(starts), reach.stop) if reach.way == "forward" else (reach.stop, max(starts))
        ahead = reach.beyond if reach.stop == reach.end and self._state.settings.transition == "points" else None
        return Pass(reach.way, first, last, tuple(planned), ahead)

    def _plan_label(
        self, wanted: Wanted, reach: Reach, given: dict[int, Source], ended: Continued | None
    ) -> LabelPlan | None:
        label = wanted.label
        if not ended:
            self._remark_absence(wanted, reach)
        if not wanted.can_start:
            return None
        route = self._route(wanted, reach, ended)
        if reach.order(route.start) > reach.order(reach.stop):
            return None
        writes = self._writes(label, reach, route.start, given)
        if not writes:
            self.kept.add(label)
            return None
        self._written.setdefault(label, []).extend(writes)
        self._note_crossing(label, reach, route)
        return LabelPlan(label, route.start, route.sources, writes, route.continues is not None, route.continues)

    def _given(self, label: int, reach: Reach) -> dict[int, Source]:
        """The label's own sources in reach; edits that the run is to overwrite are none."""
        found: dict[int, Source] = {}
        edited = np.flatnonzero(self._masked_and_edited(label, reach)[1]) + reach.span.first
        prompted = (f for f in self._state.prompted_frames(label) if reach.span.first <= f <= reach.span.last)
        for frame in sorted({*prompted, *edited.tolist()}):
            overwritten = self._overwrite_edits and reach.order(frame) > 0
            source = self._sources.prompted(frame, label) if overwritten else self._sources.on(frame, label)
            if source:
                found[frame] = source
            elif self._sources.is_mute(frame, label):
                self.remarks.add(f"Only negative points on frame {frame}, which compute nothing", label)
        return found

    def _wanted(self, label: int, reach: Reach, given: dict[int, Source]) -> Wanted:
        """What the label has in reach and on the barriers around, which drives it all along."""
        frames = sorted(given, key=reach.order)
        nearest = max((frame for frame in frames if reach.order(frame) <= 0), key=reach.order, default=None)
        ahead = min((frame for frame in frames if reach.order(frame) > 0), key=reach.order, default=None)
        edge = self._edge_source(label, reach)
        end = reach.end + reach.step
        before = edge if reach.barrier else None
        after = self._sources.mask_on(end, label) if end in self._state.barriers else None
        sources = tuple(each for each in (before, *(given[frame] for frame in frames), after) if each)
        return Wanted(label, sources, nearest, ahead, self._continuations.across(label, reach), edge)

    def _route(self, wanted: Wanted, reach: Reach, ended: Continued | None) -> _Route:
        """Where a label that can start does so, and from what."""
        sources, nearest, ahead, edge = wanted.sources, wanted.nearest, wanted.ahead, wanted.edge
        if ended:
            return _Route(ended.frame + reach.step, sources, ended)
        # Memory that ends right before a prompted frame is corrected by the prompts, as within a block.
        if wanted.carried and nearest in (None, reach.begin):
            return _Route(reach.begin, sources, wanted.carried)
        if nearest is not None:
            return _Route(nearest, sources)
        if edge:
            return _Route(edge.frame, sources if reach.barrier else (edge, *sources))
        assert ahead is not None, "the label can start"
        return _Route(ahead, sources)

    def _edge_source(self, label: int, reach: Reach) -> Source | None:
        """The mask on the frame just before the reach: a barrier's, or the neighbouring block's where that is how
        blocks hand over, or what they fall back to."""
        if reach.edge is None or (not reach.barrier and self._state.settings.transition in ("points", "off")):
            return None
        return self._sources.mask_on(reach.edge, label)

    def _remark_absence(self, wanted: Wanted, reach: Reach) -> None:
        """Say that the label has nothing behind it to start from because it is absent where it would come over."""
        edge = reach.edge
        if edge is None or wanted.nearest is not None or wanted.carried or wanted.edge:
            return
        is_open = reach.barrier or self._state.settings.transition != "off"
        if is_open and self._sources.is_absent(edge, wanted.label):
            self.remarks.add(f"Absent on frame {edge}, so nothing is handed over from there", wanted.label)

    def _note_crossing(self, label: int, reach: Reach, route: _Route) -> None:
        if route.continues:
            self.crossed.add("carry")
        elif route.start == reach.edge and not reach.barrier:
            self.crossed.add("mask")
            if self._state.settings.transition == "carry":
                self.remarks.add(
                    f"The engine holds no memory of frame {reach.edge} any more; going on from the mask there", label
                )
        elif route.start == reach.begin and any(
            placed.auto is not None for placed in self._state.prompts_on(reach.begin, label)
        ):
            self.crossed.add("points")

    def _writes(self, label: int, reach: Reach, start: int, given: dict[int, Source]) -> tuple[Span, ...]:
        frames = np.arange(reach.span.first, reach.span.last + 1)
        order = frames - reach.start if reach.way == "forward" else reach.start - frames
        masked, edited = self._masked_and_edited(label, reach)
        if self._overwrite_edits:
            edited &= np.isin(frames, [frame for frame, source in given.items() if not source.prompts])
        # The lead-in fills gaps only: a mask there may have been reviewed.
        wanted = np.where(order >= 0, ~edited, ~masked)
        wanted &= (order >= reach.order(start)) & (order <= reach.order(reach.stop))
        for span in self._written.get(label, ()):
            wanted &= (frames < span.first) | (frames > span.last)
        return _spans(frames[wanted])

    def _masked_and_edited(self, label: int, reach: Reach) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Of each frame of the span: whether it has a mask, and whether that is a person's.

        Looks at the span alone: a video may have hundreds of blocks, and each is planned.
        """
        records = self._live.records(label)[reach.span.first : reach.span.last + 1]
        return records != NO_RECORD, self._live.index.source[records] == RecordSource.EDITED


def _spans(frames: npt.NDArray[np.intp]) -> tuple[Span, ...]:
    """Rising frames as runs of neighbours."""
    if not len(frames):
        return ()
    parts = np.split(frames, np.flatnonzero(np.diff(frames) > 1) + 1)
    return tuple(Span(int(part[0]), int(part[-1])) for part in parts)
