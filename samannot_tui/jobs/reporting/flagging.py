"""A session's flags for its report: what was measured before comes from the session's cache, the rest is measured."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import numpy as np

from samannot_tui.errors import InputError
from samannot_tui.jobs.flag_cache import read_flag_cache, write_flag_cache
from samannot_tui.jobs.opening import Opened
from samannot_tui.jobs.reporting.content import Doubtful
from samannot_tui.jobs.reporting.doubts import Doubts, LabelDoubts
from samannot_tui.masks.rle import Rle
from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.review.flags.board import Board
from samannot_tui.review.flags.find import doubts, flags_at
from samannot_tui.review.flags.flag import Thresholds
from samannot_tui.review.flags.measuring import measure_masks, measure_pixels
from samannot_tui.session.follower import Follower


def most_steps(follower: Follower) -> int:
    """How many steps `find_doubts` takes at most, or little more."""
    return 3 * sum(len(follower.live.frames(label)) for label in follower.state.labels)


def find_doubts(
    opened: Opened, follower: Follower, step: Callable[[], None] = lambda: None
) -> tuple[Doubts, tuple[str, ...]]:
    """The flags of an annotation, by its own threshold, and sentences about why some may be missing.

    Takes about as long as playing the video where nothing was measured before.

    Args:
        follower: a copy of the annotation that nobody changes meanwhile.
        step: called after each step; see `most_steps`.

    Raises:
        InputError: a mask is damaged on disk.
    """
    session, state = opened.session, follower.state
    annotation = Annotation.of(follower.live, state.labels)
    cache = session.folder / "cache"
    measures, exchanges = read_flag_cache(cache, annotation.index.count, follower.manifest.frame_count)

    def read(record: int) -> Rle:
        return follower.read(record).rle

    for _ in measure_masks(annotation, measures, read):
        step()
    exchanges.search(annotation, read, step)
    notices: tuple[str, ...] = ()
    try:
        for _ in measure_pixels(annotation, measures, read, opened.source, {}):
            step()
    except InputError as error:
        notices = (f"Flags that need the video's pixels are missing: {error}",)
    if session.read_only is None:
        with suppress(OSError):  # the cache may be lost
            write_flag_cache(cache, measures, exchanges, annotation.index.count)
    thresholds = Thresholds(state.settings.flag_doubt / 100)
    board = Board(annotation, measures, exchanges.swaps)
    return {label: _of_label(label, board, thresholds) for label in annotation.records}, notices


def _of_label(label: int, board: Board, thresholds: Thresholds) -> LabelDoubts:
    found = doubts(label, board.annotation, board.measures, board.swaps)
    flagged = np.where(found >= thresholds.doubt, found, np.float32(0))
    return LabelDoubts(flagged, partial(_described, label, board, thresholds))


def _described(label: int, board: Board, thresholds: Thresholds, frames: Sequence[int]) -> list[Doubtful]:
    rising = np.array(sorted(frames), np.intp)
    flags = flags_at(label, rising, board.annotation, board.measures, board.swaps, thresholds)
    by_frame = {flag.frame: Doubtful(flag.frame, flag.doubt, flag.words) for flag in flags}
    return [by_frame[frame] for frame in frames]
