"""What the formats of the COCO family have in common: categories, and masks as they stand in the mask log."""

from typing import Any

import msgspec

from samannot_tui.formats.job import ExportJob
from samannot_tui.masks.log import SourceName
from samannot_tui.masks.rle import Rle, extent

MADE_BY: dict[SourceName, str] = {"prompted": "model", "propagated": "model", "edited": "person"}
"""Whose work a mask is, by its source."""


class Segment(msgspec.Struct, frozen=True):
    """A mask's RLE with its area in pixels and its box: left, top, width, height."""

    rle: Rle
    area: int
    bbox: tuple[float, float, float, float]


def segment(rle: Rle) -> Segment:
    """Measure a mask without decoding it; an empty one has area 0 and a box of zeros.

    Raises:
        MaskError: the runs do not fill the mask's size.
    """
    area, box = extent(rle)
    if box is None:
        return Segment(rle, 0, (0.0, 0.0, 0.0, 0.0))
    left, top, right, bottom = box
    return Segment(rle, area, (float(left), float(top), float(right - left + 1), float(bottom - top + 1)))


def info(job: ExportJob) -> dict[str, str]:
    """The `info` member: what the dataset is of and what wrote it."""
    return {"description": job.video, "contributor": "samannot-tui"}


def categories(job: ExportJob) -> list[dict[str, Any]]:
    """One category for each label, since a label is one instance; `id` is the label's ID."""
    return [{"id": label.id, "name": label.name, "supercategory": "instance"} for label in job.labels.values()]
