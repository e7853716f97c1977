"""What a person is asked to look at: shot cuts, identities that may have been exchanged, what the schema forbids."""

from collections.abc import Callable, Iterator, Mapping

from samannot_tui.masks.rle import Rle
from samannot_tui.media.source import FrameSource
from samannot_tui.review.cuts import Cut, find_cuts
from samannot_tui.review.swaps import Swap, find_swaps
from samannot_tui.session.conformity import Finding, check
from samannot_tui.session.follower import Follower

Proposal = Cut | Swap | Finding
GoOn = Callable[[str, int, int], bool]


class _CancelledError(Exception):
    """The person has had enough."""


def find_proposals(follower: Follower, source: FrameSource, found: Callable[[Proposal], None], go_on: GoOn) -> None:
    """Look for all of them: what the masks tell first, since the cuts take all of the video.

    Args:
        follower, source: nobody else's.
        found: called with each as soon as it is known.
        go_on: called with (what is looked through, done, to do); false ends the search.

    Raises:
        InputError: the video cannot be read, or a mask is damaged.
    """

    def progress(what: str, done: int, total: int) -> None:
        if not go_on(what, done, total):
            raise _CancelledError

    try:
        for swap in find_swaps(_counted(follower, lambda done, total: progress("masks", done, total))):
            found(swap)
        if schema := follower.state.schema:
            everything = follower.state, follower.live, follower.read
            for finding in check(schema, *everything, lambda done, total: progress("labels", done, total)):
                found(finding)
    except _CancelledError:
        return
    for cut in find_cuts(source, lambda done, total: go_on("frames", done, total)):
        found(cut)


def find_crossings(follower: Follower, labels: tuple[int, int], first: int, last: int) -> list[int]:
    """Frames from `first` to `last` at which two labels may have exchanged places, rising.

    Raises:
        InputError: a mask is damaged.
    """
    return [swap.frame for swap in find_swaps(_masks(follower, range(first, last + 1), labels))]


def _counted(follower: Follower, progress: Callable[[int, int], None]) -> Iterator[tuple[int, Mapping[int, Rle]]]:
    frames = follower.live.annotated_frames().tolist()
    for done, masks in enumerate(_masks(follower, frames, tuple(follower.state.labels))):
        progress(done, len(frames))
        yield masks


def _masks(
    follower: Follower, frames: list[int] | range, labels: tuple[int, ...]
) -> Iterator[tuple[int, Mapping[int, Rle]]]:
    """As `find_swaps` wants them."""
    for frame in frames:
        records = follower.live.on_frame(frame)
        yield frame, {label: follower.read(record).rle for label, record in records.items() if label in labels}
