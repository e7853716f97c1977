"""How good a picture is, against how many bytes it takes, and which quality a link can bear."""

from typing import Literal, get_args

Quality = Literal["glimpse", "scrub", "rest"]
"""As small as says anything; as small as is still worth looking at; as good as the source where the eye rests."""
LADDER: tuple[Quality, ...] = get_args(Quality)
SHARES: dict[Quality, float] = {"glimpse": 0.08, "scrub": 0.25, "rest": 1.0}
"""Bytes in proportion to the best quality, for what has not been sent yet."""
NEWS = 0.3
"""How much the size of the last picture counts against those before it."""


class Sizes:
    """How large pictures of each quality have been of late."""

    def __init__(self) -> None:
        self._sizes: dict[Quality, float] = {}

    def note(self, quality: Quality, size: int) -> None:
        """A picture of this quality took so many bytes."""
        before = self._sizes.get(quality, size)
        self._sizes[quality] = before + NEWS * (size - before)

    def of(self, quality: Quality) -> float:
        """Bytes that the next picture will take; 0 where nothing is known."""
        if quality in self._sizes:
            return self._sizes[quality]
        return max((size * SHARES[quality] / SHARES[known] for known, size in self._sizes.items()), default=0.0)

    def best_within(self, room: float) -> Quality:
        """The best quality that takes no more than `room` bytes; the least one takes what it takes."""
        return next((quality for quality in reversed(LADDER) if self.of(quality) <= room), LADDER[0])
