"""How far two annotations of one video agree: two annotators, or one session before and after more work.

Their labels are matched first, by what they cover and not by ID or name, for each session counts its own IDs. Then J
and F (see `metrics`) are means over the frames on which both have annotated the matched instance; there is no first
frame that was given, so none is left out. Frames that only one of them has annotated say nothing about agreement:
they are counted and told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt
from pycocotools import mask as coco
from scipy.optimize import linear_sum_assignment

from samannot_tui.errors import InputError
from samannot_tui.masks.rle import check_filled, decode
from samannot_tui.review.metrics import contour_accuracy, region_similarity
from samannot_tui.session.live import Frames
from samannot_tui.session.store import Session
from samannot_tui.text import printable

Progress = Callable[[int, int], None]


class NamedLabel(msgspec.Struct, frozen=True):
    """A label of one of the two sessions."""

    id: int
    name: str


class MatchedScore(msgspec.Struct, frozen=True):
    """One instance, as both have it; `pred` and `gt` are the two sessions' labels.

    Attributes:
        overlap: intersection over union of the two through the whole video, which the match was chosen by.
        frames: annotated by both; J, F and their mean `jf`, 0 to 1, are means over these. Where both say that it
            is absent they are 1.
        only_pred, only_gt: frames that only one of them has annotated.
    """

    pred: NamedLabel
    gt: NamedLabel
    overlap: float
    j: float
    f: float
    jf: float
    frames: int
    only_pred: int
    only_gt: int


class Agreement(msgspec.Struct, frozen=True):
    """Two sessions: `j`, `f`, `jf` are means over the matched instances, 0 to 1.

    Attributes:
        instances: those that both have.
        only_pred, only_gt: labels with masks that have no partner, for they overlap with nothing of the other's.
        frames, frames_only_pred, frames_only_gt: on which both or only one of them have annotated anything.
        notices: sentences about what was not compared or may surprise.
    """

    j: float
    f: float
    jf: float
    instances: tuple[MatchedScore, ...]
    only_pred: tuple[NamedLabel, ...]
    only_gt: tuple[NamedLabel, ...]
    frames: int
    frames_only_pred: int
    frames_only_gt: int
    notices: tuple[str, ...]


def compare_sessions(pred: Session, gt: Session, progress: Progress = lambda done, total: None) -> Agreement:
    """Compare `pred` with `gt`; J and F are the same the other way round.

    Args:
        progress: called with (steps done, steps to do), where each frame is a step of the matching and another of
            the scoring.

    Raises:
        InputError: the sessions are of different videos, have no annotated frame or no instance in common, or a
            mask is damaged on disk.
    """
    _check_same_video(pred, gt)
    ours, theirs = pred.live.annotated_frames(), gt.live.annotated_frames()
    both = np.intersect1d(ours, theirs)
    if not len(both):
        raise InputError(
            f"{printable(pred.folder)} and {printable(gt.folder)} have no annotated frame in common; "
            "there is nothing to compare."
        )
    steps = _Steps(2 * len(both), progress)
    pairs = _match(pred, gt, both, steps)
    if not pairs:
        raise InputError(
            f"No mask of {printable(pred.folder)} overlaps with any of {printable(gt.folder)}; they show other things."
        )
    scores = _score(pred, gt, pairs, both, steps)
    j, f = (float(np.mean(values)) for values in ([each.j for each in scores], [each.f for each in scores]))
    lone = _lone(pred, {pair.pred for pair in pairs}), _lone(gt, {pair.gt for pair in pairs})
    only = len(np.setdiff1d(ours, theirs)), len(np.setdiff1d(theirs, ours))
    notices = tuple(_notices(pred, gt, scores, lone, only))
    return Agreement(j, f, (j + f) / 2, tuple(scores), *lone, len(both), *only, notices)


@dataclass
class _Steps:
    total: int
    tell: Progress
    done: int = 0

    def step(self) -> None:
        self.done += 1
        self.tell(self.done, self.total)


@dataclass(frozen=True)
class _Pair:
    pred: int
    gt: int
    overlap: float


def _check_same_video(pred: Session, gt: Session) -> None:
    ours, theirs = ((each.frame_count, each.width, each.height) for each in (pred.manifest, gt.manifest))
    if ours != theirs:
        raise InputError(
            f"{printable(pred.folder)} is of a video of {ours[0]} frames of {ours[1]}x{ours[2]} pixels, "
            f"{printable(gt.folder)} of one of {theirs[0]} of {theirs[1]}x{theirs[2]}; compare sessions of one video."
        )


def _match(pred: Session, gt: Session, frames: Frames, steps: _Steps) -> list[_Pair]:
    """The pairs of labels that overlap most, each label in one at most."""
    ours, theirs = sorted(pred.state.labels), sorted(gt.state.labels)
    shared = np.zeros((len(ours), len(theirs)))
    areas = np.zeros(len(ours)), np.zeros(len(theirs))
    for frame in frames.tolist():
        _add_overlaps(_present(pred, frame, ours), _present(gt, frame, theirs), shared, areas)
        steps.step()
    unions = areas[0][:, None] + areas[1] - shared
    overlap = np.divide(shared, unions, out=np.zeros_like(shared), where=unions > 0)
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    return [
        _Pair(ours[row], theirs[column], float(overlap[row, column]))
        for row, column in zip(rows, columns, strict=True)
        if overlap[row, column] > 0
    ]


_Row = tuple[int, dict[str, object]]


def _present(session: Session, frame: int, labels: Sequence[int]) -> list[_Row]:
    """(place among the labels, mask as pycocotools takes it) of those that are to be seen on the frame."""
    found: list[_Row] = []
    for place, label in enumerate(labels):
        record = session.live.record(frame, label)
        if record is not None and session.live.is_present(frame, label):
            rle = session.masks.read(record).rle
            check_filled(rle)
            found.append((place, {"size": list(rle.size), "counts": rle.counts.encode("ascii")}))
    return found


def _add_overlaps(
    ours: list[_Row],
    theirs: list[_Row],
    shared: npt.NDArray[np.float64],
    areas: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
) -> None:
    """Add a frame's areas and shared pixels, without decoding a mask."""
    for rows, sums in zip((ours, theirs), areas, strict=True):
        if rows:
            sums[[place for place, _ in rows]] += coco.area([mask for _, mask in rows])
    if not ours or not theirs:
        return
    iou = coco.iou([mask for _, mask in ours], [mask for _, mask in theirs], [0] * len(theirs))
    sizes = [coco.area([mask for _, mask in rows]).astype(float) for rows in (ours, theirs)]
    both = iou / (1 + iou) * (sizes[0][:, None] + sizes[1])
    shared[np.ix_([place for place, _ in ours], [place for place, _ in theirs])] += both


