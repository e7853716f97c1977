"""Blocks: the video cut into stretches of N frames. Block k holds frames kN .. (k+1)N - 1, the last maybe fewer."""

from samannot_tui.session.plan import Span


def block_count(size: int, frame_count: int) -> int:
    """How many blocks of `size` frames a video of `frame_count` frames has."""
    return -(-frame_count // size)


def block_span(number: int, size: int, frame_count: int) -> Span:
    """Frames of block `number` (from 0).

    Raises:
        IndexError: no such block.
    """
    if not 0 <= number < block_count(size, frame_count):
        raise IndexError(f"there is no block {number} in {block_count(size, frame_count)} blocks")
    return Span(number * size, min((number + 1) * size, frame_count) - 1)


def block_of(frame: int, size: int, frame_count: int) -> Span:
    """Frames of the block that holds `frame`.

    Raises:
        IndexError: no such frame.
    """
    if not 0 <= frame < frame_count:
        raise IndexError(f"there is no frame {frame} in {frame_count} frames")
    return block_span(frame // size, size, frame_count)


def block_before(frame: int, size: int, frame_count: int) -> Span | None:
    """The block before the one that holds `frame`; None at the first."""
    first = block_of(frame, size, frame_count).first
    return block_of(first - 1, size, frame_count) if first else None


def block_after(frame: int, size: int, frame_count: int) -> Span | None:
    """The block after the one that holds `frame`; None at the last."""
    last = block_of(frame, size, frame_count).last
    return block_of(last + 1, size, frame_count) if last + 1 < frame_count else None
