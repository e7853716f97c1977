"""Score predicted masks against ground truth: DAVIS' J, F and J&F, and SAMannot's pooled figures.

J and F follow the official semi-supervised evaluation of DAVIS 2017: the mean over a video's frames
without the first (where the prompts are) and the last, for each object, then over all objects of all
videos. Pixels of value 255 beside other IDs are void and count as background. Where an object is rightly
absent, J and F are 1. A video with fewer than three ground truth images is scored on all of them.

The pooled figures follow SAMannot's evaluation, on every ground truth image: IoU and Dice are means over
all pairs of an image and an object that the ground truth shows there, pixel accuracy is the share of
pixels with exactly the right ID, background included.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import msgspec
import numpy as np

from samannot_tui.masks.rle import BoolMask
from samannot_tui.review.labelmaps import LabelMap, find_videos
from samannot_tui.review.matching import MatchedVideo, Videos, match_videos
from samannot_tui.review.metrics import contour_accuracy, region_similarity
from samannot_tui.text import printable


class ObjectScore(msgspec.Struct, frozen=True):
    """One object of one video; `j`, `f` and their mean `jf` are 0 to 1, means over the scored frames."""

    id: int
    j: float
    f: float
    jf: float


class PooledScore(msgspec.Struct, frozen=True):
    """SAMannot's figures, 0 to 1; `iou` and `dice` are means over `pairs` pairs of image and object."""

    iou: float
    dice: float
    pixel_accuracy: float
    pairs: int


class VideoScore(msgspec.Struct, frozen=True):
    """One video. Of its `images` ground truth images, `scored` count for `j`, `f` and `jf`."""

    name: str
    images: int
    scored: int
    j: float
    f: float
    jf: float
    pooled: PooledScore
    objects: tuple[ObjectScore, ...]


class Report(msgspec.Struct, frozen=True):
    """All videos: `j`, `f`, `jf` are means over all objects, `pooled` runs over all images.

    `notices` are sentences about what was not scored or has no counterpart.
    """

    j: float
    f: float
    jf: float
    pooled: PooledScore
    videos: tuple[VideoScore, ...]
    notices: tuple[str, ...]


def evaluate(predicted: Path, truth: Path) -> Report:
    """Score the label maps in `predicted` against those in `truth`.

    Each is a folder of PNG images, or holds one such folder per video, directly or under `Annotations/`.
    Videos are matched by name, unless there is exactly one on each side; images by file name; objects by
    pixel value. A ground truth of nothing but 0 and 255 (as DAVIS 2016) has one object, and every
    predicted value but 0 is it.

    Raises:
        InputError: a folder or image is missing, unreadable, of another size or no label map.
    """
    return evaluate_videos(find_videos(predicted), find_videos(truth))


def evaluate_videos(predicted: Videos, truth: Videos) -> Report:
    """As `evaluate`, of label maps from anywhere."""
    videos, notices = match_videos(predicted, truth)
    pool, scores = _Pool(), []
    for video in videos:
        score, of_video = _score_video(video)
        scores.append(score)
        pool.add(of_video)
        notices += _notices(video, score)
    j, f, jf = _means([item for score in scores for item in score.objects])
    return Report(j, f, jf, pool.score(), tuple(scores), tuple(notices))


@dataclass
class _Pool:
    """Sums behind the pooled figures."""

    iou: float = 0.0
    dice: float = 0.0
    pairs: int = 0
    right_pixels: int = 0
    pixels: int = 0

    def add(self, other: "_Pool") -> None:
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name) + getattr(other, item.name))

    def score(self) -> PooledScore:
        accuracy = self.right_pixels / self.pixels
        return PooledScore(self.iou / self.pairs, self.dice / self.pairs, accuracy, self.pairs)


def _pooled(predicted: LabelMap, truth: LabelMap) -> _Pool:
    """The sums of one image."""
    right = predicted == truth
    shared, ours, theirs = (
        np.bincount(ids, minlength=256)[1:] for ids in (truth[right], predicted.ravel(), truth.ravel())
    )
    there = theirs > 0
    shared, areas = shared[there], (ours + theirs)[there]
    return _Pool(
        iou=float((shared / (areas - shared)).sum()),
        dice=float((2 * shared / areas).sum()),
        pairs=int(there.sum()),
        right_pixels=int(right.sum()),
        pixels=truth.size,
    )


def _score_video(video: MatchedVideo) -> tuple[VideoScore, _Pool]:
    count = len(video.images)
    scored = range(1, count - 1) if count > 2 else range(count)
    sums = np.zeros((len(video.objects), 2))
    pool = _Pool()
    for number, image in enumerate(video.images):
        predicted, truth = video.read(image)
        pool.add(_pooled(predicted, truth))
        if number in scored:
            sums += [_fit(predicted == label, truth == label) for label in video.objects]
    objects = tuple(
        ObjectScore(label, float(j), float(f), float(j + f) / 2)
        for label, (j, f) in zip(video.objects, sums / len(scored), strict=True)
    )
    return VideoScore(video.name, count, len(scored), *_means(objects), pool.score(), objects), pool


def _fit(predicted: BoolMask, truth: BoolMask) -> tuple[float, float]:
    return region_similarity(predicted, truth), contour_accuracy(predicted, truth)


def _means(objects: Sequence[ObjectScore]) -> tuple[float, float, float]:
    j = sum(score.j for score in objects) / len(objects)
    f = sum(score.f for score in objects) / len(objects)
    return j, f, (j + f) / 2


def _notices(video: MatchedVideo, score: VideoScore) -> list[str]:
    name = printable(video.name)
    notices = []
    if video.unmatched:
        ids = ", ".join(map(str, video.unmatched))
        notices.append(f"{name}: the prediction has IDs that the ground truth does not have: {ids}.")
    if score.scored == score.images:
        notices.append(f"{name}: J and F count its first and last frame too, since it has fewer than three.")
    return notices
