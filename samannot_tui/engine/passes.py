"""One pass of a run over its reach: where each label starts, what drives it and which frames it writes."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from samannot_tui.engine.continuations import Continuations, Memory
from samannot_tui.engine.reach import Reach
from samannot_tui.engine.sources import Sources
from samannot_tui.session.live import LiveMasks
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
        self._written: dict[int, set[int]] = {}
        self.remarks = Remarks()
        self.kept: set[int] = set()
        self.crossed: set[Transition] = set()

    def plan(self, reach: Reach, labels: tuple[int, ...]) -> Pass | None:
        """The pass over `reach`; None where no label has anything to write in it."""
        planned = [plan for label in labels if (plan := self._plan_label(label, reach))]
        if not planned:
            return None
        starts = [plan.start for plan in planned]
        if reach.way == "forward":
            first, last = min(starts), max(plan.writes[-1].last for plan in planned)
        else:
            first, last = min(plan.writes[0].first for plan in planned), max(starts)
        looks_ahead = self._state.settings.transition == "points" and reach.end in (first, last)
        return Pass(reach.way, first, last, tuple(planned), reach.beyond if looks_ahead else None)

    def _plan_label(self, label: int, reach: Reach) -> LabelPlan | None:
        given = self._given(label, reach)
        route = self._route(label, reach, given)
        if route is None:
            return None
        writes = self._writes(label, reach, route.start, given)
        if not writes:
            self.kept.add(label)
            return None
        self._written.setdefault(label, set()).update(f for span in writes for f in range(span.first, span.last + 1))
        return LabelPlan(label, route.start, route.sources, writes, route.continues is not None, route.continues)

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
        """Where the label starts; what it has in reach and on the barriers around drives it all along."""
        frames = sorted(given, key=reach.order)
        behind = [frame for frame in frames if reach.order(frame) <= 0]
        nearest = behind[-1] if behind else None
        sources = self._with_barriers(label, reach, [given[frame] for frame in frames])
        ended = self._continuations.within(label, reach, sources, nearest)
        if ended:
            self.crossed.add("carry")
            return _Route(ended.frame + reach.step, sources, ended)
        carried = self._continuations.across(label, reach)
        # Memory that ends right before a prompted frame is corrected by the prompts, as within a block.
        if carried and nearest in (None, reach.begin):
            self.crossed.add("carry")
            return _Route(reach.begin, sources, carried)
        if nearest is not None:
            if nearest == reach.begin and self._is_handed_over(nearest, label):
                self.crossed.add("points")
            return _Route(nearest, sources)
        edge = self._edge_source(label, reach)
        if edge:
            return _Route(edge.frame, sources if reach.barrier else (edge, *sources))
        return _Route(frames[0], sources) if frames else None

    def _with_barriers(self, label: int, reach: Reach, given: list[Source]) -> tuple[Source, ...]:
        """Sources in the order of travel, with the masks on the barriers that bound the reach."""
        before = self._sources.mask_on(reach.begin - reach.step, label) if reach.barrier else None
        end = reach.end + reach.step
        after = self._sources.mask_on(end, label) if end in self._state.barriers else None
        return tuple(source for source in (before, *given, after) if source)

    def _is_handed_over(self, frame: int, label: int) -> bool:
        return any(placed.auto is not None for placed in self._state.prompts_on(frame, label))

    def _edge_source(self, label: int, reach: Reach) -> Source | None:
        """The mask on the frame just before the reach: a barrier's, or the neighbouring block's."""
        edge, transition = reach.edge, self._state.settings.transition
        if edge is None or (transition == "off" and not reach.barrier):
            return None
        source = self._sources.mask_on(edge, label)
        if source is None and self._live.record(edge, label) is not None:
            self.remarks.add(f"Absent on frame {edge}, so nothing is handed over from there", label)
        if source is None or reach.barrier:
            return source
        if transition == "points":
            return None
        if transition == "carry":
            self.remarks.add(
                f"The engine holds no memory of frame {edge} any more; going on from the mask there", label
            )
        self.crossed.add("mask")
        return source

    def _writes(self, label: int, reach: Reach, start: int, given: dict[int, Source]) -> tuple[Span, ...]:
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
        wanted &= order >= reach.order(start)
        wanted &= ~np.isin(frames, list(self._written.get(label, ())))
        return _spans(frames[wanted])


def _spans(frames: npt.NDArray[np.intp]) -> tuple[Span, ...]:
    """Rising frames as runs of neighbours."""
    if not len(frames):
        return ()
    parts = np.split(frames, np.flatnonzero(np.diff(frames) > 1) + 1)
    return tuple(Span(int(part[0]), int(part[-1])) for part in parts)
