"""Where a mask lies: its centre of mass, its box, its pieces."""

import numpy as np

from samannot_tui.masks.rle import BoolMask


def centroid(mask: BoolMask) -> tuple[float, float] | None:
    """Centre of mass (x, y) in pixels of a mask (height, width); None if it is empty.

    Pixel centres lie on whole numbers, so the one pixel mask[r, c] has its centre at (c, r).
    """
    columns, rows = mask.sum(axis=0), mask.sum(axis=1)
    area = int(columns.sum())
    if not area:
        return None
    return float(columns @ np.arange(columns.size)) / area, float(rows @ np.arange(rows.size)) / area


def bounding_box(mask: BoolMask) -> tuple[int, int, int, int] | None:
    """The tightest box around a mask (height, width), XYXY, both corners inside it; None if it is empty."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not columns.size:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def component_count(mask: BoolMask) -> int:
    """How many pieces a mask (height, width) is in; pixels that touch at a corner are one piece."""
    import cv2  # views need the centroid long before anyone needs OpenCV

    return int(cv2.connectedComponents(mask.view(np.uint8), connectivity=8)[0]) - 1
