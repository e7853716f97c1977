"""Frames to choose from where a range has to be given: what a person most likely means, in words."""

from dataclasses import dataclass

from samannot_tui.engine.blocks import block_of
from samannot_tui.tui.place import Place


@dataclass(frozen=True)
class Choice:
    """A frame, and why it."""

    frame: int
    why: str


def starts(place: Place, crossings: list[int]) -> list[Choice]:
    """Where a range may begin, the likeliest first, no frame twice.

    `crossings` are frames at which the labels that it is about exchange places, rising.
    """
    size, count = place.state.settings.block_size, place.frame_count
    before = [frame for frame in crossings if frame <= place.frame]
    return _distinct(
        Choice(place.frame, "this frame"),
        *(Choice(frame, "where they cross") for frame in before[-1:]),
        Choice(block_of(place.frame, size, count).first, "the block's start"),
        Choice(0, "the video's start"),
    )


def ends(place: Place, first: int, crossings: list[int]) -> list[Choice]:
    """Where a range that begins at `first` may end, as `starts`; what a barrier in the block vouches for stays."""
    size, count = place.state.settings.block_size, place.frame_count
    block_end = block_of(first, size, count).last
    barriers = sorted(frame for frame in place.state.barriers if frame > first)[:1]
    near = [Choice(frame - 1, "before the barrier") for frame in barriers if frame <= block_end]
    far = [Choice(frame - 1, "before the barrier") for frame in barriers if frame > block_end]
    crossed = [Choice(frame - 1, "before they cross") for frame in crossings if frame > first][:1]
    return _distinct(*near, Choice(block_end, "the block's end"), *crossed, *far, Choice(count - 1, "the video's end"))


def _distinct(*choices: Choice) -> list[Choice]:
    return list({choice.frame: choice for choice in reversed(choices)}.values())[::-1]
