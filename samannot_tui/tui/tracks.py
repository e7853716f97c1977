"""What the timeline shows, as arrays over screen columns: pure, so that it is tested without a screen."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samannot_tui.session.live import LiveMasks
from samannot_tui.session.state import State

Columns = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Tracks:
    """Each field is bool (columns,): does the column hold a frame that has this?

    `done` is true only where every frame of the column is annotated. `block` is the active block,
    `block_start` the columns where a block other than the first begins.
    """

    done: Columns
    started: Columns
    block: Columns
    block_start: Columns
    prompts: Columns
    active_prompts: Columns
    masks: Columns
    active_masks: Columns
    barriers: Columns


def column_of(frame: int, frame_count: int, columns: int) -> int:
    """The screen column that shows a frame, the first of them where a frame is wider than a column."""
    return int(_starting(np.array([frame]), frame_count, columns)[0])


def frame_at(column: int, frame_count: int, columns: int) -> int:
    """The first frame that a screen column shows; columns outside count as the nearest one inside."""
    column = min(max(column, 0), columns - 1)
    exact = -column if frame_count > columns else column
    return abs(exact * frame_count // columns)


def tracks(state: State, live: LiveMasks, frame_count: int, active: int | None, frame: int, columns: int) -> Tracks:
    """The timeline of a video of `frame_count` frames on `columns` screen columns, at `frame`."""

    def marks(frames: Iterable[int] | npt.NDArray[np.intp]) -> Columns:
        return _marks(np.fromiter(frames, np.int64), frame_count, columns)

    size = state.settings.block_size
    block_first = frame // size * size
    annotated = np.zeros(frame_count, np.bool_)
    annotated[live.annotated_frames()] = True
    started = marks(np.flatnonzero(annotated))
    return Tracks(
        done=started & ~marks(np.flatnonzero(~annotated)),
        started=started,
        block=marks(range(block_first, min(block_first + size, frame_count))),
        block_start=_starts(np.arange(size, frame_count, size), frame_count, columns),
        prompts=marks({placed.frame for placed in state.prompts.values()}),
        active_prompts=marks(state.prompted_frames(active) if active else ()),
        masks=started,
        active_masks=marks(live.frames(active) if active else ()),
        barriers=_starts(np.fromiter(state.barriers, np.int64), frame_count, columns),
    )


def _starting(frames: npt.NDArray[np.int64], frame_count: int, columns: int) -> npt.NDArray[np.int64]:
    return frames * columns // frame_count if frame_count > columns else -(-frames * columns // frame_count)


def _starts(frames: npt.NDArray[np.int64], frame_count: int, columns: int) -> Columns:
    """One column for each frame, also where a frame is wider than a column."""
    result = np.zeros(columns, np.bool_)
    result[_starting(frames, frame_count, columns)] = True
    return result


def _marks(frames: npt.NDArray[np.int64], frame_count: int, columns: int) -> Columns:
    """All columns of each frame."""
    if frame_count > columns:
        return _starts(frames, frame_count, columns)
    shown = np.zeros(frame_count, np.bool_)
    shown[frames] = True
    result: Columns = shown[np.arange(columns) * frame_count // columns]
    return result
