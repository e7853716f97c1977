"""Frame i is frame i, from wherever it is reached."""

import gc
import random
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samannot_tui.errors import InputError
from samannot_tui.media.source import RgbFrame
from samannot_tui.media.video import VideoSource
from tests.media.conftest import MakeVideo
from tests.media.videos import (
    FRAMES,
    HEIGHT,
    IRREGULAR_MS,
    RECIPES,
    WIDTH,
    Recipe,
    encode,
    number_of,
    numbered,
    picture,
)

ALL = sorted(RECIPES)
ENCODED_TWICE = 4
"""The same pictures may come out of x264 a little different on a busy machine: its threads cut them otherwise."""


def decoded_by_ffmpeg(path: Path) -> list[RgbFrame]:
    """All frames in the order in which FFmpeg gives them, decoding from the start."""
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


@pytest.mark.parametrize("name", ALL)
def test_frames_in_order_are_those_that_ffmpeg_decodes(make_video: MakeVideo, name: str) -> None:
    expected = decoded_by_ffmpeg(make_video(name))
    source = VideoSource(make_video(name))
    assert source.info.frame_count == len(expected) == FRAMES
    for number, image in enumerate(expected):
        frame = source.read(number)
        assert number_of(frame) == number
        np.testing.assert_array_equal(frame, image)
    source.close()


@pytest.mark.parametrize("name", ALL)
def test_random_access_gives_the_frames_of_decoding_from_the_start(make_video: MakeVideo, name: str) -> None:
    expected = decoded_by_ffmpeg(make_video(name))
    source = VideoSource(make_video(name))
    jumps = random.Random(name).choices(range(FRAMES), k=40)
    for number in [*jumps, *reversed(range(FRAMES))]:
        np.testing.assert_array_equal(source.read(number), expected[number], f"frame {number}")
    assert source.notices == ()
    source.close()


