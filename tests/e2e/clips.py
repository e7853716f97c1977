"""Clips made in the tests, small enough to track in seconds."""

from pathlib import Path

import av
import numpy as np

WIDTH, HEIGHT, SIDE = 96, 64, 22


def picture(frame: int) -> np.ndarray:
    """A bright textured square that goes back and forth over a dark textured ground: RGB, uint8."""
    rng = np.random.default_rng(7)
    image = rng.integers(10, 60, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    square = rng.integers(170, 255, (SIDE, SIDE, 3), dtype=np.uint8)
    left, top = corner(frame)
    image[top : top + SIDE, left : left + SIDE] = square
    return image


def corner(frame: int) -> tuple[int, int]:
    """Left and top pixel of the square on a frame."""
    phase = (2 * frame) % 120
    return 4 + (phase if phase < 60 else 120 - phase), 20


def write_clip(path: Path, frames: int) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "12", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for frame in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(frame), format="rgb24")))
        container.mux(stream.encode())
    return path
