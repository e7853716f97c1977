"""`labels.json`, which lies in every export: what the pixel values mean, and who made each mask."""

from collections.abc import Sequence

import msgspec

from samannot_tui.formats.job import ExportJob
from samannot_tui.formats.json_stream import json_file
from samannot_tui.masks.index import RecordSource
from samannot_tui.masks.palette import Rgb, voc_color


class LabelEntry(msgspec.Struct, frozen=True):
    """A label: `id` is its pixel value, `color` its colour in the masks, RGB, 0 to 255."""

    id: int
    name: str
    color: Rgb


class FrameEntry(msgspec.Struct, frozen=True):
    r"""An annotated frame: its number in the media from 0, the stem of its files (bytes
    that are not UTF-8 as `\xNN`), and its masks by label ID.

    A mask is "prompted" (an engine made it from prompts on this frame), "propagated" (an engine carried it
    here) or "edited" (a person made it). A label without pixels is absent there, by a person's word
    where that is "edited"; one not named was not looked at. `verdicts` are "satisfactory" or "unsatisfactory",
    by label ID, of the masks that a person judged.
    """

    frame: int
    name: str
    masks: dict[int, str]
    verdicts: dict[int, str]


def write_labels(job: ExportJob, frames: Sequence[int]) -> None:
    """Write `labels.json` of the exported labels and frames.

    Raises:
        InputError: a file that no export wrote is in its way.
        OSError: the disk failed.
    """
    height, width = job.size
    with json_file(job.staging.file("labels.json")) as content:
        content.member("video", job.video)
        content.member("width", width)
        content.member("height", height)
        content.array(
            "labels", (LabelEntry(label.id, label.name, voc_color(label.id)) for label in job.labels.values())
        )
        content.array("frames", (_entry(job, frame) for frame in frames))


def _entry(job: ExportJob, frame: int) -> FrameEntry:
    source = job.follower.live.index.source
    makers = {label: RecordSource(source[record]).name.lower() for label, record in job.live(frame).items()}
    verdicts: dict[int, str] = {label: said.verdict for label in makers if (said := job.verdict(frame, label))}
    return FrameEntry(frame, job.name(frame), makers, verdicts)
