"""What a video is to the rest of the program: a random-access, frame-exact sequence of RGB pictures."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt

RgbFrame = npt.NDArray[np.uint8]
Picture = Callable[[], RgbFrame]


class MediaInfo(msgspec.Struct, frozen=True):
    """Facts about a media file or folder that never change.

    `fingerprint` is a short SHA-256 hex digest that tells another video from the same one moved:
    computed from content that can be read in milliseconds (sizes and sampled bytes), never from the path.
    `width` and `height` are in pixels of the frame as shown (rotation or EXIF orientation applied).
    `fps` is the average rate; an image folder has 25 unless it says otherwise.
    """

    kind: str  # "video" or "folder"
    frame_count: int
    fps: float
    width: int
    height: int
    fingerprint: str


class FrameSource(Protocol):
    """An opened video file or image folder. Not safe for use from two threads at once.

    `notices` are sentences for the person about input that was bad but usable (a truncated file).
    """

    path: Path
    info: MediaInfo
    notices: tuple[str, ...]

    def read(self, frame: int) -> RgbFrame:
        """Frame `frame` (0-based, in presentation order): uint8, shape (height, width, 3), RGB.

        The same picture whether reached by seeking or by decoding from the start.

        Raises:
            IndexError: no such frame.
            samannot_tui.errors.InputError: the file changed or can no longer be read.
        """
        ...

    def walk(self, frame: int) -> Iterator[tuple[int, Picture]]:
        """The frames that have to be decoded on the way to `frame`, which comes last, as (number, picture).

        At most one frame is decoded a step. `picture()` converts to the array that `read` gives, valid
        until the next step. A walk may be dropped at any step; the next one goes on from there.

        Raises:
            IndexError, samannot_tui.errors.InputError: as `read`; a picture may raise InputError too.
        """
        ...

    def time(self, frame: int) -> float:
        """Presentation time of a frame in seconds, the first frame being 0."""
        ...

    def stem(self, frame: int) -> str:
        """The frame's name in exports: an image's own stem in a folder, else the number on five digits."""
        ...

    def close(self) -> None: ...