@given(
    name=st.sampled_from(ALL),
    path=st.lists(st.integers(0, FRAMES - 1), min_size=1, max_size=12),
    drop=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_path_through_the_frames_meets_the_right_ones(
    make_video: MakeVideo, name: str, path: list[int], drop: bool
) -> None:
    source = VideoSource(make_video(name))
    for number in path:
        if drop:
            next(source.walk(FRAMES - 1 - number))
        assert number_of(source.read(number)) == number
    source.close()


def test_a_walk_ends_with_its_frame_and_shows_what_it_passes(make_video: MakeVideo) -> None:
    source = VideoSource(make_video("b-frames.mp4"))
    steps = [(number, number_of(show())) for number, show in source.walk(30)]
    assert steps[-1] == (30, 30)
    assert all(number == shown <= 30 for number, shown in steps)
    assert steps == sorted(steps)


def test_stepping_on_does_not_seek_and_a_far_frame_is_sought(make_video: MakeVideo) -> None:
    source = VideoSource(make_video("b-frames.mp4"))
    source.read(20)
    assert [number for number, _ in source.walk(21)] == [21]
    passed = [number for number, _ in source.walk(59)]
    assert passed[0] >= 48


def test_frames_that_were_read_leave_nothing_behind(make_video: MakeVideo) -> None:
    """Neither a list nor a reference cycle may keep decoded frames until the garbage collector comes by."""
    source = VideoSource(make_video("b-frames.mp4"))
    gc.collect()
    gc.disable()
    try:
        for number in range(FRAMES):
            source.read(number)
        assert sum(isinstance(thing, VideoFrame) for thing in gc.get_objects()) < FRAMES / 4
    finally:
        gc.enable()


def test_constant_rate(make_video: MakeVideo) -> None:
    source = VideoSource(make_video("b-frames.mp4"))
    info = source.info
    assert (info.kind, info.width, info.height, info.fps) == ("video", WIDTH, HEIGHT, 25.0)
    assert [source.time(number) for number in (0, 1, 59)] == pytest.approx([0, 0.04, 59 * 0.04])
    assert (source.stem(0), source.stem(59)) == ("00000", "00059")


@pytest.mark.parametrize("name", ["irregular.mp4", "irregular.mkv"])
def test_irregular_time_stamps_are_kept(make_video: MakeVideo, name: str) -> None:
    source = VideoSource(make_video(name))
    times = [source.time(number) for number in range(FRAMES)]
    assert times == pytest.approx([(ms - IRREGULAR_MS[0]) / 1000 for ms in IRREGULAR_MS], abs=6e-4)
    assert source.info.fps == pytest.approx((FRAMES - 1) / times[-1], rel=1e-3)


@pytest.mark.parametrize("name", ["no-pts.h264", "no-pts.avi", "mpeg2.m2v"])
def test_without_time_stamps_the_rate_gives_the_times(make_video: MakeVideo, name: str) -> None:
    source = VideoSource(make_video(name))
    assert [source.time(number) for number in (0, 1, 59)] == pytest.approx([0, 0.04, 59 * 0.04])


@pytest.mark.parametrize("frame", [-1, FRAMES])
def test_no_such_frame(make_video: MakeVideo, frame: int) -> None:
    source = VideoSource(make_video("b-frames.mp4"))
    for ask in (source.read, source.time, source.stem):
        with pytest.raises(IndexError):
            ask(frame)


@pytest.mark.parametrize(("degrees", "quarters"), [(0, 0), (90, 1), (180, 2), (-90, 3)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_rotation_metadata_is_applied(tmp_path: Path, degrees: float, quarters: int, mirrored: bool) -> None:
    plain = VideoSource(numbered(tmp_path / "plain.mp4", Recipe("libx264"), 3))
    turned = VideoSource(numbered(tmp_path / "turned.mp4", Recipe("libx264", turn=(degrees, mirrored)), 3))
    for number in range(3):
        expected = np.rot90(plain.read(number), quarters)
        np.testing.assert_allclose(turned.read(number), expected[:, ::-1] if mirrored else expected, atol=ENCODED_TWICE)
    sideways = quarters % 2 == 1
    assert (turned.info.width, turned.info.height) == ((HEIGHT, WIDTH) if sideways else (WIDTH, HEIGHT))


@pytest.mark.parametrize("colour", [(200, 40, 30), (30, 180, 60), (40, 50, 210), (128, 128, 128)])
@pytest.mark.parametrize(("space", "full_range"), [(1, False), (5, False), (1, True)])
def test_colours_follow_the_video_s_own_space_and_range(
    tmp_path: Path, colour: tuple[int, int, int], space: int, full_range: bool
) -> None:
    path = tmp_path / "colour.mkv"
    image = np.full((HEIGHT, WIDTH, 3), colour, np.uint8)
    wanted = 2 if full_range else 1
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.colorspace, stream.codec_context.color_range = space, wanted
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=space, dst_color_range=wanted)
        frame.pts = 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    np.testing.assert_allclose(VideoSource(path).read(0), image.astype(int), atol=3)


def test_frames_that_an_edit_list_cuts_away_do_not_count(make_video: MakeVideo, tmp_path: Path) -> None:
    path = tmp_path / "edited.mp4"
    with (
        av.open(str(make_video("b-frames.mp4"))) as whole,
        av.open(str(path), "w", container_options={"avoid_negative_ts": "disabled"}) as edited,
    ):
        stream = edited.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.pts is None or packet.dts is None or packet.time_base is None:
                continue
            shift = round(17 / 25 / packet.time_base)
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = stream
            edited.mux(packet)
    expected = decoded_by_ffmpeg(path)
    source = VideoSource(path)
    assert [number_of(image) for image in expected] == list(range(17, FRAMES))
    assert source.info.frame_count == len(expected)
    for number in [5, 30, 0, *reversed(range(len(expected)))]:
        np.testing.assert_array_equal(source.read(number), expected[number])


def remuxed(path: Path, original: Path, change: Callable[[int, av.Packet], bool]) -> Path:
    """Copy the packets to `path`: `change(ordinal, packet)` may alter one and says whether to keep it."""
    with av.open(str(original)) as whole, av.open(str(path), "w") as copy:
        stream = copy.add_stream_from_template(whole.streams.video[0])
        packets = [packet for packet in whole.demux(video=0) if packet.size]
        for ordinal, packet in enumerate(packets):
            if change(ordinal, packet):
                packet.stream = stream
                copy.mux(packet)
    return path


def test_time_stamps_that_lie(make_video: MakeVideo, tmp_path: Path) -> None:
    """Some recorders write decode times as presentation times although there are B-frames."""

    def lie(ordinal: int, packet: av.Packet) -> bool:
        assert packet.duration is not None
        packet.pts = packet.dts = ordinal * packet.duration
        return True

    path = remuxed(tmp_path / "lies.mp4", make_video("b-frames.mp4"), lie)
    source = VideoSource(path)
    assert [number_of(source.read(number)) for number in range(FRAMES)] == list(range(FRAMES))
    assert [number_of(source.read(number)) for number in (50, 3, 27, 59)] == [50, 3, 27, 59]


def test_a_start_that_cannot_be_decoded_does_not_count(make_video: MakeVideo, tmp_path: Path) -> None:
    """A cut at an open group of pictures leaves frames that need what came before the cut."""
    with av.open(str(make_video("open-gop.mkv"))) as whole:
        packets = [packet for packet in whole.demux(video=0) if packet.size]
    second_key = [ordinal for ordinal, packet in enumerate(packets) if packet.is_keyframe][1]
    path = remuxed(tmp_path / "cut.mkv", make_video("open-gop.mkv"), lambda ordinal, _: ordinal >= second_key)
    expected = decoded_by_ffmpeg(path)
    source = VideoSource(path)
    assert number_of(expected[0]) == 12
    assert source.info.frame_count == len(expected) == 48
    for number in [0, 30, 1, 47, *reversed(range(48))]:
        np.testing.assert_array_equal(source.read(number), expected[number])


def test_an_invisible_vp8_frame_does_not_count(make_video: MakeVideo, tmp_path: Path) -> None:
    path = tmp_path / "hidden.webm"
    data = bytearray(make_video("vp8.webm").read_bytes())
    with av.open(str(make_video("vp8.webm"))) as container:
        packet = bytes([packet for packet in container.demux(video=0) if packet.size][30])
    data[data.index(packet)] &= ~0x10
    path.write_bytes(data)
    source = VideoSource(path)
    shown = [number for number in range(FRAMES) if number != 30]
    assert [number_of(source.read(number)) for number in range(source.info.frame_count)] == shown


def test_frames_that_only_tell_what_changed(tmp_path: Path) -> None:
    still = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    frames = [still.copy() for _ in range(20)]
    for number, frame in enumerate(frames):
        frame[:16] = picture(number)[:16]
    source = VideoSource(encode(tmp_path / "still.apng", RECIPES["moving.apng"], frames))
    for number in [15, 3, *reversed(range(20))]:
        np.testing.assert_array_equal(source.read(number), frames[number])


@pytest.mark.parametrize("name", ["b-frames.mp4", "mpeg4.mp4"])
def test_keys_that_are_none(make_video: MakeVideo, tmp_path: Path, name: str) -> None:
    """Without its table of sync samples an MP4 claims that decoding can start at every frame."""
    path = tmp_path / name
    path.write_bytes(make_video(name).read_bytes().replace(b"stss", b"free"))
    expected = decoded_by_ffmpeg(path)
    source = VideoSource(path)
    for number in [33, 7, 59, 30, *reversed(range(FRAMES))]:
        np.testing.assert_array_equal(source.read(number), expected[number], f"frame {number}")


def test_a_change_of_size_is_refused_where_it_comes(tmp_path: Path) -> None:
    small = encode(tmp_path / "small.h264", Recipe("libx264"), [picture(number) for number in range(10)])
    large = [np.tile(picture(number), (2, 2, 1)) for number in range(10)]
    other = encode(tmp_path / "large.h264", Recipe("libx264"), large)
    both = tmp_path / "both.h264"
    both.write_bytes(small.read_bytes() + other.read_bytes())
    source = VideoSource(both)
    assert source.info.frame_count == 20
    with pytest.raises(InputError, match=r"both\.h264 changes its picture size at frame 10, from 96x64 to 192x128"):
        source.read(10)
    assert number_of(source.read(9)) == 9


def test_a_file_replaced_while_open_is_noticed(tmp_path: Path) -> None:
    path = numbered(tmp_path / "video.h264", Recipe("libx264"))
    source = VideoSource(path)
    source.read(50)
    numbered(path, Recipe("libx264", gop=6), 40)
    with pytest.raises(InputError, match="changed"):
        source.read(5)


def test_damage_in_the_middle_holds_the_last_good_picture(tmp_path: Path) -> None:
    path = numbered(tmp_path / "video.mov", Recipe("mjpeg", pix_fmt="yuvj420p"))
    with av.open(str(path)) as container:
        packet = [packet for packet in container.demux(video=0) if packet.size][20]
        assert packet.pos is not None
        place = packet.pos
    data = bytearray(path.read_bytes())
    data[place : place + packet.size] = bytes(packet.size)
    path.write_bytes(data)
    source = VideoSource(path)
    assert source.info.frame_count == FRAMES
    in_order = [number_of(source.read(number)) for number in range(FRAMES)]
    assert in_order == [19 if number == 20 else number for number in range(FRAMES)]
    assert [number_of(source.read(number)) for number in (40, 20, 21, 20, 19)] == [40, 19, 21, 19, 19]
