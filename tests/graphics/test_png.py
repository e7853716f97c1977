from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from samannot_tui.graphics.coding.png import palette_png

PALETTE = np.random.default_rng(3).integers(0, 256, (256, 3), np.uint8)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 256), st.booleans(), st.integers(0, 99))
def test_pillow_reads_back_every_index(width: int, height: int, colours: int, graded: bool, seed: int) -> None:
    indices = np.random.default_rng(seed).integers(0, colours, (height, width), np.uint8)
    image = Image.open(BytesIO(palette_png(indices, PALETTE[:colours], graded=graded)))
    assert (image.mode, image.size) == ("P", (width, height))
    assert (np.asarray(image) == indices).all()
    assert (np.asarray(image.convert("RGB")) == PALETTE[indices]).all()


def test_each_colour_has_its_own_opacity() -> None:
    indices = np.arange(12, dtype=np.uint8).reshape(3, 4)
    alphas = (255 - 20 * np.arange(12)).astype(np.uint8)
    image = Image.open(BytesIO(palette_png(indices, PALETTE[:12], alphas, graded=True)))
    assert (np.asarray(image.convert("RGBA"))[..., 3] == alphas[indices]).all()


@pytest.mark.parametrize("graded", [True, False])
def test_the_filter_is_for_what_it_says(graded: bool) -> None:
    y, x = np.mgrid[0:200, 0:300]
    noise = np.random.default_rng(1).integers(-1, 2, (200, 300))
    slope = ((x + y) // 4 + noise + 1).clip(0, 255).astype(np.uint8)
    scattered = np.random.default_rng(2).permutation(256).astype(np.uint8)[slope]
    picture = slope if graded else scattered
    right, wrong = (len(palette_png(picture, PALETTE, graded=choice)) for choice in (graded, not graded))
    assert right < wrong
