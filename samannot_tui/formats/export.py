"""Writing a session's annotation as a dataset."""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from samannot_tui.errors import InputError
from samannot_tui.formats.atomic import replaced
from samannot_tui.formats.job import ExportJob
from samannot_tui.formats.registry import require_format
from samannot_tui.media.source import FrameSource
from samannot_tui.session.follower import Follower
from samannot_tui.text import printable

LONGEST_NAME = 200
"""In bytes; file systems end at 255."""


class ExportSummary(msgspec.Struct, frozen=True):
    """What an export wrote.

    `folder` holds it. `hidden_pixels`: label ID -> pixels, over all frames, that lie under a smaller
    instance, where a format keeps one label per pixel.
    """

    format: str
    folder: Path
    files: int
    frames: int
    labels: int
    hidden_pixels: dict[int, int]


def export(
    follower: Follower,
    source: FrameSource,
    format_name: str,
    out: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ExportSummary:
    """Write the annotation into `out`/<format>/, one frame at a time in memory.

    The folder changes in one go when everything is written; whatever ends the export before that, an
    earlier export there stays whole. Files that no export wrote are left alone. Labels that are hidden in
    the views are exported like all others: hiding is a matter of the screen. The caller journals it.

    Args:
        follower: a copy of the annotation that nobody changes meanwhile.
        progress: called with (frames done, frames to do) after each frame.
        cancelled: asked before each frame.

    Raises:
        InputError: no such format, another video than the session's, nothing annotated, a file in the
            way, or a frame or mask that cannot be read.
        JobError: cancelled, or the disk failed.
    """
    form = require_format(format_name)
    _check(follower, source)
    folder = out.resolve() / format_name
    with replaced(folder) as staging:
        job = ExportJob(follower, source, staging, safe_name(source), progress, cancelled)
        frames = form.load()(job)
    hidden = dict(sorted(job.hidden_pixels.items()))
    return ExportSummary(format_name, folder, len(staging.files), frames, len(follower.state.labels), hidden)


def _check(follower: Follower, source: FrameSource) -> None:
    manifest, info = follower.manifest, source.info
    if (info.frame_count, info.width, info.height) != (manifest.frame_count, manifest.width, manifest.height):
        raise InputError(
            f"{printable(source.path)} has {info.frame_count} frames of {info.width}x{info.height} pixels, the "
            f"session is of {manifest.frame_count} frames of {manifest.width}x{manifest.height}; "
            "open the session with the video that it was made for."
        )
    if not len(follower.live.annotated_frames()):
        raise InputError("Nothing is annotated yet, so there is nothing to export; prompt an instance first.")


def safe_name(source: FrameSource) -> str:
    """The media's name as one part of a path, on any system: no separators, control or reserved characters."""
    path = source.path.resolve()
    name = path.name if source.info.kind == "folder" else path.stem
    safe = re.sub(r'[<>:"/\\|?*]', "_", printable(name)).strip(". ")
    return safe.encode()[:LONGEST_NAME].decode(errors="ignore") or "video"
