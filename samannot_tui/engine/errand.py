"""One request on its way through the conductor: the runs that it leads to, one after the other."""

from collections.abc import Collection
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Literal

from samannot_tui.engine.carried_out import is_carried_out
from samannot_tui.engine.chain import Chain
from samannot_tui.engine.continuations import Memory
from samannot_tui.engine.planner import NothingToRunError, RunRequest, plan_run
from samannot_tui.engine.reports import Ended
from samannot_tui.engine.stale import stale_runs
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.plan import Plan
from samannot_tui.session.state import State

Order = Literal["pause", "resume", "end"]


@dataclass
class Errand:
    """A request, who waits for its end, and how far it has come.

    Attributes:
        unanswered: the last order that the worker has not answered; it may have come when a run was just over.
        stale: the stale blocks as they were before it began.
        runs: how many runs it has led to.
        done: frames that the finished ones of them have tracked.
    """

    request: RunRequest
    future: "Future[Ended]" = field(default_factory=Future)
    unanswered: Order | None = None
    stale: tuple[int, ...] = ()
    runs: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        self._chain = Chain(self.request)
        self._done_already = self._without_source = 0

    @property
    def has_more(self) -> bool:
        """Whether there are blocks ahead of it that it has not come to."""
        return self._chain.has_more

    def next_plan(self, state: State, live: LiveMasks, memories: Collection[Memory], engine: EngineInfo | None) -> Plan:
        """The plan of the next run. Blocks that give it nothing to do are passed over; of a request for the rest of
        the video, those too that have been run already as they would be run now.

        Raises:
            NothingToRunError: there is none (any more).
            InputError: as `plan_run`.
        """
        refusal: NothingToRunError | None = None
        stale = stale_runs(state, live) if self.request.extent == "all" else set()
        while request := self._chain.next(state, live.frame_count):
            try:
                plan = plan_run(state, live, live.frame_count, request, memories)
            except NothingToRunError as nothing:
                refusal = refusal or nothing
                self._without_source += 1
                continue
            if request.extent == "all" and is_carried_out(plan, state, live, engine, stale):
                self._done_already += 1
                continue
            return plan
        raise refusal or NothingToRunError(
            f"Everything from frame {self.request.start} on has been tracked from the sources as they are; "
            "run a block by itself to track it again."
        )

    def summary(self) -> str:
        """What became of a request that went beyond its block, in a sentence or more; empty of any other."""
        sentences = []
        if self.runs > 1:
            sentences.append(f"{self.runs} runs, {self.done} frames; each is undone by itself.")
        if self._chain.stopped_at:
            sentences.append(f"Stopped at the barrier on frame {', '.join(map(str, self._chain.stopped_at))}.")
        if self._done_already:
            sentences.append(f"{_blocks(self._done_already)} had been tracked already and passed over.")
        if self._without_source and self.request.extent != "block":
            sentences.append(f"{_blocks(self._without_source)} had nothing to start from.")
        return " ".join(sentences)


def _blocks(count: int) -> str:
    return "1 block" if count == 1 else f"{count} blocks"
