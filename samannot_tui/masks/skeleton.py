"""A mask as a few points inside it, to prompt with: the ends and junctions of its skeleton.

Import it where it is used: scikit-image takes half a second to load, which no first picture may wait for.
"""

from typing import cast

import cv2
import numpy as np
import numpy.typing as npt
from skimage.morphology import skeletonize

from samannot_tui.masks.geometry import bounding_box
from samannot_tui.masks.rle import BoolMask

Pixels = npt.NDArray[np.intp]  # (n, 2), each (row, column)

_DEEPEST = 64  # pixels from the outline; the time that thinning takes grows with it
_LOOP_POINTS = 4


def skeleton_points(mask: BoolMask, limit: int = 8) -> tuple[tuple[int, int], ...]:
    """At most `limit` (1 or more) pixels (x, y) of a mask (height, width), well spread; none only if it is empty.

    They are end points and junctions of the skeleton of the mask's largest piece (pixels that touch at a corner
    are one piece), the one deepest inside first. They depend on the mask's shape, not on where it lies.
    """
    box = bounding_box(mask)
    if box is None:
        return ()
    piece = _largest_piece(mask[box[1] : box[3] + 1, box[0] : box[2] + 1])
    # Not DIST_MASK_PRECISE: its last bit, and so which of two points is deeper, differs from call to call.
    depth = cv2.distanceTransform(np.pad(piece, 1).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]
    # Of a thick mask every step-th pixel will do: they are pixels of the mask too, so points among them lie inside.
    step = 1 + int(depth.max()) // _DEEPEST
    coarse = (slice(step // 2, None, step),) * 2
    skeleton: BoolMask = skeletonize(piece[coarse])  # type: ignore[no-untyped-call]
    neighbours = _neighbours(skeleton)
    points = np.concatenate([np.argwhere(neighbours == 1), _centres(neighbours >= 3)])
    if not len(points):
        # A dot, or a loop. One point would say nothing of a loop's other side, where another thing may lie between.
        points, limit = np.argwhere(skeleton), min(limit, _LOOP_POINTS)
    chosen = _spread(points, depth[coarse][points[:, 0], points[:, 1]], limit) * step + step // 2
    return tuple((box[0] + column, box[1] + row) for row, column in chosen.tolist())


def _largest_piece(mask: BoolMask) -> BoolMask:
    """The mask's largest piece; of equals, the one that reading from the top left meets first."""
    pieces = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)[1]
    areas = np.bincount(pieces[mask])
    # Which piece has the lowest number is OpenCV's affair, and no fact of the mask.
    first = pieces.flat[np.argmax(areas[pieces] == areas.max())]
    return cast(BoolMask, pieces == first)


def _neighbours(skeleton: BoolMask) -> npt.NDArray[np.uint8]:
    """How many of its 8 neighbours each pixel of the skeleton has; 0 off the skeleton."""
    pixels = skeleton.view(np.uint8)
    around = cv2.boxFilter(pixels, -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return cast(npt.NDArray[np.uint8], (around - 1) * pixels)


def _centres(junctions: BoolMask) -> Pixels:
    """One pixel of each cluster of junctions: the one nearest to the cluster's centre."""
    _, clusters, _, centres = cv2.connectedComponentsWithStats(junctions.view(np.uint8), connectivity=8)
    pixels, cluster = np.argwhere(junctions), clusters[junctions]
    distance = np.square(pixels - centres[cluster][:, ::-1]).sum(axis=1)
    order = np.lexsort((distance, cluster))
    nearest = order[np.unique(cluster[order], return_index=True)[1]]
    return pixels[np.sort(nearest)]


def _spread(points: Pixels, depth: npt.NDArray[np.float32], limit: int) -> Pixels:
    """The deepest point, then always the one farthest from those before it; of equals, the first."""
    chosen = [int(np.argmax(depth))]
    distance = np.full(len(points), np.iinfo(np.intp).max)
    while len(chosen) < min(limit, len(points)):
        distance = np.minimum(distance, np.square(points - points[chosen[-1]]).sum(axis=1))
        chosen.append(int(np.argmax(distance)))
    return points[chosen]
