"""`yolo`: instance segmentation in the layout of Ultralytics.

data.yaml: where the pictures are, and the classes. A class is a label: its index is the label's ID less 1; an ID
that no exported label has keeps its place, as "unused". Without a split, all pictures train and validate.
images/<stem>.jpg, labels/<stem>.txt: the annotated frames (of a split, in its own folder), and a line for each
outline, as Ultralytics' own `convert_segment_masks_to_yolo_seg` writes them: class, then x y of each corner over
width and height. So an instance in several parts has several lines, holes are filled, and parts of fewer than
three corners (a pixel, a straight line) are lost; masks lost whole that way are reported. A label that is absent
has no line; where all are, the file is empty.
Source: https://docs.ultralytics.com/datasets/segment/.
"""

import json
from collections.abc import Iterator

import cv2
import numpy as np

from samannot_tui.formats.job import ExportJob
from samannot_tui.formats.pictures import save_jpeg
from samannot_tui.masks.rle import BoolMask
from samannot_tui.text import printable

FEWEST_CORNERS = 3
UNUSED = "unused"


def write(job: ExportJob) -> int:
    """Write the annotated frames; returns how many.

    Raises:
        InputError, JobError, OSError: as `formats.export.export` and the calls it makes.
    """
    if job.part.name in ("", *job.part.splits[:1]):
        job.staging.file("data.yaml").write_text(_data_yaml(job), encoding="utf-8")
    lost = 0
    for frame in job.each(job.part.frames):
        name = job.name(frame)
        save_jpeg(job.file("images", f"{name}.jpg"), job.source.read(frame))
        with job.file("labels", f"{name}.txt").open("w", encoding="ascii") as file:
            for label, mask in job.masks(frame).items():
                outlines = list(_outlines(mask))
                lost += bool(mask.any() and not outlines)
                file.writelines(f"{label - 1} {outline}\n" for outline in outlines)
    if lost:
        job.notices.append(f"{lost} masks are too small or thin to have an outline of three corners; yolo lost them.")
    return len(job.part.frames)


def _outlines(mask: BoolMask) -> Iterator[str]:
    """The outer outline of each part of a mask (height, width): x y of its corners, from 0 to 1."""
    height, width = mask.shape
    for outline in cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]:
        if len(outline) >= FEWEST_CORNERS:
            corners = outline[:, 0].tolist()
            yield " ".join(f"{round(x / width, 6)} {round(y / height, 6)}" for x, y in corners)


def _data_yaml(job: ExportJob) -> str:
    labels = job.labels
    names = [labels[label].name if label in labels else UNUSED for label in range(1, max(labels) + 1)]
    folders = [f"{use}: {folder}" for use, folder in _picture_folders(job.part.splits).items()]
    # YAML's double-quoted scalars are JSON's strings, of printable characters.
    quoted = [json.dumps(printable(name), ensure_ascii=False) for name in names]
    classes = [f"  {index}: {name}" for index, name in enumerate(quoted)]
    return "\n".join([*folders, "names:", *classes, ""])


def _picture_folders(splits: tuple[str, ...]) -> dict[str, str]:
    """Use -> folder of pictures. Ultralytics asks for `train` and `val`, also where nothing is kept for the latter."""
    if not splits:
        return {"train": "images", "val": "images"}
    return {"val": f"{splits[0]}/images"} | {split: f"{split}/images" for split in splits}
