"""Making a session's quality report, and putting it where people will find it."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from samannot_tui.errors import InputError, JobError
from samannot_tui.jobs.opening import Opened
from samannot_tui.jobs.reporting.content import QualityReport
from samannot_tui.jobs.reporting.doubts import Doubts
from samannot_tui.jobs.reporting.flagging import find_doubts, most_steps
from samannot_tui.jobs.reporting.gather import gather
from samannot_tui.jobs.reporting.page import GENERATOR, page
from samannot_tui.jobs.reporting.worst import MOST_OF_A_LABEL, MOST_OF_ALL, take_pictures
from samannot_tui.review.worktime import PAUSE_S
from samannot_tui.session.follower import Follower
from samannot_tui.session.manifest import write_atomically
from samannot_tui.text import printable

_BEGINNING = 2048
"""Bytes of a page within which it names what made it."""


class Steps:
    """Tells how far a job is whose length is only guessed: `total` is never passed."""

    def __init__(self, total: int, progress: Callable[[int, int], None]) -> None:
        self.total = total
        self._progress = progress
        self._done = 0

    def step(self) -> None:
        self._done += 1
        self._progress(min(self._done, self.total), self.total)


def report_place(session: Path) -> Path:
    """Where a session's report goes when nobody says where: `NAME-report.html` beside the session."""
    folder = session.resolve()
    return folder.with_name(f"{folder.name.removesuffix('.samannot')}-report.html")


def check_place(out: Path) -> None:
    """Refuse, before any work is done, to write where something else is.

    Raises:
        InputError: something that is no report is there, or the folder is not there.
    """
    if not out.parent.is_dir():
        raise InputError(f"{printable(out.parent)} is not a folder; make it, or give another --out.")
    if not os.path.lexists(out):
        return
    if out.is_symlink() or not out.is_file():
        raise InputError(f"{printable(out)} is in the way; move it, or give another --out.")
    with out.open("rb") as file:
        if f'content="{GENERATOR}"'.encode() not in file.read(_BEGINNING):
            raise InputError(f"{printable(out)} is there and is no report; move it, or give another --out.")


def make_report(
    opened: Opened,
    doubts: Doubts | None = None,
    pause: float = PAUSE_S,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[QualityReport, list[bytes]]:
    """The report and the JPEG pictures that its crops name by number.

    Args:
        doubts: None to look for them here.
        pause: as for `work_time`.
        progress: called with (steps done, steps to do), the latter a guess.

    Raises:
        InputError: a mask is damaged on disk.
    """
    follower = Follower(opened.session)
    damage = (opened.session.read_only,) if opened.session.damaged and opened.session.read_only else ()
    notices: tuple[str, ...] = ()
    masks = sum(len(follower.live.frames(label)) for label in follower.state.labels)
    steps = Steps(masks + min(len(follower.state.labels) * MOST_OF_A_LABEL, MOST_OF_ALL), progress)
    if doubts is None:
        steps.total += most_steps(follower)
        doubts, notices = find_doubts(opened, follower, steps.step)
    names = opened.session.folder.resolve().name, opened.source.path.resolve().name
    report, scenes = gather(follower, names, doubts, pause, steps.step)
    crops, pictures, missing = take_pictures(scenes, follower, opened.source, steps.step)
    instances = tuple(
        msgspec.structs.replace(each, worst=tuple(crops.get(each.stats.label, ()))) for each in report.instances
    )
    return msgspec.structs.replace(report, instances=instances, notices=(*damage, *notices, *missing)), pictures


def write_report(report: QualityReport, pictures: list[bytes], out: Path) -> None:
    """Write the page; what an earlier report left there is replaced in one go.

    Raises:
        InputError: as `check_place`.
        JobError: the disk failed.
    """
    check_place(out)
    try:
        write_atomically(out, "".join(page(report, pictures)).encode("utf-8"))
    except OSError as error:
        raise JobError(f"{printable(out)} could not be written ({error.strerror}); give another --out.") from error
