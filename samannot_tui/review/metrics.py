"""How well one mask fits another: the measures of the DAVIS benchmark.

`vos-benchmark` computes the same figures but cannot be imported here (it depends on opencv-python, which
installs over opencv-python-headless, and its evaluation ends the process on bad input); the tests compare
with what it computed.
"""

import cv2
import numpy as np

from samannot_tui.masks.rle import BoolMask

BOUNDARY_TOLERANCE = 0.008
"""How far off a contour may lie, as a fraction of the image diagonal."""


def region_similarity(predicted: BoolMask, truth: BoolMask) -> float:
    """J: intersection over union of two masks (height, width); 1 where both are empty.

    Source: Perazzi et al., A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation,
    CVPR 2016.
    """
    union = np.count_nonzero(predicted | truth)
    return float(np.count_nonzero(predicted & truth) / union) if union else 1.0


def contour_accuracy(predicted: BoolMask, truth: BoolMask) -> float:
    """F: F-measure of contour precision and recall of two masks (height, width), 0 to 1.

    A contour pixel is matched if the other contour has a pixel within `BOUNDARY_TOLERANCE` of the image
    diagonal, rounded up to whole pixels. Where both masks are empty F is 1.

    Source: Perazzi et al., CVPR 2016, as computed by the official davis2017-evaluation: 1-pixel contours
    half a pixel towards the origin (`seg2bmap`), dilated with a disk instead of matched one to one.
    """
    tolerance = int(np.ceil(BOUNDARY_TOLERANCE * np.hypot(*truth.shape)))
    window = _window(predicted, truth)
    if window is None:
        return 1.0
    ours, theirs = _contour(predicted[window]), _contour(truth[window])
    our_length, their_length = np.count_nonzero(ours), np.count_nonzero(theirs)
    # A mask over the whole image has no contour at all.
    if not our_length or not their_length:
        return float(our_length == their_length)
    precision = np.count_nonzero(ours[_near(theirs, tolerance)]) / our_length
    recall = np.count_nonzero(theirs[_near(ours, tolerance)]) / their_length
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def _window(first: BoolMask, second: BoolMask) -> tuple[slice, slice] | None:
    """The part of the image that holds both masks and a margin of one pixel: no contour lies outside it."""
    either = first | second
    rows, columns = np.flatnonzero(either.any(axis=1)), np.flatnonzero(either.any(axis=0))
    if not rows.size:
        return None
    return slice(max(rows[0] - 1, 0), rows[-1] + 2), slice(max(columns[0] - 1, 0), columns[-1] + 2)


def _contour(mask: BoolMask) -> BoolMask:
    """Where a mask differs from its right, lower or lower right neighbour; beyond the image nothing differs."""
    grown = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    return (mask ^ grown[:-1, 1:]) | (mask ^ grown[1:, :-1]) | (mask ^ grown[1:, 1:])


def _near(contour: BoolMask, radius: int) -> BoolMask:
    """Pixels at most `radius` pixels from the contour."""
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    disk = (x * x + y * y <= radius * radius).astype(np.uint8)
    return cv2.dilate(contour.view(np.uint8), disk).view(np.bool_)
