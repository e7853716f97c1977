"""A clip that every engine can track: a red speckled square that moves over green speckles."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image


def write_square(folder: Path, width: int, height: int, side: int, corners: Sequence[tuple[int, int]]) -> None:
    """Write a PNG for every (x, y) of the square's top left corner; what lies outside the frame is cut off."""
    random = np.random.default_rng(7)
    ground = (random.random((height, width, 3)) * 60 + (20, 110, 30)).astype(np.uint8)
    patch = (random.random((side, side, 3)) * 60 + (180, 30, 30)).astype(np.uint8)
    for frame, (x, y) in enumerate(corners):
        picture = ground.copy()
        picture[y : y + side, x : x + side] = patch[: height - y, : width - x]
        Image.fromarray(picture).save(folder / f"{frame:03d}.png")