def _score(pred: Session, gt: Session, pairs: list[_Pair], frames: Frames, steps: _Steps) -> list[MatchedScore]:
    sums = np.zeros((len(pairs), 2))
    counts = np.zeros(len(pairs), np.intp)
    for frame in frames.tolist():
        for place, pair in enumerate(pairs):
            ours, theirs = pred.live.record(frame, pair.pred), gt.live.record(frame, pair.gt)
            if ours is not None and theirs is not None:
                masks = decode(pred.masks.read(ours).rle), decode(gt.masks.read(theirs).rle)
                sums[place] += region_similarity(*masks), contour_accuracy(*masks)
                counts[place] += 1
        steps.step()
    scores = []
    for pair, (j, f), count in zip(pairs, (sums / counts[:, None]).tolist(), counts.tolist(), strict=True):
        alone = len(pred.live.frames(pair.pred)) - count, len(gt.live.frames(pair.gt)) - count
        names = _named(pred, pair.pred), _named(gt, pair.gt)
        scores.append(MatchedScore(*names, pair.overlap, j, f, (j + f) / 2, count, *alone))
    return scores


def _named(session: Session, label: int) -> NamedLabel:
    return NamedLabel(label, session.state.labels[label].name)


def _lone(session: Session, matched: set[int]) -> tuple[NamedLabel, ...]:
    labels = sorted(set(session.state.labels) - matched)
    return tuple(_named(session, label) for label in labels if len(session.live.frames(label)))


def _notices(
    pred: Session,
    gt: Session,
    scores: Sequence[MatchedScore],
    lone: tuple[tuple[NamedLabel, ...], tuple[NamedLabel, ...]],
    only: tuple[int, int],
) -> list[str]:
    notices = []
    if pred.manifest.fingerprint != gt.manifest.fingerprint:
        notices.append("The two sessions' videos have the same size and length but are not the same file.")
    for session, labels in zip((pred, gt), lone, strict=True):
        if labels:
            names = ", ".join(f"{each.id} {printable(each.name)}" for each in labels)
            notices.append(
                f"In {printable(session.folder)}, overlapping with nothing of the other's, so not compared: {names}."
            )
    for session, count in zip((pred, gt), only, strict=True):
        if count:
            notices.append(f"Frames annotated only in {printable(session.folder)}: {count}.")
    notices += [
        f"{score.pred.id} {printable(score.pred.name)} is compared with {score.gt.id} {printable(score.gt.name)}: "
        f"the two share {_percent(score.overlap)} of what they cover."
        for score in scores
        if score.pred != score.gt
    ]
    return notices


def _percent(share: float) -> str:
    return "less than 1%" if share < 0.01 else f"{share:.0%}"
