"""Videos made for the tests: every frame carries its own number in its pixels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np

from samannot_tui.media.source import RgbFrame

WIDTH, HEIGHT, FRAMES = 96, 64, 60
_BITS = 12


def picture(number: int) -> RgbFrame:
    """A drifting ramp under a row of blocks, white or black: the bits of `number`, lowest first."""
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[:] = ((np.arange(WIDTH) * 2 + number * 3) % 200 + 20).astype(np.uint8)[None, :, None]
    for bit in range(_BITS):
        image[:16, bit * 8 : bit * 8 + 8] = 255 * (number >> bit & 1)
    return image


def number_of(image: RgbFrame) -> int:
    """What `picture` wrote, after lossy coding."""
    return sum(int(image[4:12, bit * 8 + 2 : bit * 8 + 6].mean() > 128) << bit for bit in range(_BITS))


@dataclass(frozen=True)
class Recipe:
    """How to encode a test video; `pts_ms` are the frames' times in milliseconds, else 25 a second."""

    codec: str
    options: Mapping[str, str] = field(default_factory=dict)
    pix_fmt: str = "yuv420p"
    gop: int = 12
    b_frames: int | None = None
    pts_ms: Sequence[int] | None = None
    turn: tuple[float, bool] | None = None
    container_options: Mapping[str, str] = field(default_factory=dict)


def encode(path: Path, recipe: Recipe, frames: Iterable[RgbFrame]) -> Path:
    """Write `frames`, all of one size, to `path`; the container follows from its suffix."""
    images = iter(frames)
    first = next(images)
    with av.open(str(path), "w", options=dict(recipe.container_options)) as container:
        stream = container.add_stream(recipe.codec, rate=25, options=dict(recipe.options))
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = recipe.pix_fmt
        stream.gop_size = recipe.gop
        if recipe.b_frames is not None:
            stream.max_b_frames = recipe.b_frames
        if recipe.pts_ms is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        if recipe.turn is not None:
            stream.set_display_rotation(recipe.turn[0], hflip=recipe.turn[1])
        for number, image in enumerate(chain([first], images)):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=recipe.pix_fmt)
            frame.pts = number if recipe.pts_ms is None else recipe.pts_ms[number]
            if recipe.pts_ms is not None:
                frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def numbered(path: Path, recipe: Recipe, count: int = FRAMES) -> Path:
    """A video whose frame i shows the number i."""
    return encode(path, recipe, [picture(number) for number in range(count)])


_rng = np.random.default_rng(7)
IRREGULAR_MS = np.cumsum(_rng.choice([20, 33, 40, 100], FRAMES)).tolist()
OPEN_GOP = {"bf": "3", "x264-params": "open-gop=1:keyint=12:min-keyint=12"}
QUIET_X265 = "log-level=none:keyint=12"

RECIPES: dict[str, Recipe] = {
    "b-frames.mp4": Recipe("libx264", {"bf": "3"}),
    "one-gop.mp4": Recipe("libx264", {"bf": "2"}, gop=600),
    "fragmented.mp4": Recipe("libx264", container_options={"movflags": "frag_keyframe+empty_moov"}),
    "index-first.mp4": Recipe("libx264", {"bf": "3"}, container_options={"movflags": "faststart"}),
    "open-gop.mp4": Recipe("libx264", OPEN_GOP),
    "open-gop.mkv": Recipe("libx264", OPEN_GOP),
    "open-gop.ts": Recipe("libx264", OPEN_GOP),
    "open-gop-hevc.mp4": Recipe("libx265", {"x265-params": f"{QUIET_X265}:open-gop=1"}),
    "intra-refresh.mp4": Recipe("libx264", {"x264-params": "intra-refresh=1:keyint=12"}),
    "irregular.mp4": Recipe("libx264", {"bf": "2"}, pts_ms=IRREGULAR_MS),
    "irregular.mkv": Recipe("libx264", {"bf": "2"}, pts_ms=IRREGULAR_MS),
    "no-pts.h264": Recipe("libx264", {"bf": "3"}),
    "no-pts.hevc": Recipe("libx265", {"x265-params": QUIET_X265}),
    "no-pts.avi": Recipe("libx264", {"bf": "3"}),
    "b-frames-mpeg4.avi": Recipe("mpeg4", b_frames=2),
    "mpeg4.mp4": Recipe("mpeg4"),
    "mpeg2.ts": Recipe("mpeg2video", b_frames=2),
    "mpeg2.mpg": Recipe("mpeg2video", b_frames=2),
    "mpeg2.m2v": Recipe("mpeg2video", b_frames=2),
    "mpeg2.mxf": Recipe("mpeg2video", b_frames=2),
    "motion.mjpeg": Recipe("mjpeg", pix_fmt="yuvj420p"),
    "motion.avi": Recipe("mjpeg", pix_fmt="yuvj420p"),
    "vp9.webm": Recipe("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8"}),
    "vp8.webm": Recipe("libvpx", {"auto-alt-ref": "1", "lag-in-frames": "16", "cpu-used": "8"}),
    "h264.flv": Recipe("libx264", {"bf": "3"}),
    "wmv2.wmv": Recipe("wmv2"),
    "lossless.mkv": Recipe("ffv1"),
    "ten-bit.mov": Recipe("prores", pix_fmt="yuv422p10le"),
    "moving.gif": Recipe("gif", pix_fmt="rgb8"),
    "moving.apng": Recipe("apng", pix_fmt="rgb24"),
}
