"""`png`: palette PNG masks of the annotated frames, and those frames.

masks/<stem>.png: a pixel's value is its label ID, its colour that of the VOC colour map.
frames/<stem>.png: the frame, RGB, lossless.
"""

from PIL import Image

from samannot_tui.formats.job import ExportJob
from samannot_tui.formats.labelmap import save_label_map

FAST = 1
"""zlib's level for camera pictures: the usual 6 takes four times as long to save an eighth."""


def write(job: ExportJob) -> int:
    """Write the annotated frames; returns how many.

    Raises:
        InputError, JobError, OSError: as `formats.export.export` and the calls it makes.
    """
    for frame in job.each(job.part.frames):
        name = f"{job.source.stem(frame)}.png"
        save_label_map(job.file("masks", name), job.label_map(frame))
        picture = Image.fromarray(job.source.read(frame))
        picture.save(job.file("frames", name), format="PNG", compress_level=FAST)
    return len(job.part.frames)
