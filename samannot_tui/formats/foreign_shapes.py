"""What objects of datasets that others made are called, and where they may lie."""

import math
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import pairwise

from samannot_tui.errors import InputError
from samannot_tui.formats.coco_parsing import MOST_TURNS
from samannot_tui.formats.reading import shown
from samannot_tui.media.source import FrameSource

Point = tuple[float, float]
Instance = tuple[str, str]
"""A class, and what tells an instance from others of the class, "" for nothing."""


def frame_numbered(number: int, media: FrameSource, where: str) -> int:
    """The same number, if the media has a frame of it.

    Raises:
        InputError: it has not; `where` names the place.
    """
    count = media.info.frame_count
    if not 0 <= number < count:
        raise InputError(f"{where}: there is no frame {number}; the media's are 0 to {count - 1}.")
    return number


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
    InputError: an outline, corners (x, y) in order, is so long that drawing it would take time without bound.
    """
    length = sum(math.dist(start, end) for start, end in pairwise([*corners[-1:], *corners]))
    if not length <= MOST_TURNS * (media.info.width + media.info.height):
        raise InputError(f"{where}: the polygon reaches far beyond the frame; mend or remove it.")


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
            raise InputError(f"Two instances of the annotation would both be named {shown(name)}; rename one.")
    return names


class Numbers:
    """Names for what nothing tells from others of its class in a frame: the class, then "class 2" and so on.

    As in `coco_reader`: they stand in the file's order, which says nothing of which is which from frame to frame.
    """

    def __init__(self, taken: Container[str] = ()) -> None:
        """`taken` are names that others have; their numbers are passed over."""
        self._taken = taken
        self._seen: Counter[tuple[int, str]] = Counter()

    def name(self, frame: int, of_class: str) -> str:
        """A name that no other has on the frame."""
        while True:
            self._seen[frame, of_class] += 1
            number = self._seen[frame, of_class]
            if number == 1:
                return of_class
            if (name := f"{of_class} {number}") not in self._taken:
                return name
