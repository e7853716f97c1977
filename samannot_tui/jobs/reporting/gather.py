"""A session -> what its quality report says. One label's numbers are in memory at a time, and one frame."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from samannot_tui.jobs.reporting.bins import Numbers, bin_length, peaks, series, strip
from samannot_tui.jobs.reporting.content import (
    CHANGED,
    SATISFACTORY,
    UNSATISFACTORY,
    EngineUsed,
    InstanceReport,
    QualityReport,
    Verdict,
)
from samannot_tui.jobs.reporting.doubts import Doubts, LabelDoubts, most_doubtful
from samannot_tui.jobs.reporting.worst import Scene, worst_frames
from samannot_tui.masks.index import RecordSource
from samannot_tui.masks.palette import voc_color
from samannot_tui.masks.rle import extent
from samannot_tui.review.stats import InstanceStats, session_stats
from samannot_tui.session import events as ev
from samannot_tui.session.follower import Follower
from samannot_tui.session.live import NO_RECORD, MaskKind
from samannot_tui.session.reviews import Standing, Verdicts, verdicts

MOST_SHOWN = 20
"""Flags of a label that are listed; there may be thousands."""
MOST_SAID = 200
"""Verdicts of a label that are listed."""

PRESENCE: dict[int, str] = {MaskKind.MODEL: "model", MaskKind.EDITED: "person", MaskKind.ABSENT: "absent"}
STANDINGS: dict[int, str] = {
    Standing.SATISFACTORY: SATISFACTORY,
    Standing.UNSATISFACTORY: UNSATISFACTORY,
    Standing.CHANGED: CHANGED,
}


def gather(
    follower: Follower,
    names: tuple[str, str],
    doubts: Doubts,
    pause: float,
    step: Callable[[], object] = lambda: None,
) -> tuple[QualityReport, list[Scene]]:
    """What the report says, and the scenes that it needs pictures of.

    Args:
        follower: a copy of the annotation that nobody changes meanwhile.
        names: of the session and of its video, to be shown.
        doubts: of labels with masks.
        pause: as for `work_time`.
        step: called after each mask that was read.

    Raises:
        InputError: a mask is damaged on disk.
    """
    state, manifest = follower.state, follower.manifest
    stats = session_stats(state, follower.live, state.history, pause)
    imported = _imported(follower)
    scenes: list[Scene] = []
    instances = []
    for each in stats.instances:
        doubt = doubts.get(each.label) or LabelDoubts.none(manifest.frame_count)
        instance, wanted = _instance(follower, each, doubt, imported, len(stats.instances), step)
        instances.append(instance)
        scenes += wanted
    return (
        QualityReport(
            session=names[0],
            video=names[1],
            event=state.last_seq,
            at=state.history[-1].at if state.history else "",
            frames=manifest.frame_count,
            width=manifest.width,
            height=manifest.height,
            fps=manifest.fps,
            bin_frames=bin_length(manifest.frame_count),
            flagged=sum(each.flags for each in instances),
            engines=_engines(follower),
            stats=stats,
            instances=tuple(instances),
            notices=(),
        ),
        scenes,
    )


def _engines(follower: Follower) -> tuple[EngineUsed, ...]:
    runs = Counter(
        (run.engine.name, run.engine.version, run.engine.weights_sha256) for run in follower.state.runs.values()
    )
    return tuple(EngineUsed(*engine, count) for engine, count in runs.items())


def _imported(follower: Follower) -> npt.NDArray[np.bool_]:
    """Of each record whether it was made elsewhere: a score of those may be anything, and quality has none."""
    found = np.zeros(follower.live.index.count + 1, np.bool_)
    for event in follower.state.history:
        if isinstance(event, ev.Imported):
            for span in event.records:
                found[span.first : span.last + 1] = True
    return found


def _instance(
    follower: Follower,
    stats: InstanceStats,
    doubt: LabelDoubts,
    imported: npt.NDArray[np.bool_],
    count: int,
    step: Callable[[], object],
) -> tuple[InstanceReport, list[Scene]]:
    live, label = follower.live, stats.label
    kinds = live.kinds(label)
    found = verdicts(follower.state, live, label)
    said = _said(follower, found)
    records = live.records(label)
    scored = (records != NO_RECORD) & (live.index.source[records] != RecordSource.EDITED) & ~imported[records]
    seen = scored & (kinds == MaskKind.MODEL)
    score = np.where(scored, _probability(live.index.object_score[records]), np.nan).astype(np.float32)
    quality = np.where(seen, np.clip(live.index.quality[records], 0, 1), np.nan).astype(np.float32)
    red, green, blue = voc_color(label)
    report = InstanceReport(
        color=f"#{red:02x}{green:02x}{blue:02x}",
        stats=stats,
        presence=strip(kinds, PRESENCE),
        verdicts=strip(found.standing, STANDINGS),
        verdict_frames={name: int(np.count_nonzero(found.standing == value)) for value, name in STANDINGS.items()},
        verdicts_said=len(said),
        said=tuple(said[:MOST_SAID]),
        area=series(_areas(follower, label, kinds, step)),
        score=series(score),
        quality=series(quality),
        doubt=peaks(doubt.flagged),
        flags=int(np.count_nonzero(doubt.flagged)),
        most_doubtful=tuple(doubt.describe(most_doubtful(doubt.flagged)[:MOST_SHOWN])),
        worst=(),
    )
    confidence = np.where(seen, np.fmin(score, quality), np.float32(np.nan))
    return report, worst_frames(label, doubt, said, confidence, count)


def _probability(logit: npt.NDArray[np.float32]) -> Numbers:
    return (1 / (1 + np.exp(-np.clip(logit, -30, 30)))).astype(np.float32)


def _areas(follower: Follower, label: int, kinds: npt.NDArray[np.uint8], step: Callable[[], object]) -> Numbers:
    """Of each frame the mask's pixels, float32 (frames,); NaN where there is none or it is absent."""
    records = follower.live.records(label)
    areas = np.full(len(records), np.nan, np.float32)
    for frame in np.flatnonzero(kinds >= MaskKind.MODEL).tolist():
        areas[frame] = extent(follower.read(int(records[frame])).rle)[0]
        step()
    return areas


def _said(follower: Follower, found: Verdicts) -> list[Verdict]:
    """The stretches of frames that one verdict stands for, or stood for, rising."""
    frames = np.flatnonzero(found.standing)
    said = np.stack([found.standing[frames], found.marks[frames]], axis=1)
    begins = np.flatnonzero((np.diff(frames, prepend=-2) != 1) | (np.diff(said, axis=0, prepend=-1) != 0).any(axis=1))
    stretches = []
    for first, end in pairwise((*begins.tolist(), len(frames))):
        event = follower.state.event(int(said[first, 1]))
        if isinstance(event, ev.ReviewMarked):
            reached, standing = (int(frames[first]), int(frames[end - 1])), STANDINGS[int(said[first, 0])]
            stretches.append(Verdict(*reached, standing, event.by, event.at, event.reason))
    return stretches
