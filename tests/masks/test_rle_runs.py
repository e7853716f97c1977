"""The reading of run lengths against COCO's own rule, stated character by character."""

from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.masks.rle import MaskError, run_lengths


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
