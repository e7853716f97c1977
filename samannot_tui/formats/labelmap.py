"""Several instances as one label map: one label ID per pixel, 0 where there is none."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from samannot_tui.masks.palette import VOC_PALETTE
from samannot_tui.masks.rle import BoolMask

LabelMap = npt.NDArray[np.uint8]

_PALETTE = bytes(channel for color in VOC_PALETTE for channel in color)


def flatten(masks: Mapping[int, BoolMask], size: tuple[int, int]) -> tuple[LabelMap, dict[int, int]]:
    """Lay masks by label ID, each bool (height, width) = `size`, over each other.

    Where they overlap, the smaller mask is on top, of two equally large ones that of the higher ID.

    Returns:
        The map, uint8 of `size`, and label ID -> how many of its pixels others hide, where any are.
    """
    flat = np.zeros(size, np.uint8)
    areas = {label: int(np.count_nonzero(mask)) for label, mask in masks.items()}
    for label in sorted(masks, key=lambda label: (-areas[label], label)):
        flat[masks[label]] = label
    visible = np.bincount(flat.ravel(), minlength=256)
    hidden = {label: area - int(visible[label]) for label, area in areas.items()}
    return flat, {label: pixels for label, pixels in hidden.items() if pixels}


def save_label_map(path: Path, flat: LabelMap) -> None:
    """Write a palette PNG: a pixel's value is its label ID, its colour that of the VOC colour map.

    Raises:
        OSError: the disk failed.
    """
    image = Image.fromarray(flat)
    image.putpalette(_PALETTE)
    image.save(path, format="PNG")
