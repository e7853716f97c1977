"""A video file as a random-access, frame-exact sequence of pictures."""

import os
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path

import av
import numpy as np
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import VideoReformatter

from samannot_tui.errors import InputError
from samannot_tui.media.decoder import MAX_THREADS, Decoder
from samannot_tui.media.fingerprint import file_fingerprint
from samannot_tui.media.orientation import orientation_of
from samannot_tui.media.scan import scan
from samannot_tui.media.source import MediaInfo, Picture, RgbFrame
from samannot_tui.media.timeline import Entry
from samannot_tui.text import printable

# A seek that saves fewer decoded packets than this costs more than it saves.
_SEEK_COST = 8


class VideoSource:
    """See `FrameSource`. A frame that cannot be decoded shows the one before it, as a player would.

    A frame is known by the packet that it comes from, so it is the same from wherever decoding started.
    """

    def __init__(self, path: Path) -> None:
        """Open a regular file, read its packet table and decode its first frames.

        Raises:
            InputError: the file is no video, or holds no frame that can be decoded.
        """
        self.path = path
        self._decoder = Decoder(path)
        self._reformatter = VideoReformatter()
        self._holes: set[int] = set()
        self._current: tuple[int, VideoFrame] | None = None
        try:
            found = scan(self._decoder, path)
            self._timeline, self._times, self.notices = found.timeline, found.times, found.notices
            self._decoder.use_threads(min(MAX_THREADS, os.cpu_count() or 1))
            self._start(self._timeline.entries[0])
            first = next(self._run, None)
            if first is None:
                raise InputError(f"{printable(path)} holds no frame that can be decoded; give another video")
            self._current = first
            self._orientation = orientation_of(first[1])
            self._shape = self._convert(first[1]).shape
        except InputError:
            self._decoder.close()
            raise
        height, width, _ = self._shape
        self.info = MediaInfo("video", len(self._timeline), found.fps, width, height, file_fingerprint(path))

    def read(self, frame: int) -> RgbFrame:
        for number, picture in self.walk(frame):
            if number == frame:
                return picture()
        raise AssertionError("a walk ends with its frame")

    def walk(self, frame: int) -> Iterator[tuple[int, Picture]]:
        self._check(frame)
        shown = frame
        while shown in self._holes or not (yield from self._approach(shown)):
            if shown == 0:
                raise InputError(f"{printable(self.path)} can no longer be decoded; open it again")
            shown -= 1
        assert self._current is not None
        yield frame, partial(self._rgb, *self._current)

    def time(self, frame: int) -> float:
        self._check(frame)
        return float(self._times[frame])

    def stem(self, frame: int) -> str:
        self._check(frame)
        return f"{frame:05d}"

    def close(self) -> None:
        self._decoder.close()

    def _check(self, frame: int) -> None:
        if not 0 <= frame < len(self._timeline):
            raise IndexError(f"there is no frame {frame} in a video of {len(self._timeline)} frames")

    def _approach(self, frame: int) -> Generator[tuple[int, Picture], None, bool]:
        """Decode up to `frame`, yielding the frames before it; afterwards it is the current one if true.

        The way is to go on from the current frame, else to start at the entry before `frame`, else,
        should that turn out to be none, at entries ever further back.
        """
        if self._current is not None and self._current[0] == frame:
            return True
        if self._is_near(frame) and (yield from self._run_to(frame)) is None:
            return True
        late: dict[Entry, int] = {}
        low, high = frame, len(self._timeline)
        for entry in self._starts(frame):
            self._start(entry)
            gap = yield from self._run_to(frame)
            if gap is None:
                for claimant, first in late.items():
                    self._timeline.correct(claimant, first)
                return True
            high = min(high, gap.stop)
            if gap.start > 0:
                # It gave the frames before and after: nothing further back will give those between.
                low = gap.start
                break
            late[entry] = gap.stop
        self._holes.update(range(low, high))
        return False

    def _run_to(self, frame: int) -> Generator[tuple[int, Picture], None, range | None]:
        """Go on with the run until `frame` is current; if it never comes, the frames left out around it."""
        before = -1
        for number, picture in self._run:
            self._current = number, picture
            if number >= frame:
                return None if number == frame else range(before + 1, number)
            before = number
            yield number, partial(self._rgb, number, picture)
        return range(before + 1, len(self._timeline))

    def _is_near(self, frame: int) -> bool:
        """Whether decoding on from the current frame is cheaper than a seek."""
        entry = self._timeline.entries[self._timeline.entry_before(frame)]
        ahead = self._current is not None and frame > self._current[0]
        return ahead and entry.ordinal - self._decoder.fed <= _SEEK_COST

    def _starts(self, frame: int) -> Iterator[Entry]:
        entries = list(self._timeline.entries)
        at, step = self._timeline.entry_before(frame), 1
        yield entries[at]
        while at > 0:
            at, step = max(at - step, 0), 2 * step
            yield entries[at]

    def _start(self, entry: Entry) -> None:
        self._run = self._frames_from(entry)
        self._current = None

    def _frames_from(self, entry: Entry) -> Iterator[tuple[int, VideoFrame]]:
        """Frames by number from `entry` on; none if the entry's frame is no key, as the container claimed."""
        for ordinal, picture in self._decoder.frames_from(entry.ordinal):
            predicted = picture.pict_type in (PictureType.P, PictureType.B)
            if ordinal == entry.ordinal > 0 and predicted:
                return
            number = int(self._timeline.frame[ordinal])
            if number >= entry.frame:
                yield number, picture

    def _rgb(self, number: int, picture: VideoFrame) -> RgbFrame:
        image = self._convert(picture)
        if image.shape != self._shape:
            (height, width, _), (first_height, first_width, _) = image.shape, self._shape
            raise InputError(
                f"{printable(self.path)} changes its picture size at frame {number}, from {first_width}x"
                f"{first_height} to {width}x{height}; cut it there and annotate the parts one by one"
            )
        return image

    def _convert(self, picture: VideoFrame) -> RgbFrame:
        try:
            # One thread, so that a picture never depends on how many cores there are.
            converted = self._reformatter.reformat(picture, format="rgb24", threads=1)
        except av.error.FFmpegError as error:
            raise InputError(
                f"{printable(self.path)} has pixels that cannot be converted to RGB; convert it to H.264"
            ) from error
        return self._orientation.upright(np.asarray(converted.to_ndarray(), np.uint8))
