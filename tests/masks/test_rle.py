"""RLE against pycocotools, and against input that lies about its size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

from samannot_tui.masks.geometry import bounding_box
from samannot_tui.masks.rle import Rle, area, covers, decode, encode, extent, union

masks = arrays(np.bool_, st.tuples(st.integers(1, 40), st.integers(1, 40)))


@given(masks)
def test_round_trip_and_area(mask: np.ndarray) -> None:
    rle = encode(mask)
    assert (decode(rle) == mask).all()
    assert area(rle) == mask.sum()


@given(masks)
def test_a_mask_covers_what_it_covers_decoded(mask: np.ndarray) -> None:
    rle = encode(mask)
    height, width = mask.shape
    found = [[covers(rle, x, y) for x in range(-1, width + 1)] for y in range(-1, height + 1)]
    assert np.array_equal(found, np.pad(mask, 1))


@given(masks)
def test_extent_is_that_of_the_decoded_mask(mask: np.ndarray) -> None:
    assert extent(encode(mask)) == (mask.sum(), bounding_box(mask))


@given(masks)
def test_counts_are_cocos_own(mask: np.ndarray) -> None:
    theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert encode(mask).counts.encode() == theirs["counts"]
    assert (coco.decode(theirs) == decode(Rle(mask.shape, theirs["counts"].decode()))).all()


@given(arrays(np.bool_, st.tuples(st.integers(1, 4), st.integers(1, 20), st.integers(1, 20))))
def test_a_union_is_every_pixel_that_any_covers(several: np.ndarray) -> None:
    assert (decode(union([encode(mask) for mask in several])) == several.any(axis=0)).all()


def test_a_union_with_a_mask_that_does_not_fill_its_size_is_refused() -> None:
    whole = encode(np.ones((4, 4), np.bool_))
    with pytest.raises(ValueError, match="do not fill"):
        union([whole, Rle((4, 4), encode(np.ones((3, 3), np.bool_)).counts)])


@settings(max_examples=300)
@given(st.text(st.characters(min_codepoint=0, max_codepoint=200), max_size=12), st.integers(-3, 9), st.integers(-3, 9))
def test_any_counts_decode_to_the_size_or_are_refused(counts: str, height: int, width: int) -> None:
    rle = Rle((height, width), counts)
    try:
        mask = decode(rle)
    except ValueError:
        with pytest.raises(ValueError, match="damaged"):
            extent(rle)
        return
    assert mask.shape == (height, width)
    assert extent(rle) == (mask.sum(), bounding_box(mask))


def test_a_bomb_allocates_nothing() -> None:
    with pytest.raises(ValueError, match="do not fill"):
        decode(Rle((2**40, 2**40), encode(np.ones((4, 4), np.bool_)).counts))


@pytest.mark.parametrize("bad", [np.zeros((2, 2, 2), np.bool_), np.zeros((2, 2), np.uint8)])
def test_only_masks_are_encoded(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="2-D bool"):
        encode(bad)
