"""The runs that take a whole video from its sources to its ends, for work without a screen."""

from collections.abc import Iterator

from samannot_tui.engine.blocks import block_count, block_span
from samannot_tui.engine.planner import NothingToRunError, RunRequest, labels_asked_for
from samannot_tui.engine.reach import Way, stretches
from samannot_tui.engine.sources import Sources
from samannot_tui.errors import InputError
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.plan import Span
from samannot_tui.session.state import State


def plan_video(
    state: State,
    live: LiveMasks,
    frame_count: int,
    *,
    labels: tuple[int, ...] | None = None,
    blocks: range | None = None,
    direction: Way | None = None,
) -> Iterator[RunRequest]:
    """Requests that together write every label on every frame it can reach, to be planned each in its turn.

    Forward over the blocks from the first source to the video's end, with the labels that have had a source
    by then; then backward to frame 0, once for each group of labels that have their first source on the same
    frame. Where barriers cut a block, each part has a request of its own. A request may turn out to have
    nothing to run (an instance that is absent at the boundary): `NothingToRunError`, go on with the next.

    Args:
        labels: ids of the labels to run; None for all.
        blocks: numbers, from 0, of those to write in; None for all.
        direction: None for both.

    Raises:
        InputError: there is no such label or block.
        NothingToRunError: none of the labels has any source.
    """
    sources = Sources(state, live)
    first = {label: frame for label in labels_asked_for(state, labels) if (frame := sources.first(label)) is not None}
    if not first:
        raise NothingToRunError("There is nothing to run; prompt a label on a frame first.")
    size = state.settings.block_size
    count = block_count(size, frame_count)
    numbers = range(count) if blocks is None else blocks
    if not set(numbers) <= set(range(count)):
        raise InputError(
            f"There are no blocks {numbers.start + 1} to {numbers.stop}; the video has blocks 1 to {count}."
        )
    parts = [part for number in numbers for part in stretches(block_span(number, size, frame_count), state.barriers)]
    return _requests(parts, first, direction)


def _requests(parts: list[Span], first: dict[int, int], direction: Way | None) -> Iterator[RunRequest]:
    if direction != "backward":
        yield from _forward(parts, first)
    if direction != "forward":
        yield from _backward(parts, first)


def _forward(parts: list[Span], first: dict[int, int]) -> Iterator[RunRequest]:
    earliest = min(first.values())
    for part in parts:
        if part.last >= earliest:
            labels = tuple(label for label, frame in first.items() if frame <= part.last)
            yield RunRequest(max(part.first, earliest), "forward", labels)


def _backward(parts: list[Span], first: dict[int, int]) -> Iterator[RunRequest]:
    for frame in sorted(set(first.values())):
        group = tuple(label for label, its_first in first.items() if its_first == frame)
        for part in reversed(parts):
            if part.first <= frame and frame > 0:
                yield RunRequest(min(part.last, frame), "backward", group)
