"""`labelme`: a JSON file beside each frame, to go on with in Labelme 5.2 or later.

<video>/<stem>.json: for each mask a shape of type "mask", so that holes and parts stay: its box (two points, both
corners inside it) and in it the mask as a PNG. `label` is the label's name, `group_id` its ID, `description` the
source ("prompted", "propagated", "edited"), and the flag `made_by_person` says whose work it is. A label that is
absent has no shape. Overlaps stay.
<video>/<stem>.jpg: the frame.
Source: Labelme's `_label_file.py`.
"""

from base64 import b64encode
from io import BytesIO
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from samannot_tui.formats.coco_parts import MADE_BY
from samannot_tui.formats.job import ExportJob
from samannot_tui.formats.pictures import save_jpeg
from samannot_tui.masks.geometry import bounding_box
from samannot_tui.masks.log import MaskRecord
from samannot_tui.masks.rle import BoolMask, decode
from samannot_tui.session.state import Label

VERSION = "5.2.0"
"""Of Labelme, the first that knows masks."""


def write(job: ExportJob) -> int:
    """Write the annotated frames; returns how many.

    Raises:
        InputError, JobError, OSError: as `formats.export.export` and the calls it makes.
    """
    height, width = job.size
    for frame in job.each(job.part.frames):
        name = job.name(frame)
        picture = job.file(job.video, f"{name}.jpg")
        save_jpeg(picture, job.source.read(frame))
        shapes = [_shape(job.labels[label], record) for label, record in job.records(frame).items()]
        content: dict[str, Any] = {
            "version": VERSION,
            "flags": {},
            "shapes": [shape for shape in shapes if shape],
            "imagePath": picture.name,
            "imageData": None,
            "imageHeight": height,
            "imageWidth": width,
        }
        job.file(job.video, f"{name}.json").write_bytes(msgspec.json.encode(content) + b"\n")
    return len(job.part.frames)


def _shape(label: Label, record: MaskRecord) -> dict[str, Any] | None:
    """The mask as a shape; None if it is empty."""
    mask = decode(record.rle)
    box = bounding_box(mask)
    if box is None:
        return None
    x0, y0, x1, y1 = box
    return {
        "label": label.name,
        "points": [[x0, y0], [x1, y1]],
        "group_id": label.id,
        "description": record.source,
        "shape_type": "mask",
        "flags": {"made_by_person": MADE_BY[record.source] == "person"},
        "mask": _png(mask[y0 : y1 + 1, x0 : x1 + 1]),
    }


def _png(mask: BoolMask) -> str:
    """A mask as a PNG of zeros and ones, in base 64."""
    data = BytesIO()
    Image.fromarray(mask.astype(np.uint8)).save(data, format="PNG")
    return b64encode(data.getvalue()).decode("ascii")
