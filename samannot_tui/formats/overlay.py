"""`overlay`: pictures to look at and to show: the masks over the frames, as in the app's overlay view.

<video>.mp4: the annotated frames, one after another at the media's mean rate.
frames/<stem>.png: the same pictures, lossless. Where masks overlap, the smaller one is on top; with the labels'
names, without prompts.
"""

from PIL import Image

from samannot_tui.formats.film import Film
from samannot_tui.formats.job import ExportJob
from samannot_tui.formats.png import FAST
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.compose import compose
from samannot_tui.render.layers import Layer, Marks
from samannot_tui.render.viewport import Viewport


def write(job: ExportJob) -> int:
    """Write the annotated frames; returns how many.

    Raises:
        InputError, JobError, OSError: as `formats.export.export` and the calls it makes.
    """
    with Film(job.file(f"{job.video}.mp4"), job.size, job.follower.manifest.fps) as film:
        for frame in job.each(job.part.frames):
            picture = _picture(job, frame)
            path = job.file("frames", f"{job.name(frame)}.png")
            Image.fromarray(picture).save(path, format="PNG", compress_level=FAST)
            film.add(picture)
    return len(job.part.frames)


def _picture(job: ExportJob, frame: int) -> RgbFrame:
    height, width = job.size
    layers = [Layer(label, job.labels[label].name, mask) for label, mask in job.masks(frame).items()]
    viewport = Viewport((width, height), (width, height))
    return compose(job.source.read(frame), layers, "overlay", viewport, Marks(names=True))
