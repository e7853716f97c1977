"""`coco`: instance segmentation as in COCO.

annotations.json: images, categories, annotations. A category is a label, since a label is one instance: its ID
is `category_id` and `track_id`. Masks are compressed RLE with `iscrowd` 0; overlaps stay. An instance that is
absent on a frame has no annotation there. Beyond COCO: `frame` of an image, its number in the media from 0; and
of an annotation `source` ("prompted", "propagated", "edited"), `made_by` ("person" or "model"), `object_score`
(a logit, above 0 for present) and `quality` (0 to 1), both the model's, and `verdict` ("satisfactory",
"unsatisfactory"), a person's on this very mask, null where there is none.
images/<stem>.jpg: the annotated frames.
Source: https://cocodataset.org/#format-data.
"""

from collections.abc import Iterator
from typing import Any

from samannot_tui.formats.coco_parts import MADE_BY, categories, info, segment
from samannot_tui.formats.job import ExportJob
from samannot_tui.formats.json_stream import json_file
from samannot_tui.formats.pictures import save_jpeg


def write(job: ExportJob) -> int:
    """Write the annotated frames; returns how many.

    Raises:
        InputError, JobError, OSError: as `formats.export.export` and the calls it makes.
    """
    with json_file(job.file("annotations.json")) as content:
        content.member("info", info(job))
        content.member("licenses", [])
        content.member("categories", categories(job))
        content.array("images", _images(job))
        content.array("annotations", annotations(job))
    return len(job.part.frames)


def _images(job: ExportJob) -> Iterator[dict[str, Any]]:
    height, width = job.size
    for frame in job.each(job.part.frames):
        name = f"{job.name(frame)}.jpg"
        save_jpeg(job.file("images", name), job.source.read(frame))
        # COCO's own tools take 0 for "none", so IDs count from 1.
        yield {"id": frame + 1, "file_name": name, "width": width, "height": height, "frame": frame}


def annotations(job: ExportJob) -> Iterator[dict[str, Any]]:
    """The annotations, frame by frame. Raises as `write`."""
    number = 0
    for frame in job.each(job.part.frames):
        for label, record in job.records(frame).items():
            found = segment(record.rle)
            if not found.area:
                continue
            number += 1
            verdict = job.verdict(frame, label)
            yield {
                "id": number,
                "image_id": frame + 1,
                "category_id": label,
                "track_id": label,
                "iscrowd": 0,
                "area": found.area,
                "bbox": found.bbox,
                "segmentation": found.rle,
                "source": record.source,
                "made_by": MADE_BY[record.source],
                "object_score": record.object_score,
                "quality": record.quality,
                "verdict": verdict and verdict.verdict,
            }
