"""`labels.json`, which lies in every export: what the pixel values mean, and who made each mask."""

from pathlib import Path

import msgspec

from samannot_tui.formats.job import ExportJob
from samannot_tui.masks.index import RecordSource
from samannot_tui.masks.palette import Rgb, voc_color
from samannot_tui.media.source import FrameSource
from samannot_tui.session.follower import Follower
from samannot_tui.session.paths import encode_path


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
    where that is "edited"; one not named was not looked at.
    """

    frame: int
    name: str
    masks: dict[int, str]


class LabelsFile(msgspec.Struct, frozen=True):
    video: str
    width: int
    height: int
    labels: tuple[LabelEntry, ...]
    frames: tuple[FrameEntry, ...]


def write_labels(job: ExportJob) -> None:
    """Write `labels.json` of the whole annotation.

    Raises:
        InputError: a file that no export wrote is in its way.
        OSError: the disk failed.
    """
    state, manifest = job.follower.state, job.follower.manifest
    content = LabelsFile(
        job.video,
        manifest.width,
        manifest.height,
        tuple(LabelEntry(label.id, label.name, voc_color(label.id)) for label in state.labels.values()),
        tuple(_entry(job.follower, job.source, int(frame)) for frame in job.follower.live.annotated_frames()),
    )
    path = job.staging.file("labels.json")
    path.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")


def _entry(follower: Follower, source: FrameSource, frame: int) -> FrameEntry:
    records = follower.live.on_frame(frame)
    makers = {label: RecordSource(follower.live.index.source[record]) for label, record in records.items()}
    name = encode_path(Path(source.stem(frame)))
    return FrameEntry(frame, name, {label: maker.name.lower() for label, maker in makers.items()})
