"""`mots`: multi-object tracking and segmentation, in the layout of KITTI MOTS.

instances/<video>/<stem>.png: 16 bits a pixel, class * 1000 + instance; 0 is background. The instance is the label's
ID and the class is 1 for all, since labels are instances and have no classes.
instances_txt/<video>.txt: the same masks, a line each: frame (its number in the media from 0), object (the pixel's
value), class, height, width, compressed RLE.
Masks cannot overlap: the smaller one is on top, and hidden pixels are counted.
Source: https://www.vision.rwth-aachen.de/page/mots.
"""

import numpy as np
from PIL import Image

from samannot_tui.formats.job import ExportJob
from samannot_tui.masks.rle import encode

CLASS = 1
FIRST_OBJECT = CLASS * 1000


def write(job: ExportJob) -> int:
    """Write the annotated frames; returns how many.

    Raises:
        InputError, JobError, OSError: as `formats.export.export` and the calls it makes.
    """
    height, width = job.size
    with job.file("instances_txt", f"{job.video}.txt").open("w", encoding="ascii") as file:
        for frame in job.each(job.part.frames):
            flat = job.label_map(frame)
            objects = np.where(flat, flat + np.uint16(FIRST_OBJECT), np.uint16(0))
            path = job.file("instances", job.video, f"{job.name(frame)}.png")
            Image.fromarray(objects).save(path, format="PNG")
            for label in np.unique(flat[flat > 0]).tolist():
                counts = encode(flat == label).counts
                file.write(f"{frame} {FIRST_OBJECT + label} {CLASS} {height} {width} {counts}\n")
    return len(job.part.frames)
