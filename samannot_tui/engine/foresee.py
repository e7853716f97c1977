"""What a request is going to do, before it does it: frames, labels, who is left alone, and how long it will take."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from samannot_tui.engine.carried_out import is_carried_out
from samannot_tui.engine.chain import Chain
from samannot_tui.engine.continuations import Memory
from samannot_tui.engine.errand import Errand
from samannot_tui.engine.pace import seconds_for_work, work_of
from samannot_tui.engine.planner import NothingToRunError, RunRequest, plan_run, reach_of
from samannot_tui.engine.reach import WAYS, Reach, Way
from samannot_tui.engine.stale import stale_runs
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.plan import Direction, Pass, Plan, Span
from samannot_tui.session.state import State
from samannot_tui.text import printable

_NAMES_TOLD = 6


@dataclass(frozen=True)
class Foreseen:
    """What a run or a chain of them will do; beyond the first run, if no instance is lost or ends on the way.

    Attributes:
        direction: as asked for.
        first, last: the outermost frames that are written.
        frames: how many are tracked, in all passes together.
        runs: how many runs there will be.
        labels: ids of the labels that are tracked, rising.
        labels_without_source: those that were asked for and are left alone.
        edits_kept: masks that a person made and the runs come over, but do not touch.
        seconds: how long it will take; None before this engine has finished a run in this session.
        notices: what the first run's plan says.
    """

    direction: Direction
    first: int
    last: int
    frames: int
    runs: int
    labels: tuple[int, ...]
    labels_without_source: tuple[int, ...]
    edits_kept: int
    seconds: float | None
    notices: tuple[str, ...]


@dataclass(frozen=True)
class _Sweep:
    """A pass to come: `frames` are tracked, those of `span` are written, but for gaps."""

    run: int
    frames: int
    span: Span
    labels: frozenset[int]


def foresee(
    state: State, live: LiveMasks, request: RunRequest, memories: Collection[Memory], engine: EngineInfo | None
) -> Foreseen:
    """What `request` would do if it were started now.

    Args:
        memories: what is kept of earlier passes of the engine that is to run.
        engine: which one that is; None while it is not known.

    Raises:
        InputError: it would be refused, and why.
    """
    begun = Errand(request).next_plan(state, live, memories, engine)
    sweeps = list(_sweeps(state, live, request, memories, engine))
    labels = frozenset[int]().union(*(sweep.labels for sweep in sweeps))
    asked = set(state.labels if request.labels is None else request.labels)
    pace = None if engine is None else seconds_for_work(state.history, engine)
    return Foreseen(
        request.direction,
        min(sweep.span.first for sweep in sweeps),
        max(sweep.span.last for sweep in sweeps),
        sum(sweep.frames for sweep in sweeps),
        len({sweep.run for sweep in sweeps}),
        tuple(sorted(labels)),
        tuple(sorted(asked - labels)),
        0 if request.overwrite_edits else _edits_under(sweeps, live),
        None if pace is None else pace * sum(work_of(sweep.frames, len(sweep.labels)) for sweep in sweeps),
        begun.notices,
    )


def in_words(foreseen: Foreseen, state: State) -> str:
    """What is said before it starts; safe to show."""
    runs = f" in {foreseen.runs} runs" if foreseen.runs > 1 else ""
    told = names(foreseen.labels, state)
    sentences = [f"Run {foreseen.direction}, frames {foreseen.first} to {foreseen.last}{runs}: {told}."]
    if foreseen.edits_kept:
        kept = "1 edited mask stays" if foreseen.edits_kept == 1 else f"{foreseen.edits_kept} edited masks stay"
        sentences.append(f"{kept} as it is." if foreseen.edits_kept == 1 else f"{kept} as they are.")
    if foreseen.seconds is not None:
        sentences.append(f"About {duration(foreseen.seconds)}.")
    return " ".join((*sentences, *foreseen.notices))


def names(labels: Sequence[int], state: State) -> str:
    """What labels are called, the first few of them; safe to show."""
    # A screen may be behind the writer: a label that it has not heard of yet goes by its number.
    told = [printable(state.labels[label].name) if label in state.labels else f"label {label}" for label in labels]
    if len(told) > _NAMES_TOLD:
        told[_NAMES_TOLD:] = [f"{len(told) - _NAMES_TOLD} more"]
    return ", ".join(told)


def _sweeps(
    state: State, live: LiveMasks, request: RunRequest, memories: Collection[Memory], engine: EngineInfo | None
) -> Iterator[_Sweep]:
    """The passes of all its runs. Labels of one block come over into the next, unless blocks hand nothing over."""
    chain = Chain(request)
    stale = stale_runs(state, live) if request.extent == "all" else set()
    arriving: dict[Way, frozenset[int]] = defaultdict(frozenset)
    run = 0
    while link := chain.next(state, live.frame_count):
        plan = _plan(state, live, link, memories)
        arrived = arriving[WAYS[link.direction][0]] if run and WAYS[link.direction] else frozenset[int]()
        is_done = request.extent == "all" and plan and is_carried_out(plan, state, live, engine, stale)
        if not arrived and (plan is None or is_done):
            continue
        run += 1
        made = {sweep.direction: sweep for sweep in plan.passes} if plan else {}
        for way in WAYS[link.direction] or ("forward",):
            sweep = _sweep(run, made.get(way), arrived, reach_of(state, live.frame_count, link, way), state)
            if sweep:
                yield sweep
            arriving[way] = sweep.labels if sweep and state.settings.transition != "off" else frozenset()


def _sweep(run: int, made: Pass | None, arrived: frozenset[int], reach: Reach | None, state: State) -> _Sweep | None:
    """The pass that is planned now, with the labels that will have arrived by then; they start where it begins."""
    labels = {each.label: each for each in made.labels} if made else {}
    if arrived and reach:
        tracked = abs(reach.stop - reach.begin) + 1
        if state.settings.transition == "mask" and any(
            label not in labels or labels[label].start != reach.begin for label in arrived
        ):
            # The mask that is handed over is tracked too, on its own frame.
            tracked += 1
        return _Sweep(run, tracked, Span(*sorted((reach.begin, reach.stop))), arrived | set(labels))
    if not made:
        return None
    ends = [end for each in made.labels for span in each.writes for end in (span.first, span.last)]
    return _Sweep(run, made.last - made.first + 1, Span(min(ends), max(ends)), frozenset(labels))


def _plan(state: State, live: LiveMasks, request: RunRequest, memories: Collection[Memory]) -> Plan | None:
    try:
        return plan_run(state, live, live.frame_count, request, memories)
    except NothingToRunError:
        return None


def _edits_under(sweeps: list[_Sweep], live: LiveMasks) -> int:
    cells = {
        (label, frame)
        for label in {label for sweep in sweeps for label in sweep.labels}
        for frame in live.edited_frames(label).tolist()
        if any(label in sweep.labels and sweep.span.first <= frame <= sweep.span.last for sweep in sweeps)
    }
    return len(cells)


def duration(seconds: float) -> str:
    """How long that is, for people: as exact as a forecast can be."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"
