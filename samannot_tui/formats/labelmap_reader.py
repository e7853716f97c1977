"""Reading pictures whose pixels say which instance they belong to."""

import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from samannot_tui.errors import InputError
from samannot_tui.formats.foreign_files import read_inside
from samannot_tui.formats.reading import require_size
from samannot_tui.masks.palette import VOC_PALETTE
from samannot_tui.masks.rle import Rle, encode
from samannot_tui.media.source import FrameSource
from samannot_tui.text import printable

Values = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
_HEADER = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_SIZE = struct.Struct(">II")
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


def png_size(data: bytes, where: str) -> tuple[int, int]:
    """(width, height) that a PNG says it has, which is to be checked before `decoded`.

    Raises:
        InputError: it is no PNG.
    """
    if not data.startswith(_HEADER) or len(data) < len(_HEADER) + _SIZE.size:
        raise InputError(f"{where} is not a PNG that can be read; replace or remove it.")
    width, height = _SIZE.unpack_from(data, len(_HEADER))
    return width, height


def decoded(data: bytes, where: str) -> tuple[str, npt.NDArray[np.generic]]:
    """A PNG's mode, as Pillow names it, and its pixels, (height, width) or (height, width, channels).

    Raises:
        InputError: it is broken.
    """
    try:
        with Image.open(BytesIO(data), formats=["PNG"]) as image:
            return image.mode, np.asarray(image)
    except _BROKEN as error:
        raise InputError(f"{where} is not a PNG that can be read; replace or remove it.") from error


def read_label_map(path: Path, root: Path, media: FrameSource) -> npt.NDArray[np.uint8]:
    """A picture's label IDs, uint8 (height, width), 0 where there is none.

    They are the values of a palette or grey PNG. A grey one that has but 0 and 255, as DAVIS 2016 has, holds label
    1. In an RGB one, as SAMannot writes it, the colours are those of the VOC colour map.

    Raises:
        InputError: it is no PNG of the media's size, or none of these kinds.
    """
    where = printable(path)
    mode, pixels = _of_media(path, root, media)
    if mode not in ("P", "L", "1", "RGB"):
        raise InputError(f"{where}: it has pixels of kind {mode}; a label map has 8 bits, a palette or grey.")
    if mode == "RGB":
        return _from_colors(pixels.astype(np.uint8), where)
    if mode == "1" or (mode == "L" and not np.any((pixels != 0) & (pixels != 255))):
        pixels = pixels != 0
    return pixels.astype(np.uint8)


def _from_colors(pixels: npt.NDArray[np.uint8], where: str) -> npt.NDArray[np.uint8]:
    known = _packed(np.array(VOC_PALETTE, np.uint8))
    order = np.argsort(known)
    colors, inverse = np.unique(_packed(pixels), return_inverse=True)
    places = np.minimum(np.searchsorted(known, colors, sorter=order), len(known) - 1)
    labels: npt.NDArray[np.intp] = order[places]
    if np.any(known[labels] != colors):
        raise InputError(f"{where}: it has colours that are none of the VOC colour map; save it with a palette.")
    found: npt.NDArray[np.uint8] = labels[inverse].reshape(pixels.shape[:2]).astype(np.uint8)
    return found


def _packed(colors: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """RGB colours as one number each."""
    packed: npt.NDArray[np.int64] = colors.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    return packed


def read_values(path: Path, root: Path, media: FrameSource) -> npt.NDArray[np.uint16]:
    """A grey picture's values of up to 16 bits, uint16 (height, width).

    Raises:
        InputError: it is no PNG of the media's size, or not of this kind.
    """
    mode, pixels = _of_media(path, root, media)
    if mode not in ("I;16", "I", "L"):
        raise InputError(f"{printable(path)}: it has pixels of kind {mode}; a MOTS picture is grey, of 16 bits.")
    return pixels.astype(np.uint16)


def masks_of(values: Values) -> Iterator[tuple[int, Rle]]:
    """Each value but 0 of a picture (height, width) that is there, and the mask of its pixels."""
    by_column = values.copy(order="F")  # as runs are counted: several times as fast
    for value in np.unique(by_column[by_column > 0]).tolist():
        yield value, encode(by_column == value)


def _of_media(path: Path, root: Path, media: FrameSource) -> tuple[str, npt.NDArray[np.generic]]:
    where, data = printable(path), read_inside(path, root)
    require_size(*png_size(data, where), media.info, where)
    return decoded(data, where)
