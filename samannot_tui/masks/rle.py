"""Masks as COCO run-length encoding (pycocotools' compressed form, column-major runs)."""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from pycocotools import mask as coco

from samannot_tui.errors import InputError

BoolMask = npt.NDArray[np.bool_]
LONGEST_NUMBER = 6
"""In characters of `counts`: enough for runs of 2**29 pixels; COCO's own decoder misreads longer numbers."""


class MaskError(InputError, ValueError):
    """Run lengths that are no mask."""


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
        MaskError: the runs do not fill exactly `size`.
    """
    check_filled(rle)
    height, width = rle.size
    decoded = coco.decode({"size": [height, width], "counts": rle.counts.encode("ascii")})
    return np.ascontiguousarray(decoded).view(np.bool_)


def union(masks: Sequence[Rle]) -> Rle:
    """The pixels that any of the masks, all of one size, covers.

    Raises:
        MaskError: a mask's runs do not fill its size.
    """
    for mask in masks:
        check_filled(mask)
    (size,) = {mask.size for mask in masks}
    merged = coco.merge([{"size": list(size), "counts": mask.counts.encode("ascii")} for mask in masks])
    return Rle(size=size, counts=merged["counts"].decode("ascii"))


def check_filled(rle: Rle) -> None:
    """Raises:
    MaskError: the runs do not fill exactly `size`.
    """
    height, width = rle.size
    if height < 1 or width < 1 or sum(run_lengths(rle.counts)) != height * width:
        raise MaskError(f"A mask's runs do not fill its size of {width}x{height} pixels; it is damaged.")


def area(rle: Rle) -> int:
    """Number of pixels that the mask covers, without decoding it to an array."""
    return sum(run_lengths(rle.counts)[1::2])


def covers(rle: Rle, x: int, y: int) -> bool:
    """Whether pixel (x, y) of the frame belongs to the mask, without decoding it; never outside its size.

    Raises:
        MaskError: the runs are no mask.
    """
    height, width = rle.size
    if not (0 <= x < width and 0 <= y < height):
        return False
    ends = np.cumsum(run_lengths(rle.counts))
    return bool(np.searchsorted(ends, x * height + y, side="right") % 2)


def extent(rle: Rle) -> tuple[int, tuple[int, int, int, int] | None]:
    """A mask's number of pixels and tightest box, XYXY with both corners inside it, without decoding it.

    The box is that of `masks.geometry.bounding_box`; None if the mask is empty.

    Raises:
        MaskError: the runs do not fill exactly `size`.
    """
    check_filled(rle)
    encoded = {"size": list(rle.size), "counts": rle.counts.encode("ascii")}
    left, top, width, height = (int(side) for side in coco.toBbox(encoded))
    box = (left, top, left + width - 1, top + height - 1) if width else None
    return int(coco.area(encoded)), box


def run_lengths(counts: str) -> list[int]:
    """Lengths of the alternating background and foreground runs in COCO's compressed `counts`.

    Source: `rleFrString` of the COCO API (5 bits a character, sign-extended, each run after the second
    stored as the difference to the one two before).

    Raises:
        MaskError: a character outside the alphabet, a number cut off or too long, or a negative run.
    """
    data = np.frombuffer(counts.encode("utf-8", "surrogatepass"), np.uint8).astype(np.int64) - 48
    if not data.size:
        return []
    if data.min() < 0 or data.max() >= 64:
        raise MaskError("A mask's runs hold something that COCO RLE does not use; it is damaged.")
    ends = np.flatnonzero(data & 0x20 == 0)
    if not ends.size or ends[-1] != data.size - 1:
        raise MaskError("A mask's runs end in the middle of a number; it is damaged.")
    lengths = np.diff(ends, prepend=-1)
    if lengths.max() > LONGEST_NUMBER:
        raise MaskError("A mask's runs hold a number that is too long; it is damaged.")
    starts = ends - lengths + 1
    places = np.arange(data.size) - np.repeat(starts, lengths)
    runs = np.add.reduceat((data & 0x1F) << 5 * places, starts)
    runs -= (data[ends] & 0x10 > 0) * (1 << 5 * lengths)
    runs[1::2], runs[2::2] = np.cumsum(runs[1::2]), np.cumsum(runs[2::2])
    if runs.min() < 0:
        raise MaskError("A mask holds a run of negative length; it is damaged.")
    found: list[int] = runs.tolist()
    return found
