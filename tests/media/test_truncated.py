"""A file that was cut off: its good frames, nothing else, and a notice."""

import random
from pathlib import Path

import av
import numpy as np
import pytest

from samannot_tui.errors import InputError
from samannot_tui.media.open import open_media
from samannot_tui.media.source import FrameSource
from tests.media.conftest import MakeVideo
from tests.media.videos import RECIPES, Recipe, encode, number_of

CUT = [
    "index-first.mp4",
    "fragmented.mp4",
    "open-gop.mkv",
    "vp9.webm",
    "h264.flv",
    "motion.avi",
    "motion.mjpeg",
    "no-pts.h264",
]


@pytest.mark.parametrize("name", CUT)
def test_cut_in_the_middle_of_a_frame(make_video: MakeVideo, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    data = make_video(name).read_bytes()
    path.write_bytes(data[: int(len(data) * 0.6)])
    source = open_media(path)
    assert 5 < source.info.frame_count < 60
    numbers = [number_of(source.read(frame)) for frame in range(source.info.frame_count)]
    # The frame that was cut may have been one that others are shown before.
    assert numbers == sorted(set(numbers)) and numbers[-1] <= source.info.frame_count
    (notice,) = source.notices
    assert name in notice and f"its first {source.info.frame_count} frames can be used" in notice


def test_cut_between_two_frames(make_video: MakeVideo, tmp_path: Path) -> None:
    whole = make_video("index-first.mp4")
    with av.open(str(whole)) as container:
        packet = [packet for packet in container.demux(video=0) if packet.size][40]
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole.read_bytes()[: packet.pos])
    source = open_media(path)
    assert source.info.frame_count == 40
    assert "cut.mp4 is cut off or damaged at its end" in source.notices[0]


@pytest.mark.parametrize("name", ["noise.ts", "noise.mpg", "noise.h264", "noise.mjpeg", "noise.m2v"])
def test_no_half_frame_is_shown_wherever_the_cut_is(tmp_path: Path, name: str) -> None:
    """In formats that do not say how long a frame is, only its content tells that it is not whole."""
    codec = {".h264": "libx264", ".ts": "libx264", ".mjpeg": "mjpeg"}.get(Path(name).suffix, "mpeg2video")
    noise = np.random.default_rng(3).integers(0, 255, (90, 160, 3), np.uint8)
    recipe = Recipe(codec, pix_fmt="yuvj420p" if codec == "mjpeg" else "yuv420p")
    whole = encode(tmp_path / name, recipe, [np.roll(noise, number * 2, 1) for number in range(30)])
    expected = _pictures(open_media(whole))
    data, chance = whole.read_bytes(), random.Random(name)
    for _ in range(10):
        cut = tmp_path / f"cut{whole.suffix}"
        cut.write_bytes(data[: chance.randrange(len(data) // 2, len(data) - 1)])
        assert _pictures(open_media(cut)) <= expected


def _pictures(source: FrameSource) -> set[bytes]:
    return {source.read(frame).tobytes() for frame in range(source.info.frame_count)}


def test_cut_before_the_index(make_video: MakeVideo, tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(make_video("b-frames.mp4").read_bytes()[:-2000])
    with pytest.raises(InputError, match="cut off before its index was written"):
        open_media(path)


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_any_cut_gives_frames_or_a_sentence(make_video: MakeVideo, tmp_path: Path, name: str) -> None:
    data, chance = make_video(name).read_bytes(), random.Random(name)
    for _ in range(4):
        path = tmp_path / f"cut-{name}"
        path.write_bytes(data[: chance.randrange(1, len(data))])
        try:
            source = open_media(path)
        except InputError:
            continue
        last = source.info.frame_count - 1
        end = source.read(last)
        source.read(0)
        np.testing.assert_array_equal(source.read(last), end)
