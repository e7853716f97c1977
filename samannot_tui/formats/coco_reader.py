"""Reading `coco`: ours and anybody's, a dataset of detections too; see `formats.coco`.

An image is the frame that its `frame` names, or else its file's name; whose an annotation is, `coco_parsing.instances`
says. Polygons are filled as pycocotools does.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from samannot_tui.errors import InputError
from samannot_tui.formats.coco_parsing import (
    Segmentation,
    box_of,
    decoded,
    instances,
    mask_of,
    person_of,
)
from samannot_tui.formats.reading import FoundObject
from samannot_tui.media.source import FrameSource


class _Annotation(msgspec.Struct, frozen=True):
    segmentation: Segmentation = None
    bbox: list[float] = []
    made_by: str | None = None
    object_score: float | None = None
    score: float | None = None


def read(path: Path, source: FrameSource) -> Iterator[FoundObject]:
    """The instances, in the order of the file.

    Args:
        path: the JSON file, or a folder with an annotations.json, or one in each split.

    Raises:
        InputError: as `reading.Reader`.
    """
    for frame, name, item, where in instances(path, source):
        found = decoded(item, _Annotation, where)
        mask, box = mask_of(found.segmentation, source.info, where), box_of(found.bbox, where)
        if not found.segmentation and box is None:
            raise InputError(f"{where}: neither a segmentation nor a bbox.")
        score = found.score if found.object_score is None else found.object_score
        yield FoundObject(frame, name, mask, box, person=person_of(found.made_by), score=score)
