"""Real videos and image sequences."""

import random
from pathlib import Path

import av
import numpy as np
import pytest

from samannot_tui.media.open import open_media

DATA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = [pytest.mark.data, pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is absent")]


@pytest.mark.parametrize(
    ("name", "count", "fps", "size"),
    [("bedroom.mp4", 200, 30.0, (960, 540)), ("juggle.mp4", 247, 24.0, (1280, 720))],
)
def test_a_real_video(name: str, count: int, fps: float, size: tuple[int, int]) -> None:
    path = DATA / "videos" / name
    source = open_media(path)
    info = source.info
    assert (info.frame_count, info.fps, (info.width, info.height)) == (
        count,
        pytest.approx(fps, rel=2e-3),
        size,
    )
    assert source.notices == ()
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % 24 == 0:
                expected = np.asarray(frame.to_ndarray(format="rgb24"))
                np.testing.assert_array_equal(source.read(number), expected)
    kept = {number: source.read(number) for number in (0, count // 2, count - 1)}
    for number in random.Random(name).choices(sorted(kept), k=4):
        np.testing.assert_array_equal(source.read(number), kept[number])
    source.close()


@pytest.mark.parametrize("name", ["blackswan", "camel"])
def test_a_davis_sequence(name: str) -> None:
    folder = DATA / "davis" / "JPEGImages" / name
    source = open_media(folder)
    assert source.info.frame_count == len(list(folder.iterdir()))
    assert source.stem(0) == "00000"
    assert source.read(3).shape == (source.info.height, source.info.width, 3)
