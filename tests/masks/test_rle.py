"""RLE against pycocotools, and against input that lies about its size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

from samannot_tui.masks.rle import MaskError, Rle, area, decode, encode, run_lengths

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


def read_one_by_one(counts: str) -> list[int] | None:
    """The runs as `rleFrString` of the COCO API reads them, character by character; None where they are refused."""
    runs: list[int] = []
    value = shift = 0
    for char in counts:
        bits = ord(char) - 48
        if not 0 <= bits < 64 or shift >= 30:
            return None
        value |= (bits & 0x1F) << shift
        shift += 5
        if not bits & 0x20:
            value -= (1 << shift) if bits & 0x10 else 0
            value += runs[-2] if len(runs) > 2 else 0
            if value < 0:
                return None
            runs.append(value)
            value = shift = 0
    return None if shift else runs


ALPHABET = st.characters(min_codepoint=48, max_codepoint=111)


@settings(max_examples=500)
@given(st.one_of(st.text(ALPHABET, max_size=20), st.text(max_size=4)))
def test_runs_are_those_of_cocos_own_reader(counts: str) -> None:
    try:
        found = run_lengths(counts)
    except MaskError:
        assert read_one_by_one(counts) is None
    else:
        assert found == read_one_by_one(counts)


def test_a_bomb_allocates_nothing() -> None:
    with pytest.raises(ValueError, match="do not fill"):
        decode(Rle((2**40, 2**40), encode(np.ones((4, 4), np.bool_)).counts))


@pytest.mark.parametrize("bad", [np.zeros((2, 2, 2), np.bool_), np.zeros((2, 2), np.uint8)])
def test_only_masks_are_encoded(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="2-D bool"):
        encode(bad)
