"""Overlapping masks in one label map, against the rule stated pixel by pixel."""

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from samannot_tui.formats.labelmap import flatten, save_label_map
from samannot_tui.masks.rle import BoolMask

SIZE = 4, 6
masks = st.dictionaries(st.integers(1, 255), arrays(np.bool_, SIZE, elements=st.booleans()), max_size=4)


@given(masks)
def test_each_pixel_is_the_smallest_mask_over_it(masks: dict[int, BoolMask]) -> None:
    flat, hidden = flatten(masks, SIZE)
    ranked = sorted(masks, key=lambda label: (masks[label].sum(), -label))
    for place in np.ndindex(SIZE):
        assert flat[place] == next((label for label in ranked if masks[label][place]), 0)
    assert hidden == {label: pixels for label, mask in masks.items() if (pixels := int((mask & (flat != label)).sum()))}


def test_every_id_survives_the_file(tmp_path: Path) -> None:
    flat = np.arange(256, dtype=np.uint8).reshape(16, 16)
    save_label_map(tmp_path / "all.png", flat)
    with Image.open(tmp_path / "all.png") as image:
        assert image.mode == "P"
        assert np.array_equal(np.asarray(image), flat)
