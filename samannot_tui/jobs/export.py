"""Exporting a session: foreseen, written whole, then noted in its journal."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from samannot_tui.errors import InputError
from samannot_tui.formats.archive import is_earlier_archive
from samannot_tui.formats.atomic import earlier_files
from samannot_tui.formats.export import ExportSummary, parts_of, place_of, write_dataset
from samannot_tui.formats.hooks import script_writer
from samannot_tui.formats.job import Part
from samannot_tui.formats.registry import FORMATS, Format, require_format
from samannot_tui.formats.selection import Selection
from samannot_tui.jobs.export_request import ExportRequest
from samannot_tui.jobs.opening import Opened
from samannot_tui.media.source import FrameSource
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from samannot_tui.session.live import NO_RECORD
from samannot_tui.session.paths import encode_path
from samannot_tui.session.reviews import verdicts
from samannot_tui.session.state import State
from samannot_tui.session.store import Session
from samannot_tui.text import printable

Progress = Callable[[str, int, int], None]
"""Called with the format's name, frames done and frames to do."""


@dataclass(frozen=True)
class ForeseenFormat:
    """What an export of one format will do.

    Attributes:
        place: the folder or archive that it writes.
        frames: how many it writes; in `parts` by split, {"": all} where there is none.
        replaced: so many files the earlier export wrote that it replaces; of an archive, 1.
        losses: about what it cannot hold, each to go on with after its name, as far as that is known before.
    """

    name: str
    place: Path
    frames: int
    parts: dict[str, int]
    replaced: int
    losses: tuple[str, ...]


@dataclass(frozen=True)
class ForeseenExport:
    """What an export will write: `frames` are the annotated ones chosen, `masks` those of the chosen labels that are
    on them, of which `absent` say that a label is not there; `formats` as they are to be written.
    """

    labels: tuple[int, ...]
    first: int
    last: int
    frames: int
    masks: int
    absent: int
    formats: tuple[ForeseenFormat, ...]


def check_formats(formats: Sequence[str], script: Path | None = None) -> None:
    """Refuse what cannot be before any work is done.

    Raises:
        InputError: there is no such format, or the script has the name of one.
    """
    for name in formats:
        require_format(name)
    if script is not None and script.stem in (*FORMATS, *formats):
        raise InputError(f"{printable(script)} would write where the format of that name does; rename it.")


def foresee_export(follower: Follower, request: ExportRequest) -> ForeseenExport:
    """What an export would write now; looks at the disk, decodes no mask and no frame.

    Raises:
        InputError: it cannot be written so, or there, and why.
    """
    check_formats(request.formats, request.script)
    parts = parts_of(follower, request.selection)
    labels = request.selection.label_ids(follower.state)
    frames = np.array(sorted(frame for part in parts for frame in part.frames), np.intp)
    records = np.stack([_exported(follower, label, request.selection)[frames] for label in labels])
    present = (records > 0) & (follower.live.index.object_score[records] > 0)
    overlapping = int(np.count_nonzero(present.sum(axis=0) > 1))
    _check_writable(request.out)
    return ForeseenExport(
        tuple(labels),
        int(frames[0]),
        int(frames[-1]),
        len(frames),
        int(np.count_nonzero(records)),
        int(np.count_nonzero(records) - np.count_nonzero(present)),
        tuple(_foreseen_format(name, request, parts, overlapping) for name in request.formats),
    )


def _exported(follower: Follower, label: int, selection: Selection) -> npt.NDArray[np.int32]:
    """The label's records that are exported, by frame; NO_RECORD elsewhere."""
    records = follower.live.records(label)
    if selection.only is None:
        return records
    return np.where(verdicts(follower.state, follower.live, label).standing == selection.only, records, NO_RECORD)


def _foreseen_format(name: str, request: ExportRequest, parts: Sequence[Part], overlapping: int) -> ForeseenFormat:
    format_ = require_format(name)
    place = place_of(request.out, name, zipped=request.zipped)
    replaced = int(is_earlier_archive(place)) if request.zipped else earlier_files(place)
    sizes = {part.name: len(part.span if format_.every_frame else part.frames) for part in parts}
    return ForeseenFormat(name, place, sum(sizes.values()), sizes, replaced, tuple(_losses(format_, overlapping)))


def _losses(format_: Format, overlapping: int) -> Iterator[str]:
    """`overlapping`: frames on which there are several instances, so that they may overlap."""
    if format_.one_label_a_pixel and overlapping:
        frames = "1 frame has" if overlapping == 1 else f"{overlapping} frames have"
        yield f"{frames} several instances; where these overlap, the smaller one is on top."
    if format_.loses:
        yield f"without {format_.loses}."


def _check_writable(out: Path) -> None:
    place = out.resolve()
    while not os.path.lexists(place):
        place = place.parent
    if not place.is_dir():
        raise InputError(f"{printable(place)} is no folder; choose another one.")
    if not os.access(place, os.W_OK | os.X_OK):
        raise InputError(f"{printable(place)} cannot be written to; choose another folder.")


def write_formats(
    follower: Follower,
    source: FrameSource,
    request: ExportRequest,
    wrote: Callable[[ExportSummary], None],
    progress: Progress = lambda name, done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Write the annotation in one format after the other.

    Each changes in one go when it is complete; when this ends badly, those that `wrote` was called with are there,
    and of the others what an earlier export left.

    Args:
        follower: a copy of the annotation that nobody changes meanwhile.
        wrote: called with what was written, format by format; it is to note that in the session.

    Raises as `check_formats`, `formats.hooks.script_writer` and `formats.export.write_dataset` do.
    """
    check_formats(request.formats, request.script)
    formats = {name: require_format(name) for name in request.formats}
    writers = {name: format_.load() for name, format_ in formats.items()}
    if request.script is not None:
        writers[request.script.stem] = script_writer(request.script)
    for name, writer in writers.items():
        summary = write_dataset(
            follower,
            source,
            writer,
            name,
            request.out,
            partial(progress, name),
            cancelled,
            request.selection,
            zipped=request.zipped,
            every_frame=name in formats and formats[name].every_frame,
        )
        wrote(summary)


def export_session(
    opened: Opened,
    request: ExportRequest,
    progress: Callable[[int, int], None] = lambda done, total: None,
    then: State | None = None,
) -> list[ExportSummary]:
    """Write a session that is open, and note in it what was written.

    Args:
        then: write the annotation as it was then, see `session.past`.

    Raises as `write_formats`.
    """
    summaries: list[ExportSummary] = []

    def wrote(summary: ExportSummary) -> None:
        record_export(opened.session, summary)
        summaries.append(summary)

    copy = Follower(opened.session, None if then is None else then.copy())
    write_formats(copy, opened.source, request, wrote, lambda name, done, total: progress(done, total))
    return summaries


def record_export(session: Session, summary: ExportSummary) -> None:
    """Note an export in the session's journal, where that can be written.

    Raises:
        JobError: the disk failed.
    """
    if session.read_only is None:
        session.submit(cmd.RecordExport(summary.format, encode_path(summary.folder)))
