"""Label maps of a video: images whose pixel values are object IDs, as in DAVIS; here, folders of PNG."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from samannot_tui.errors import InputError
from samannot_tui.text import printable

LabelMap = npt.NDArray[np.uint8]

ANNOTATIONS = "Annotations"
_MODES = ("P", "L", "1")


class LabelMaps(Protocol):
    """One video's label maps. `place` names it in sentences, `names` are the images in the order of the frames."""

    place: Path
    names: Sequence[str]

    def read(self, name: str) -> LabelMap:
        """One image: uint8, shape (height, width).

        Raises:
            InputError: it cannot be read or is no label map.
        """
        ...

    def shown(self, name: str) -> str:
        """Where the image is, in words that are safe to show."""
        ...

    def values(self, names: Sequence[str]) -> set[int]:
        """Every pixel value that occurs in these images, 0 included. Raises as `read`."""
        ...


class FolderMaps:
    """The PNG images of one folder; hidden files are left out."""

    def __init__(self, folder: Path) -> None:
        self.place = folder
        self.names: Sequence[str] = list(images_in(folder))

    def read(self, name: str) -> LabelMap:
        return read_label_map(self.place / name)

    def shown(self, name: str) -> str:
        return printable(self.place / name)

    def values(self, names: Sequence[str]) -> set[int]:
        seen = np.zeros(256, np.bool_)
        for name in names:
            seen |= np.bincount(self.read(name).ravel(), minlength=256).astype(np.bool_)
        return set(np.flatnonzero(seen).tolist())


def find_videos(root: Path) -> dict[str, LabelMaps]:
    """Name -> label maps, sorted by name.

    `root` is one such folder itself, or holds one per video, directly or under `Annotations/`.

    Raises:
        InputError: there is no such folder, or it holds no PNG images.
    """
    if not root.is_dir():
        raise InputError(f"{printable(root)} is not a folder; give a folder of PNG masks.")
    if images_in(root):
        return {root.resolve().name: FolderMaps(root)}
    parent = root / ANNOTATIONS if (root / ANNOTATIONS).is_dir() else root
    if images_in(parent):
        return {root.resolve().name: FolderMaps(parent)}
    folders = [folder for folder in sorted(parent.iterdir()) if folder.is_dir() and images_in(folder)]
    videos: dict[str, LabelMaps] = {folder.name: FolderMaps(folder) for folder in folders}
    if not videos:
        raise InputError(
            f"{printable(root)} holds no PNG masks, nor do the folders in it; "
            f"give a folder of PNG masks or one like DAVIS, with {ANNOTATIONS}/<video>/."
        )
    return videos


def images_in(folder: Path) -> dict[str, Path]:
    """File name -> path of the PNG images of a folder, sorted by name; hidden files are left out."""
    images = (path for path in folder.iterdir() if path.suffix.lower() == ".png" and not path.name.startswith("."))
    return {path.name: path for path in sorted(images)}


def read_label_map(path: Path) -> LabelMap:
    """Read a palette, grey or 1-bit PNG: uint8, shape (height, width), the pixel's value (1-bit: 0 or 255).

    Raises:
        InputError: not a readable PNG, or one with colours or 16 bits, whose pixels are no object IDs.
    """
    try:
        with Image.open(path, formats=["PNG"]) as image:
            if image.mode not in _MODES:
                raise InputError(
                    f"{printable(path)} is a PNG of type {image.mode}; "
                    "masks are palette or 8-bit grey PNGs whose pixels are object IDs."
                )
            return np.array(image.convert("L") if image.mode == "1" else image, np.uint8)
    except UnidentifiedImageError as error:
        raise InputError(f"{printable(path)} is not a PNG image.") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{printable(path)} cannot be read ({error}).") from error
