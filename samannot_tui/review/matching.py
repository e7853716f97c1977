"""Which predicted image and which pixel value belong to which of the ground truth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from samannot_tui.errors import InputError
from samannot_tui.review.labelmaps import LabelMap, LabelMaps
from samannot_tui.text import printable

Videos = Mapping[str, LabelMaps]
"""A video's name -> its label maps."""
FOREGROUND = 255
"""The one object of a binary image."""
VOID = 255
"""Beside other values of the ground truth: a pixel that belongs to nothing."""


@dataclass(frozen=True)
class MatchedVideo:
    """One video to score.

    Attributes:
        images: their names in the order of the frames, the same on both sides.
        predicted, truth: where they come from.
        objects: IDs of the ground truth, rising; 1 where it is binary.
        unmatched: predicted IDs that the ground truth does not have.
        any_is_foreground: (predicted, ground truth): whether every value but 0 is the one object.
    """

    name: str
    images: tuple[str, ...]
    predicted: LabelMaps
    truth: LabelMaps
    objects: tuple[int, ...]
    unmatched: tuple[int, ...]
    any_is_foreground: tuple[bool, bool]

    def read(self, image: str) -> tuple[LabelMap, LabelMap]:
        """The predicted and the true label map of a frame, both in the ground truth's IDs, 0 and void as 0.

        Raises:
            InputError: the two have different sizes.
        """
        predicted, truth = self.predicted.read(image), self.truth.read(image)
        if predicted.shape != truth.shape:
            raise InputError(
                f"{self.predicted.shown(image)} is {_size(predicted)}, the ground truth {self.truth.shown(image)} "
                f"{_size(truth)} pixels; predict and export at the size of the ground truth."
            )
        if self.any_is_foreground[0]:
            predicted = np.where(predicted > 0, np.uint8(self.objects[0]), np.uint8(0))
        truth = np.minimum(truth, 1) if self.any_is_foreground[1] else np.where(truth == VOID, np.uint8(0), truth)
        return predicted, truth


def match_videos(predicted: Videos, truth: Videos) -> tuple[list[MatchedVideo], list[str]]:
    """The videos to score, and sentences about those that are not.

    Videos are matched by name, unless there is exactly one on each side, and images by file name.

    Raises:
        InputError: an image is missing, unreadable or no label map; no video has a prediction.
    """
    ours, theirs = predicted, truth
    if len(ours) == len(theirs) == 1:
        ours = dict(zip(theirs, ours.values(), strict=True))
    names = [name for name in theirs if name in ours]
    if not names:
        raise InputError(
            f"No video of the ground truth ({_listed(theirs)}) is in the prediction ({_listed(ours)}); "
            "the folders of a video need the same name."
        )
    left_out = _left_out(theirs, ours, "prediction") + _left_out(ours, theirs, "ground truth")
    return [_match(name, ours[name], theirs[name]) for name in names], left_out


def _match(name: str, predicted: LabelMaps, truth: LabelMaps) -> MatchedVideo:
    there = set(predicted.names)
    missing = [image for image in truth.names if image not in there]
    if missing:
        raise InputError(
            f"{printable(predicted.place)} lacks {len(missing)} of the {len(truth.names)} images of "
            f"{printable(truth.place)} (the first is {printable(missing[0])}); export with `--format davis`, which "
            "writes every frame."
        )
    truth_ids = truth.values(truth.names) - {0}
    predicted_ids = predicted.values(truth.names) - {0}
    if not truth_ids:
        raise InputError(f"{printable(truth.place)} shows no object in any image; there is nothing to compare with.")
    binary = truth_ids == {FOREGROUND}
    objects = {1} if binary else truth_ids - {VOID}
    any_is_foreground = binary or (predicted_ids == {FOREGROUND} and len(objects) == 1)
    return MatchedVideo(
        name,
        tuple(truth.names),
        predicted,
        truth,
        tuple(sorted(objects)),
        () if any_is_foreground else tuple(sorted(predicted_ids - objects)),
        (any_is_foreground, binary),
    )


def _left_out(videos: Videos, others: Videos, lacking: str) -> list[str]:
    names = [name for name in videos if name not in others]
    return [f"Not scored, since without {lacking}: {_listed(names)}."] if names else []


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    shown = ", ".join(printable(name) for name in names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def _size(image: LabelMap) -> str:
    return f"{image.shape[1]}x{image.shape[0]}"
