"""What a mask by itself tells about how good it is: its size, place, pieces and holes."""

from typing import NamedTuple, cast

import cv2
import numpy as np
import numpy.typing as npt

from samannot_tui.masks.rle import BoolMask, Rle, decode, extent


class Shape(NamedTuple):
    """Measures of one mask; all 0 where it is empty.

    Attributes:
        area: pixels.
        x, y: centre of mass, pixels.
        pieces: how many pieces it is in; pixels that touch at a corner are one piece.
        scattered: share of its pixels outside the largest piece.
        holes: pixels of its holes, as a share of its own.
        border: pixels at the edge of the picture, as a multiple of the side of a square of its area.
    """

    area: float = 0.0
    x: float = 0.0
    y: float = 0.0
    pieces: float = 0.0
    scattered: float = 0.0
    holes: float = 0.0
    border: float = 0.0


def shape_of(rle: Rle) -> Shape:
    """Measure a mask.

    Raises:
        MaskError: its runs do not fill its size.
    """
    area, box = extent(rle)
    if box is None:
        return Shape()
    left, top, right, bottom = box
    inside = decode(rle)[top : bottom + 1, left : right + 1]
    height, width = rle.size
    edges = (
        (top == 0, inside[0]),
        (bottom == height - 1, inside[-1]),
        (left == 0, inside[:, 0]),
        (right == width - 1, inside[:, -1]),
    )
    at_edge = sum(int(np.count_nonzero(line)) for touches, line in edges if touches)
    sizes, centres = _pieces(inside)
    x, y = sizes @ centres / area
    return Shape(
        float(area),
        left + float(x),
        top + float(y),
        float(len(sizes)),
        1 - float(sizes.max()) / area,
        _hole_pixels(inside) / area,
        at_edge / area**0.5,
    )


def _pieces(inside: BoolMask) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Pixels of each piece, and its centre of mass (x, y)."""
    _, _, facts, centres = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)
    sizes = cast(npt.NDArray[np.int32], facts[1:, cv2.CC_STAT_AREA])
    return sizes, cast(npt.NDArray[np.float64], centres[1:])


def _hole_pixels(inside: BoolMask) -> int:
    """Pixels outside the mask that no way without a diagonal step leads out of."""
    outside = np.pad(~inside, 1, constant_values=True).astype(np.uint8)
    _, places, facts, _ = cv2.connectedComponentsWithStats(outside, connectivity=4)
    return int(facts[1:, cv2.CC_STAT_AREA].sum() - facts[places[0, 0], cv2.CC_STAT_AREA])
