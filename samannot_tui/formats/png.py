"""`png`: palette PNG masks of the annotated frames, and those frames.

masks/<stem>.png: a pixel's value is its label ID, its colour that of the VOC colour map.
frames/<stem>.png: the frame, RGB, lossless.
labels.json: see `formats.labels_json`.
"""

from PIL import Image

from samannot_tui.formats.job import ExportJob
from samannot_tui.formats.labelmap import save_label_map
from samannot_tui.formats.labels_json import write_labels

FAST = 1
"""zlib's level for camera pictures: the usual 6 takes four times as long to save an eighth."""


def write(job: ExportJob) -> int:
    """Write the annotated frames; returns how many.

    Raises:
        InputError, JobError, OSError: as `formats.export.export` and the calls it makes.
    """
    frames = job.follower.live.annotated_frames().tolist()
    for frame in job.each(frames):
        name = f"{job.source.stem(frame)}.png"
        save_label_map(job.staging.file("masks", name), job.label_map(frame))
        picture = Image.fromarray(job.source.read(frame))
        picture.save(job.staging.file("frames", name), format="PNG", compress_level=FAST)
    write_labels(job)
    return len(frames)
