"""Grey frames in the place of a video that is not there: masks and prompts can be looked at without it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from samannot_tui.media.source import MediaInfo, Picture, RgbFrame

GREY = 64


class BlankSource:
    """A FrameSource of frames without anything on them.

    Attributes:
        path: where the video should be.
        info: what is known of it.
    """

    def __init__(self, path: Path, info: MediaInfo, notice: str) -> None:
        self.path = path
        self.info = info
        self.notices: tuple[str, ...] = (notice,)

    def read(self, frame: int) -> RgbFrame:
        """Raises:
        IndexError: no such frame.
        """
        if not 0 <= frame < self.info.frame_count:
            raise IndexError(f"no frame {frame} of {self.info.frame_count}")
        return np.full((self.info.height, self.info.width, 3), GREY, np.uint8)

    def walk(self, frame: int) -> Iterator[tuple[int, Picture]]:
        yield frame, lambda: self.read(frame)

    def time(self, frame: int) -> float:
        return frame / self.info.fps if self.info.fps > 0 else 0.0

    def stem(self, frame: int) -> str:
        return f"{frame:05}"

    def close(self) -> None:
        """There is nothing to close."""
