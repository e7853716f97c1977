"""What a reader finds, as arrays, and the exports' masks that it should find."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from samannot_tui.errors import InputError
from samannot_tui.formats.labelmap import flatten
from samannot_tui.formats.reading import FoundObject, Reader
from samannot_tui.formats.selection import EVERYTHING, Selection
from samannot_tui.masks.rle import BoolMask, decode
from samannot_tui.media.source import FrameSource, MediaInfo
from tests.formats.strategies import Masks, exported
from tests.formats.support import HEIGHT, WIDTH, ArraySource

Named = dict[tuple[int, str], BoolMask]
"""(frame, label's name) -> mask."""


def source(folder: Path) -> ArraySource:
    return ArraySource(folder / "clip.mp4")


def images(folder: Path, *stems: str) -> ArraySource:
    """An image folder "clip" of these stems."""
    info = MediaInfo("folder", len(stems), 25.0, WIDTH, HEIGHT, "0" * 16)
    return ArraySource(folder / "clip", info, stems)


def named(masks: Masks) -> Named:
    """The masks under their labels' names, less the empty ones: an export has no room for them, or cannot tell them."""
    return {(frame, "abc"[label - 1]): mask for (frame, label), mask in masks.items() if mask.any()}


def visible(masks: Masks) -> Named:
    """What is left of masks where one pixel belongs to one label."""
    left = {}
    for frame in {frame for frame, _ in masks}:
        flat, _ = flatten({label: mask for (at, label), mask in masks.items() if at == frame}, (HEIGHT, WIDTH))
        left |= {(frame, label): flat == label for label in np.unique(flat[flat > 0]).tolist()}
    return named(left)


def joined(objects: list[FoundObject]) -> Named:
    """The masks by frame and name; several of one name are parts."""
    masks: Named = {}
    for found in objects:
        assert found.mask is not None
        mask = decode(found.mask)
        assert mask.shape == (HEIGHT, WIDTH)
        key = found.frame, found.name
        masks[key] = masks[key] | mask if key in masks else mask
    return masks


def through(read: Reader, masks: Masks, format_name: str, selection: Selection = EVERYTHING) -> list[FoundObject]:
    """Masks of a session, a person's, out in a format and in again."""
    with TemporaryDirectory() as place:
        folder = exported(Path(place), masks, format_name, selection, block_size=1).folder
        return list(read(folder, source(Path(place))))


def check_same(found: Named, wanted: Named) -> None:
    assert set(found) == set(wanted)
    assert all(np.array_equal(found[key], mask) for key, mask in wanted.items())


def refused(read: Reader, path: Path, media: FrameSource) -> str:
    """The one sentence with which a reader turns something down."""
    with pytest.raises(InputError) as error:
        list(read(path, media))
    sentence = str(error.value)
    assert sentence.isprintable() and len(sentence) < 1000
    return sentence
