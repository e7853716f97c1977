"""How fast a long video opens and steps, and what it keeps in memory: `python -m tests.bench.bench_media`.

Makes a video of 10,000 frames, or takes one named on the command line. Baselines, measured in the same
run on the same file: OpenCV's VideoCapture, and decoding from the start. Ratios above 1 are in our favour.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import psutil

from samannot_tui.media.cache import FrameCache
from samannot_tui.media.open import open_media
from samannot_tui.media.source import FrameSource
from tests.media.videos import Recipe, encode, picture

CACHE_BYTES = 64 << 20
JUMPS = 30


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def resident_mib() -> float:
    return float(psutil.Process().memory_info().rss) / (1 << 20)


def make_video(path: Path, count: int, width: int, height: int) -> Path:
    recipe = Recipe("libx264", {"preset": "ultrafast", "bf": "2"}, gop=250)
    pictures = (cv2.resize(picture(number % 4096), (width, height)) for number in range(count))
    return encode(path, recipe, (np.asarray(image, np.uint8) for image in pictures))


def bench_opening(path: Path) -> None:
    ours = min(seconds(lambda: open_media(path).close()) for _ in range(3))
    first = min(seconds(lambda: _first_frame(path)) for _ in range(3))
    start = seconds(lambda: _decode_all(path))
    print(f"open            {ours * 1e3:9.1f} ms   decoding all of it: {start * 1e3:9.1f} ms   x{start / ours:8.1f}")
    print(f"open + frame 0  {first * 1e3:9.1f} ms")


def _first_frame(path: Path) -> None:
    source = open_media(path)
    source.read(0)
    source.close()


def _decode_all(path: Path) -> None:
    capture = cv2.VideoCapture(str(path))
    while capture.grab():
        pass
    capture.release()


def bench_jumps(path: Path, source: FrameSource) -> None:
    frames = random.Random(1).choices(range(source.info.frame_count), k=JUMPS)
    capture = cv2.VideoCapture(str(path))

    def sought() -> None:
        for frame in frames:
            capture.set(cv2.CAP_PROP_POS_FRAMES, frame)
            capture.read()

    def from_start() -> None:
        for frame in frames[:3]:
            capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            for _ in range(frame + 1):
                capture.grab()
            capture.retrieve()

    ours = seconds(lambda: [source.read(frame) for frame in frames]) / JUMPS
    opencv = seconds(sought) / JUMPS
    start = seconds(from_start) / 3
    print(f"random frame    {ours * 1e3:9.2f} ms   OpenCV's seek:      {opencv * 1e3:9.2f} ms   x{opencv / ours:8.1f}")
    print(f"                               from the start:     {start * 1e3:9.2f} ms   x{start / ours:8.1f}")


def bench_steps(path: Path, source: FrameSource) -> None:
    count = min(source.info.frame_count, 500)
    middle = source.info.frame_count // 2
    forward = range(middle, min(middle + count, source.info.frame_count))
    backward = range(middle, max(middle - count, -1), -1)
    capture = cv2.VideoCapture(str(path))

    def opencv_forward() -> None:
        capture.set(cv2.CAP_PROP_POS_FRAMES, forward[0])
        for _ in forward:
            capture.read()

    def opencv_backward() -> None:
        for frame in backward[:20]:
            capture.set(cv2.CAP_PROP_POS_FRAMES, frame)
            capture.read()

    for name, frames, baseline, baseline_count in (
        ("step forward ", forward, opencv_forward, len(forward)),
        ("step backward", backward, opencv_backward, 20),
    ):
        ours = _step_seconds(source, frames)
        opencv = seconds(baseline) / baseline_count
        print(f"{name}   {ours * 1e3:9.2f} ms   OpenCV:             {opencv * 1e3:9.2f} ms   x{opencv / ours:8.1f}")


def _step_seconds(source: FrameSource, frames: range) -> float:
    cache = FrameCache(source, CACHE_BYTES)
    spent = seconds(lambda: [cache.get(frame) for frame in frames])
    cache.close()
    return spent / len(frames)


def bench_memory(source: FrameSource) -> None:
    cache = FrameCache(source, CACHE_BYTES)
    count = source.info.frame_count
    steady = 0.0
    for frame in range(count):
        cache.get(frame)
        if frame == count // 10:
            steady = resident_mib()
    end = resident_mib()
    cache.close()
    print(f"RSS after {count // 10} frames {steady:.1f} MiB, after {count}: {end:.1f} MiB   x{end / steady:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", nargs="?", type=Path, help="a video of your own instead")
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--size", default="320x180", help="of the video that is made, as 960x540")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.video
        if path is None:
            width, height = (int(side) for side in arguments.size.split("x"))
            path = make_video(Path(folder) / "long.mp4", arguments.frames, width, height)
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB, {open_media(path).info}", file=sys.stderr)
        bench_opening(path)
        source = open_media(path)
        bench_jumps(path, source)
        bench_steps(path, source)
        bench_memory(source)
        source.close()


if __name__ == "__main__":
    main()
