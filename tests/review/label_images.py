"""Small label map sequences on disk for the evaluation's tests."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

Map = npt.NDArray[np.uint8]


def write(folder: Path, maps: list[Map], mode: str = "P") -> Path:
    """Write maps as 00000.png and so on; `mode` is Pillow's."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, pixels in enumerate(maps):
        image = Image.fromarray(pixels)
        if mode == "P":
            image.putpalette([channel for value in range(256) for channel in (value, value, value)])
        image.convert(mode).save(folder / f"{number:05}.png")
    return folder


def disks(shift: int, frames: int = 6, ids: tuple[int, int] = (1, 2)) -> list[Map]:
    """Two disks that move and grow, the second in front of the first; `shift` puts them off a little."""
    y, x = np.mgrid[0:120, 0:160]
    maps = []
    for frame in range(frames):
        pixels = np.zeros((120, 160), np.uint8)
        pixels[(x - 50 - 6 * frame - shift) ** 2 + (y - 60) ** 2 <= (20 + frame) ** 2] = ids[0]
        pixels[(x - 110 + 4 * frame) ** 2 + (y - 50 - 2 * frame + shift) ** 2 <= (18 - frame) ** 2] = ids[1]
        maps.append(pixels)
    return maps
