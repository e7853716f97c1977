"""What is read of a foreign annotation, and what the readers share: which frame an image is, and masks as runs."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from pycocotools import mask as coco

from samannot_tui.errors import InputError
from samannot_tui.masks.rle import LONGEST_NUMBER, MaskError, Rle, decode, encode, run_lengths
from samannot_tui.media.source import FrameSource, MediaInfo
from samannot_tui.session.paths import encode_path
from samannot_tui.text import printable

LONGEST_SHOWN = 80
_OF_ROBOFLOW = re.compile(r"_[A-Za-z]{3,4}\.rf\.[0-9A-Za-z]+\Z")
"""What Roboflow puts behind the stem of each picture: its suffix, and a hash, which may end in digits."""
_LARGEST_NUMBER = 9
"""Digits of a frame's number, without leading zeros."""


@dataclass(frozen=True)
class FoundObject:
    """One instance in one frame of a foreign annotation: mask, box, points; none where its outline has no pixel there.

    Attributes:
        frame: number in the video, from 0.
        name: the label that it is to become or to match, as the file has it.
        mask: of the media's height x width; one without pixels says that the instance is absent: an outline that
            lies outside the frame, or covers nothing, says so no more than a point does.
        box: x0, y0, x1, y1 in pixels, both corners inside it.
        points: (x, y) in pixels, on the instance.
        person: made by a person, None where the format does not say.
        score: how sure a model was that it is there; None where the format does not say.
    """

    frame: int
    name: str
    mask: Rle | None = None
    box: tuple[float, float, float, float] | None = None
    points: tuple[tuple[float, float], ...] = ()
    person: bool | None = None
    score: float | None = None


Reader = Callable[[Path, FrameSource], Iterator[FoundObject]]
"""Reads lazily; raises InputError, naming the file and the place, for whatever is wrong. Decodes nothing larger than
the media, of which it may ask `info` and `stem`, no pictures. Reading twice gives the same."""


class FrameNames:
    """Which frame an image of a foreign annotation is, by its file's name: the path to it does not matter.

    In an image folder, the frame of the same stem, as it is or as exports write it in text (see `session.paths`); of a
    video, the number that the stem ends with, from 0; what Roboflow puts behind it does not count.
    """

    def __init__(self, source: FrameSource) -> None:
        self._count = source.info.frame_count
        self._by_stem: dict[str, int] | None = None
        if source.info.kind == "folder":
            stems = {source.stem(frame): frame for frame in range(self._count)}
            self._by_stem = {encode_path(Path(stem)): frame for stem, frame in stems.items()} | stems

    def frame(self, name: str, where: str) -> int:
        """The frame of the image file `name`; `where` says for the sentence which place of which file names it.

        Raises:
            InputError: there is no such frame.
        """
        stem = PureWindowsPath(name).stem  # takes / and \ alike
        if self._by_stem is not None:
            frame = self._by_stem.get(Path(name).stem, self._by_stem.get(stem))
            if frame is None:
                frame = self._by_stem.get(_OF_ROBOFLOW.sub("", stem))
            if frame is None:
                raise InputError(f"{where}: {shown(name)} is none of the session's images.")
            return frame
        number = re.search(r"0*([0-9]+)\Z", _OF_ROBOFLOW.sub("", stem))
        if number is None or len(number[1]) > _LARGEST_NUMBER or int(number[1]) >= self._count:
            raise InputError(
                f"{where}: {shown(name)} is no frame of the video; the names of its images end in the number "
                f"of the frame, 0 to {self._count - 1}."
            )
        return int(number[1])


def shown(text: object) -> str:
    """What a file calls something, for a sentence: safe to show, and not longer than a line."""
    text = str(text)
    return printable(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


def require_size(width: int, height: int, info: MediaInfo, where: str) -> None:
    """Raises:
    InputError: an image or a mask has not the size of the session's video.
    """
    if (width, height) != (info.width, info.height):
        raise InputError(f"{where}: {width}x{height} pixels, but the video has {info.width}x{info.height}.")


def sound_runs(rle: Rle, where: str) -> Rle:
    """The same mask, its runs measured, and written as our own encoder does where another one was wasteful.

    Its size is the media's already, see `require_size`.

    Raises:
        InputError: the runs do not fill its size.
    """
    height, width = rle.size
    try:
        # Measured by their length first: what is far too long would take memory to be measured at all.
        plausible = len(rle.counts) <= LONGEST_NUMBER * (height * width + 1)
        runs = run_lengths(rle.counts) if plausible else []
        if sum(runs) != height * width:
            raise MaskError(f"The runs do not fill the size of {width}x{height} pixels.")
        # Runs of no length may make a mask's line longer than its picture.
        return encode(decode(rle)) if 0 in runs[1:] else rle
    except MaskError as error:
        raise InputError(f"{where}: {error}") from error


def packed_runs(runs: Sequence[int], size: tuple[int, int], where: str) -> Rle:
    """The mask of COCO's uncompressed runs, whose `size` (height, width) is the media's already.

    Raises:
        InputError: the runs do not fill it.
    """
    height, width = size
    if len(runs) > height * width + 1 or any(run < 0 for run in runs) or sum(runs) != height * width:
        raise InputError(f"{where}: The runs do not fill the size of {width}x{height} pixels.")
    packed = coco.frPyObjects({"size": [height, width], "counts": list(runs)}, height, width)
    return sound_runs(Rle(size=size, counts=packed["counts"].decode("ascii")), where)
