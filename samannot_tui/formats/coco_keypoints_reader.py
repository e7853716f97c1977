"""Reading `coco_keypoints`: the keypoints of COCO annotations as points; their masks and boxes are `coco`'s affair.

Each keypoint that can be seen (its third number is 2) is a point on the instance; whose an annotation is,
`coco_parsing.instances` says. Source: https://cocodataset.org/#format-data, keypoint detection.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import msgspec

from samannot_tui.errors import InputError
from samannot_tui.formats.coco_parsing import decoded, instances, person_of
from samannot_tui.formats.reading import FoundObject
from samannot_tui.media.source import FrameSource

VISIBLE = 2


class _Annotation(msgspec.Struct, frozen=True):
    keypoints: list[float] = []
    made_by: str | None = None
    score: float | None = None


def read(path: Path, source: FrameSource) -> Iterator[FoundObject]:
    """The instances with keypoints that can be seen, in the order of the file.

    Args:
        path: the JSON file, or a folder with an annotations.json, or one in each split.

    Raises:
        InputError: as `reading.Reader`.
    """
    for frame, name, item, where in instances(path, source):
        found = decoded(item, _Annotation, where)
        numbers = found.keypoints
        if len(numbers) % 3 or not all(map(math.isfinite, numbers)):
            raise InputError(f"{where}: keypoints are x, y and whether it is seen, each, not {len(numbers)} numbers.")
        triples = zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
        points = tuple((x, y) for x, y, seen in triples if seen == VISIBLE)
        if points:
            yield FoundObject(frame, name, points=points, person=person_of(found.made_by), score=found.score)
