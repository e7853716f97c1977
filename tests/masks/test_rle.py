"""RLE against pycocotools, and against input that lies about its size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

from samannot_tui.masks.rle import Rle, area, decode, encode

masks = arrays(np.bool_, st.tuples(st.integers(1, 40), st.integers(1, 40)))


@given(masks)
def test_round_trip_and_area(mask: np.ndarray) -> None:
    rle = encode(mask)
    assert (decode(rle) == mask).all()
    assert area(rle) == mask.sum()


@given(masks)
def test_counts_are_cocos_own(mask: np.ndarray) -> None:
    theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert encode(mask).counts.encode() == theirs["counts"]
    assert (coco.decode(theirs) == decode(Rle(mask.shape, theirs["counts"].decode()))).all()


@settings(max_examples=300)
@given(st.text(st.characters(min_codepoint=0, max_codepoint=200), max_size=12), st.integers(-3, 9), st.integers(-3, 9))
def test_any_counts_decode_to_the_size_or_are_refused(counts: str, height: int, width: int) -> None:
    try:
        mask = decode(Rle((height, width), counts))
    except ValueError:
        return
    assert mask.shape == (height, width)


def test_a_bomb_allocates_nothing() -> None:
    with pytest.raises(ValueError, match="do not fill"):
        decode(Rle((2**40, 2**40), encode(np.ones((4, 4), np.bool_)).counts))


@pytest.mark.parametrize("bad", [np.zeros((2, 2, 2), np.bool_), np.zeros((2, 2), np.uint8)])
def test_only_masks_are_encoded(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="2-D bool"):
        encode(bad)
