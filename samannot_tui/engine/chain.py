"""A request that goes on beyond its block: a chain of runs, block after block, each with a plan and an undo of its own.

Each run is planned when the one before it is over, so that it goes on from what that one left by the setting
`transition`, from prompts added meanwhile, and never past a barrier set meanwhile.
"""

from dataclasses import dataclass, replace

from samannot_tui.engine.planner import RunRequest, reach_of
from samannot_tui.engine.reach import WAYS, Way
from samannot_tui.session.state import State


@dataclass(frozen=True)
class _Link:
    """A run to come; `behind` is the start of the one before it, None where it is the first."""

    request: RunRequest
    behind: int | None = None


class Chain:
    """What is still to be run of a request; in both directions forward to its end, then backward.

    Attributes:
        stopped_at: the barriers that have ended it so far.
    """

    def __init__(self, request: RunRequest) -> None:
        self.stopped_at: list[int] = []
        self._ahead = [_Link(request)]

    @property
    def has_more(self) -> bool:
        return bool(self._ahead)

    def next(self, state: State, frame_count: int) -> RunRequest | None:
        """The next run, to be planned at once; None when the request is fulfilled or can go no further."""
        while self._ahead:
            link = self._ahead.pop(0)
            if self._is_barred(link, state):
                continue
            request = link.request
            onward = (self._onward(way, request, state, frame_count) for way in WAYS[request.direction])
            self._ahead[:0] = [each for each in onward if each]
            return request
        return None

    def _is_barred(self, link: _Link, state: State) -> bool:
        """Whether a barrier lies between the start of the run before and that of this one."""
        if link.behind is None:
            return False
        step = 1 if link.request.direction == "forward" else -1
        between = range(link.behind + step, link.request.start + step, step)
        barrier = next((frame for frame in between if frame in state.barriers), None)
        if barrier is not None:
            self.stopped_at.append(barrier)
        return barrier is not None

    def _onward(self, way: Way, request: RunRequest, state: State, frame_count: int) -> _Link | None:
        """The run after this one in the block beyond; None where its frames are used up or the video ends."""
        if request.extent == "block" or not 0 <= request.start < frame_count:
            return None
        reach = reach_of(state, frame_count, request, way)
        step = 1 if way == "forward" else -1
        # Without any reach the start is a barrier at the end of its block.
        start = reach.end + step if reach else request.start + step
        if not 0 <= start < frame_count or (reach and reach.stop != reach.end):
            return None
        left = request.extent
        if reach and request.frames is not None:
            left = request.frames - reach.order(reach.end) - 1
        if left == 0:
            return None
        return _Link(replace(request, start=start, direction=way, extent=left), request.start)
