"""The VOC colour map against its published values and its published definition."""

import pytest

from samannot_tui.masks.palette import VOC_PALETTE, voc_color

# The first colours as printed in the VOC documentation, and two that need the upper bits of an index.
PUBLISHED = {
    0: (0, 0, 0),
    1: (128, 0, 0),
    2: (0, 128, 0),
    3: (128, 128, 0),
    4: (0, 0, 128),
    5: (128, 0, 128),
    6: (0, 128, 128),
    7: (128, 128, 128),
    8: (64, 0, 0),
    20: (0, 64, 128),
    21: (128, 64, 128),
    255: (224, 224, 192),
}


@pytest.mark.parametrize(("index", "color"), PUBLISHED.items())
def test_published_colors(index: int, color: tuple[int, int, int]) -> None:
    assert voc_color(index) == color


def test_bits_of_the_index_are_interleaved_into_the_channels() -> None:
    for index in range(256):
        bits = [index >> bit & 1 for bit in range(9)]
        channels = (sum(bits[channel + 3 * step] << (7 - step) for step in range(3)) for channel in range(3))
        assert voc_color(index) == tuple(channels)


def test_every_label_has_a_color_of_its_own() -> None:
    assert len(VOC_PALETTE) == 256
    assert len(set(VOC_PALETTE)) == 256


@pytest.mark.parametrize("index", [-1, 256])
def test_no_color_outside_the_map(index: int) -> None:
    with pytest.raises(ValueError, match=str(index)):
        voc_color(index)
