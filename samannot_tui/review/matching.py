"""Which predicted image and which pixel value belong to which of the ground truth."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from samannot_tui.errors import InputError
from samannot_tui.review.labelmaps import LabelMap, find_videos, images_in, read_label_map, values_in
from samannot_tui.text import printable

FOREGROUND = 255
"""The one object of a binary image."""
VOID = 255
"""Beside other values of the ground truth: a pixel that belongs to nothing."""


@dataclass(frozen=True)
class MatchedVideo:
    """One video to score.

    Attributes:
        pairs: (predicted, ground truth) images in the order of the frames.
        objects: IDs of the ground truth, rising; 1 where it is binary.
        unmatched: predicted IDs that the ground truth does not have.
        any_is_foreground: (predicted, ground truth): whether every value but 0 is the one object.
    """

    name: str
    pairs: tuple[tuple[Path, Path], ...]
    objects: tuple[int, ...]
    unmatched: tuple[int, ...]
    any_is_foreground: tuple[bool, bool]

    def read(self, pair: tuple[Path, Path]) -> tuple[LabelMap, LabelMap]:
        """The label maps of a pair, both in the ground truth's IDs, 0 and void as 0.

        Raises:
            InputError: the two have different sizes.
        """
        predicted, truth = (read_label_map(path) for path in pair)
        if predicted.shape != truth.shape:
            raise InputError(
                f"{printable(pair[0])} is {_size(predicted)}, the ground truth {printable(pair[1])} "
                f"{_size(truth)} pixels; predict and export at the size of the ground truth."
            )
        if self.any_is_foreground[0]:
            predicted = np.where(predicted > 0, np.uint8(self.objects[0]), np.uint8(0))
        truth = np.minimum(truth, 1) if self.any_is_foreground[1] else np.where(truth == VOID, np.uint8(0), truth)
        return predicted, truth


def match_videos(predicted: Path, truth: Path) -> tuple[list[MatchedVideo], list[str]]:
    """The videos to score, and sentences about those that are not.

    Videos are matched by name, unless there is exactly one on each side, and images by file name.

    Raises:
        InputError: a folder or image is missing, unreadable or no label map; no video has a prediction.
    """
    ours, theirs = find_videos(predicted), find_videos(truth)
    if len(ours) == len(theirs) == 1:
        ours = dict(zip(theirs, ours.values(), strict=True))
    names = [name for name in theirs if name in ours]
    if not names:
        raise InputError(
            f"No video of {printable(truth)} ({_listed(theirs)}) is in {printable(predicted)} ({_listed(ours)}); "
            "the folders of a video need the same name."
        )
    left_out = _left_out(theirs, ours, "prediction") + _left_out(ours, theirs, "ground truth")
    return [_match(name, ours[name], theirs[name]) for name in names], left_out


def _match(name: str, predicted: Path, truth: Path) -> MatchedVideo:
    ours, theirs = images_in(predicted), images_in(truth)
    missing = [image for image in theirs if image not in ours]
    if missing:
        raise InputError(
            f"{printable(predicted)} lacks {len(missing)} of the {len(theirs)} images of {printable(truth)} "
            f"(the first is {printable(missing[0])}); export with `--format davis`, which writes every frame."
        )
    truth_ids = values_in(theirs.values()) - {0}
    predicted_ids = values_in(ours[image] for image in theirs) - {0}
    if not truth_ids:
        raise InputError(f"{printable(truth)} shows no object in any image; there is nothing to compare with.")
    binary = truth_ids == {FOREGROUND}
    objects = {1} if binary else truth_ids - {VOID}
    any_is_foreground = binary or (predicted_ids == {FOREGROUND} and len(objects) == 1)
    return MatchedVideo(
        name,
        tuple((ours[image], theirs[image]) for image in theirs),
        tuple(sorted(objects)),
        () if any_is_foreground else tuple(sorted(predicted_ids - objects)),
        (any_is_foreground, binary),
    )


def _left_out(videos: dict[str, Path], others: dict[str, Path], lacking: str) -> list[str]:
    names = [name for name in videos if name not in others]
    return [f"Not scored, since without {lacking}: {_listed(names)}."] if names else []


def _listed(names: list[str] | dict[str, Path]) -> str:
    shown = ", ".join(printable(name) for name in list(names)[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def _size(image: LabelMap) -> str:
    return f"{image.shape[1]}x{image.shape[0]}"
