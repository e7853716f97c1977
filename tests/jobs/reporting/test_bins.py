"""What a plot of a long video shows must be what is there."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.jobs.reporting.bins import MOST_BINS, bin_length, peaks, series, strip

lengths = st.integers(1, 3 * MOST_BINS)


@given(st.integers(1, 1 << 24))
def test_there_are_never_more_bins_than_room(frames: int) -> None:
    length = bin_length(frames)
    assert math.ceil(frames / length) <= MOST_BINS
    assert length == 1 or math.ceil(frames / (length - 1)) > MOST_BINS


@given(lengths, st.integers(0, 1 << 30))
def test_no_extreme_is_lost(frames: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.where(rng.random(frames) < 0.7, rng.normal(0, 100, frames), np.nan).astype(np.float32)
    found, length = series(values), bin_length(frames)
    for number, low in enumerate(found.smallest):
        there = [value for value in values[number * length : (number + 1) * length].tolist() if not math.isnan(value)]
        if not there:
            assert low is found.mean[number] is found.largest[number] is None
        else:
            told = low, found.mean[number], found.largest[number]
            assert told == pytest.approx((min(there), sum(there) / len(there), max(there)), abs=1e-3)


@given(lengths, st.integers(0, 1 << 30))
def test_kinds_share_a_bin_as_the_frames_do(frames: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 3, frames).astype(np.uint8)
    found, length = strip(values, {1: "one", 2: "two"}), bin_length(frames)
    for number in range(math.ceil(frames / length)):
        part = values[number * length : (number + 1) * length]
        for value, name in ((1, "one"), (2, "two")):
            assert found[name][number] == pytest.approx((part == value).mean(), abs=1e-4)


def test_one_doubtful_frame_of_many_is_seen() -> None:
    values = np.zeros(20_000, np.float32)
    values[12_345] = 0.9
    found = peaks(values)
    assert max(found) == 0.9 and found.index(0.9) == 12_345 // bin_length(20_000)
