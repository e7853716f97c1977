"""What objects of datasets that others made are called, and where they may lie."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from samannot_tui.errors import InputError
from samannot_tui.media.source import FrameSource
from samannot_tui.text import printable

Point = tuple[float, float]
Instance = tuple[str, str]
"""A class, and what tells an instance from others of the class, "" for nothing."""
LONGEST_OUTLINE = 1000
"""In pixels: what an outline may have even in the smallest frame."""


def frame_numbered(number: int, media: FrameSource, where: str) -> int:
    """The same number, if the media has a frame of it.

    Raises:
        InputError: it has not; `where` names the place.
    """
    count = media.info.frame_count
    if not 0 <= number < count:
        raise InputError(f"{where}: there is no frame {number}; the media's are 0 to {count - 1}.")
    return number


def box_within(
    corners: tuple[float, float, float, float], media: FrameSource, where: str
) -> tuple[float, float, float, float]:
    """A box x0, y0, x1, y1, in any order of its corners, cut off at the frame's outermost pixels.

    Raises:
        InputError: nothing of it is in the frame, or it has numbers that are none.
    """
    (x0, x1), (y0, y1) = sorted(corners[::2]), sorted(corners[1::2])
    right, bottom = media.info.width - 1, media.info.height - 1
    if not (x0 <= right + 0.5 and x1 >= -0.5 and y0 <= bottom + 0.5 and y1 >= -0.5):
        raise InputError(f"{where}: a box lies outside the frame; mend or remove it.")
    return min(max(x0, 0), right), min(max(y0, 0), bottom), max(min(x1, right), 0), max(min(y1, bottom), 0)


def check_near(points: Iterable[Point], media: FrameSource, where: str) -> None:
    """Raises:
    InputError: a point (x, y) is more than the frame's own width or height outside it, or is no number.
    """
    width, height = media.info.width, media.info.height
    for x, y in points:
        if not (-width <= x <= 2 * width and -height <= y <= 2 * height):
            raise InputError(f"{where}: a corner is far outside the frame; mend or remove it.")


def check_outline(corners: Sequence[Point], media: FrameSource, where: str) -> None:
    """Raises:
    InputError: as `check_near`, or the outline (x, y) is longer than there are pixels: COCO's tools, which go along
        it step by step, would need memory without bound.
    """
    check_near(corners, media, where)
    length = sum(math.dist(start, end) for start, end in pairwise([*corners[-1:], *corners]))
    if length > LONGEST_OUTLINE + media.info.width * media.info.height:
        raise InputError(f"{where}: the outline is longer than the frame has pixels; mend or remove it.")


def check_in_frame(points: Iterable[Point], media: FrameSource, where: str) -> None:
    """Raises:
    InputError: a point (x, y) is on no pixel of the frame.
    """
    for x, y in points:
        if not (-0.5 <= x <= media.info.width - 0.5 and -0.5 <= y <= media.info.height - 0.5):
            raise InputError(f"{where}: a point is outside the frame; mend or remove it.")


def instance_names(found: Iterable[Instance]) -> Mapping[Instance, str]:
    """A name for each instance.

    A class with one instance gives its own name; of several, each has the telling mark behind it.

    Raises:
        InputError: two would have one name.
    """
    marks: dict[str, list[str]] = {}
    for name, mark in dict.fromkeys(found):
        marks.setdefault(name, []).append(mark)
    names = {
        (name, mark): name if len(of_class) == 1 else f"{name} {mark}".rstrip()
        for name, of_class in marks.items()
        for mark in of_class
    }
    taken: dict[str, Instance] = {}
    for key, name in names.items():
        if taken.setdefault(name, key) != key:
            raise InputError(f"Two instances of the annotation would both be named {printable(name)}; rename one.")
    return names
