"""Writing a session's annotation as a dataset."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from samannot_tui.errors import InputError
from samannot_tui.formats.archive import replaced_archive
from samannot_tui.formats.atomic import replaced
from samannot_tui.formats.job import ExportJob, Part, Writer
from samannot_tui.formats.labels_json import write_labels
from samannot_tui.formats.registry import require_format
from samannot_tui.formats.selection import EVERYTHING, Selection, split
from samannot_tui.media.source import FrameSource
from samannot_tui.session.follower import Follower
from samannot_tui.session.reviews import Verdicts, verdicts
from samannot_tui.text import printable

LONGEST_NAME = 200
"""In bytes; file systems end at 255."""


class ExportSummary(msgspec.Struct, frozen=True):
    """What an export wrote.

    `folder` holds it; with `zipped` it is the archive. `hidden_pixels`: label ID -> pixels, over all frames,
    that lie under a smaller instance, where a format keeps one label per pixel. `notices`: sentences about
    what else the format could not hold.
    """

    format: str
    folder: Path
    files: int
    frames: int
    labels: int
    hidden_pixels: dict[int, int]
    notices: tuple[str, ...] = ()


def export(
    follower: Follower,
    source: FrameSource,
    format_name: str,
    out: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
    selection: Selection = EVERYTHING,
) -> ExportSummary:
    """Write the annotation into `out`/<format>/ in the format of that name; see `write_dataset`.

    Raises:
        InputError: no such format, or as `write_dataset`.
        JobError: as `write_dataset`.
    """
    writer = require_format(format_name).load()
    return write_dataset(follower, source, writer, format_name, out, progress, cancelled, selection)


def write_dataset(
    follower: Follower,
    source: FrameSource,
    writer: Writer,
    name: str,
    out: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
    selection: Selection = EVERYTHING,
    *,
    zipped: bool = False,
) -> ExportSummary:
    """Write the annotation into `out`/<name>/ (`zipped`: `out`/<name>.zip), one frame at a time in memory.

    The folder changes in one go when everything is written; whatever ends the export before that, an
    earlier export there stays whole. Files that no export wrote are left alone. Labels that are hidden in
    the views are exported like all others: hiding is a matter of the screen. The caller journals it.

    Args:
        follower: a copy of the annotation that nobody changes meanwhile.
        writer: what writes the format.
        progress: called with (frames done, frames to do) after each frame.
        cancelled: asked before each frame.
        selection: which labels, frames and masks.

    Raises:
        InputError: another video than the session's, nothing annotated in the selection, a file in the way, or
            a frame or mask that cannot be read.
        JobError: cancelled, or the disk failed.
    """
    _check(follower, source)
    labels = {label: follower.state.labels[label] for label in selection.label_ids(follower.state)}
    said = {label: verdicts(follower.state, follower.live, label) for label in labels}
    parts = _parts(follower, said, selection)
    place = out.resolve() / (f"{name}.zip" if zipped else name)
    with replaced_archive(place) if zipped else replaced(place) as staging:
        job = ExportJob(
            follower, source, staging, safe_name(source), labels, parts[0], progress, cancelled, said, selection.only
        )
        frames = sum(writer(replace(job, part=part)) for part in parts)
        write_labels(job, sorted(frame for part in parts for frame in part.frames))
    hidden = dict(sorted(job.hidden_pixels.items()))
    return ExportSummary(name, place, len(staging.files), frames, len(labels), hidden, tuple(job.notices))


def _parts(follower: Follower, said: Mapping[int, Verdicts], selection: Selection) -> list[Part]:
    manifest, live = follower.manifest, follower.live
    span = np.array(selection.frames(manifest.frame_count), np.intp)
    annotated = np.zeros(manifest.frame_count, np.bool_)
    for label, verdict in said.items():
        frames = live.frames(label)
        annotated[frames if selection.only is None else frames[verdict.standing[frames] == selection.only]] = True
    frames = span[annotated[span]]
    if not len(frames):
        if selection.only is not None:
            raise InputError(
                f"No mask there is judged {selection.only.name.lower()}, so there is nothing to export; review some, "
                "or leave out --only."
            )
        raise InputError(
            "Nothing is annotated there, so there is nothing to export; choose other labels or frames."
            if len(live.annotated_frames())
            else "Nothing is annotated yet, so there is nothing to export; prompt an instance first."
        )
    if selection.shares is None:
        return [Part("", span.tolist(), frames.tolist())]
    splits = split(span, frames, follower.state.settings.block_size, selection.shares)
    return [Part(name, part.tolist(), part[annotated[part]].tolist(), tuple(splits)) for name, part in splits.items()]


def _check(follower: Follower, source: FrameSource) -> None:
    manifest, info = follower.manifest, source.info
    if (info.frame_count, info.width, info.height) != (manifest.frame_count, manifest.width, manifest.height):
        raise InputError(
            f"{printable(source.path)} has {info.frame_count} frames of {info.width}x{info.height} pixels, the "
            f"session is of {manifest.frame_count} frames of {manifest.width}x{manifest.height}; "
            "open the session with the video that it was made for."
        )


def safe_name(source: FrameSource) -> str:
    """The media's name as one part of a path, on any system: no separators, control or reserved characters."""
    path = source.path.resolve()
    name = path.name if source.info.kind == "folder" else path.stem
    safe = re.sub(r'[<>:"/\\|?*]', "_", printable(name)).strip(". ")
    return safe.encode()[:LONGEST_NAME].decode(errors="ignore") or "video"
