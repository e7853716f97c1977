"""`coco`: instance segmentation as in COCO.

annotations.json: images, categories, annotations. A category is a label, since a label is one instance: its ID
is `category_id` and `track_id`. Masks are compressed RLE with `iscrowd` 0; overlaps stay. An instance that is
absent on a frame has no annotation there. Beyond COCO: `frame` of an image, its number in the media from 0; and
of an annotation `source` ("prompted", "propagated", "edited"), `made_by` ("person" or "model"), `object_score`
(a logit, above 0 for present) and `quality` (0 to 1), both the model's, whether it was `imported`, and `verdict`
("satisfactory", "unsatisfactory"), a person's on this very mask, null where there is none.
images/<stem>.jpg: the annotated frames.
Source: https://cocodataset.org/#format-data.
"""

from collections.abc import Iterable, Iterator
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
        content.array("images", (_image(job, frame) for frame in job.part.frames))
        content.array("annotations", annotations(job, _pictured(job)))
    return len(job.part.frames)


def _image(job: ExportJob, frame: int) -> dict[str, Any]:
    height, width = job.size
    # COCO's own tools take 0 for "none", so IDs count from 1.
    return {"id": frame + 1, "file_name": _file_name(job, frame), "width": width, "height": height, "frame": frame}


def _file_name(job: ExportJob, frame: int) -> str:
    return f"{job.name(frame)}.jpg"


def _pictured(job: ExportJob) -> Iterator[int]:
    """The annotated frames, each with its picture written: both in one pass, so that progress tells the truth."""
    for frame in job.each(job.part.frames):
        save_jpeg(job.file("images", _file_name(job, frame)), job.source.read(frame))
        yield frame


def annotations(job: ExportJob, frames: Iterable[int]) -> Iterator[dict[str, Any]]:
    """The annotations of these frames, one after the other. Raises as `write`."""
    number = 0
    for frame in frames:
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
                "imported": record.imported,
                "verdict": verdict and verdict.verdict,
            }
