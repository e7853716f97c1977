"""`davis`: the layout of the DAVIS 2017 annotations.

Annotations/<video>/<stem>.png: a palette PNG for every frame of the media, also where nothing is
annotated (all 0); a pixel's value is its label ID, its colour that of the VOC colour map.
"""

from samannot_tui.formats.job import ExportJob
from samannot_tui.formats.labelmap import save_label_map


def write(job: ExportJob) -> int:
    """Write every frame of the media; returns how many.

    Raises:
        InputError, JobError, OSError: as `formats.export.export` and the calls it makes.
    """
    for frame in job.each(job.part.span):
        path = job.file("Annotations", job.video, f"{job.source.stem(frame)}.png")
        save_label_map(path, job.label_map(frame))
    return len(job.part.span)
