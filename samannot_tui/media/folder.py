"""A folder of images as a sequence of frames, in natural order."""

import os
import struct
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from natsort import natsorted
from PIL import Image, ImageOps

from samannot_tui.errors import InputError
from samannot_tui.media.fingerprint import folder_fingerprint
from samannot_tui.media.source import MediaInfo, Picture, RgbFrame
from samannot_tui.text import printable

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
FPS = 25.0

# What Pillow may try, so that a file's content cannot choose a decoder that runs a program.
_FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP")
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, Image.DecompressionBombError)
_TURNED_SIDEWAYS = (5, 6, 7, 8)
_ORIENTATION = 0x0112


class FolderSource:
    """See `FrameSource`. An image is decoded when it is read; opening reads the headers only."""

    notices: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        """List a folder and check that all its images have one size.

        Raises:
            InputError: the folder has no images, two of one stem, one that is broken or of another size.
        """
        self.path = path
        self._files = _image_files(path)
        _check_stems(self._files)
        self._size = _common_size(self._files)
        width, height = self._size
        fingerprint = folder_fingerprint(self._files)
        self.info = MediaInfo("folder", len(self._files), FPS, width, height, fingerprint)

    def read(self, frame: int) -> RgbFrame:
        return self._load(self._file(frame))

    def walk(self, frame: int) -> Iterator[tuple[int, Picture]]:
        yield frame, partial(self._load, self._file(frame))

    def time(self, frame: int) -> float:
        self._file(frame)
        return frame / FPS

    def stem(self, frame: int) -> str:
        return self._file(frame).stem

    def close(self) -> None:
        """Nothing stays open between reads."""

    def _file(self, frame: int) -> Path:
        if not 0 <= frame < len(self._files):
            raise IndexError(f"there is no frame {frame} in a folder of {len(self._files)} images")
        return self._files[frame]

    def _load(self, file: Path) -> RgbFrame:
        try:
            with Image.open(file, formats=_FORMATS) as image:
                image.load()
                pixels = _rgb(ImageOps.exif_transpose(image), file)
        except _BROKEN as error:
            raise _unreadable(file) from error
        height, width, _ = pixels.shape
        if (width, height) != self._size:
            raise InputError(f"{printable(file)} changed its size to {width}x{height}; open the folder again")
        return pixels


def _image_files(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as found:
            names = sorted(entry.name for entry in found if _is_image_name(entry.name) and not entry.is_dir())
    except OSError as error:
        raise InputError(f"{printable(folder)} cannot be listed: {error.strerror}") from error
    if not names:
        kinds = ", ".join(sorted(suffix[1:] for suffix in IMAGE_SUFFIXES))
        raise InputError(f"{printable(folder)} has no images in it ({kinds}); give a folder of frames or a video")
    return [folder / name for name in natsorted(names)]


def _is_image_name(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in IMAGE_SUFFIXES


def _check_stems(files: list[Path]) -> None:
    seen: dict[str, Path] = {}
    for file in files:
        other = seen.setdefault(file.stem, file)
        if other is not file:
            raise InputError(
                f"{printable(file.parent)} has two images for one frame, {printable(other.name)} and "
                f"{printable(file.name)}; keep one of them"
            )


def _common_size(files: list[Path]) -> tuple[int, int]:
    first = _size(files[0])
    for file in files[1:]:
        size = _size(file)
        if size != first:
            raise InputError(
                f"{printable(file)} is {size[0]}x{size[1]} pixels but {printable(files[0].name)} is "
                f"{first[0]}x{first[1]}; all frames of a folder must have one size"
            )
    return first


def _size(file: Path) -> tuple[int, int]:
    """(width, height) in pixels as shown, from the header alone."""
    if not file.is_file():
        raise InputError(f"{printable(file)} is not a file that can be read; mend or remove it")
    try:
        with Image.open(file, formats=_FORMATS) as image:
            width, height = image.size
            # Pillow turns a TIFF by itself, its size included. PNG's own getexif would decode the picture.
            turned = image.format != "TIFF" and Image.Image.getexif(image).get(_ORIENTATION) in _TURNED_SIDEWAYS
    except _BROKEN as error:
        raise _unreadable(file) from error
    return (height, width) if turned else (width, height)


def _rgb(image: Image.Image, file: Path) -> RgbFrame:
    if image.mode.startswith("I;16") or (image.mode == "I" and file.suffix.lower() == ".png"):
        grey = (np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.mode in ("I", "F"):
        raise InputError(f"{printable(file)} has 32-bit pixels; convert the frames to 8 or 16 bits")
    return np.array(image if image.mode == "RGB" else image.convert("RGB"), np.uint8)


def _unreadable(file: Path) -> InputError:
    return InputError(f"{printable(file)} is broken or not an image; replace or remove it")
