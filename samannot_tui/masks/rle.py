"""Masks as COCO run-length encoding (pycocotools' compressed form, column-major runs)."""

import msgspec
import numpy as np
import numpy.typing as npt
from pycocotools import mask as coco

BoolMask = npt.NDArray[np.bool_]


class Rle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One mask, as in COCO's JSON: `size` is (height, width) in pixels, `counts` the compressed runs."""

    size: tuple[int, int]
    counts: str


def encode(mask: BoolMask) -> Rle:
    """Encode a mask of shape (height, width), dtype bool.

    Raises:
        ValueError: the array is not two-dimensional or not bool.
    """
    if mask.ndim != 2 or mask.dtype != np.bool_:
        raise ValueError(f"a mask is a 2-D bool array, not {mask.ndim}-D {mask.dtype}")
    encoded = coco.encode(np.asfortranarray(mask.view(np.uint8)))
    height, width = mask.shape
    return Rle(size=(height, width), counts=encoded["counts"].decode("ascii"))


def decode(rle: Rle) -> BoolMask:
    """Decode to an array of shape (height, width), dtype bool.

    The runs are measured before anything is allocated for them, so a hostile `counts` cannot ask for
    more memory than `size`, which the caller has checked against its video.

    Raises:
        ValueError: the runs do not fill exactly `size`.
    """
    height, width = rle.size
    if height < 1 or width < 1 or sum(run_lengths(rle.counts)) != height * width:
        raise ValueError(f"the mask's runs do not fill its size of {width}x{height} pixels")
    decoded = coco.decode({"size": [height, width], "counts": rle.counts.encode("ascii")})
    return np.ascontiguousarray(decoded).view(np.bool_)


def area(rle: Rle) -> int:
    """Number of pixels that the mask covers, without decoding it to an array."""
    return sum(run_lengths(rle.counts)[1::2])


def run_lengths(counts: str) -> list[int]:
    """Lengths of the alternating background and foreground runs in COCO's compressed `counts`.

    Source: `rleFrString` of the COCO API (5 bits a character, sign-extended, each run after the second
    stored as the difference to the one two before).

    Raises:
        ValueError: a character outside the alphabet, a cut-off number or a negative run.
    """
    runs: list[int] = []
    value = shift = 0
    for char in counts:
        bits = ord(char) - 48
        if not 0 <= bits < 64 or shift > 60:
            raise ValueError("the mask's runs hold a character that COCO RLE does not use")
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        if len(runs) > 2:
            value += runs[-2]
        if value < 0:
            raise ValueError("the mask holds a run of negative length")
        runs.append(value)
        value = shift = 0
    if shift:
        raise ValueError("the mask's runs end in the middle of a number")
    return runs
