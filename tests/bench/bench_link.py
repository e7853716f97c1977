"""An arrow key held over a thin link, against textual-image's pictures: `python -m tests.bench.bench_link`.

The real app on a terminal that answers as kitty does, behind a link that swallows 2 MB as SSH does. Frames count when
their last byte is there. Lag is from a key press to the frame that it asked for; the right frame after release is the
last one asked for; inf is not within AFTERWARDS. The key latency is inside the program, from reading a key to having
handled it; it is also taken on a link that takes nothing for most of the time.
Targets: 5 Mbit/s, 40 ms: 12 frames/s, lag 150 ms. 1 Mbit/s, 60 ms: 3 frames/s, right frame after 0.5 s. Keys: 50 ms.
"""

import json
import sys
import tempfile
import time
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from tests.fake_terminal import FakeTerminal

SAMPLE = Path(__file__).parents[2] / "sample_data" / "clip.mp4"
FRAMES = 300
SIZE = (154, 58)
RIGHT = "\x1b[C"
KEYS_A_SECOND, HELD = 25, 8.0
AFTERWARDS = 8.0
HANGS = range(1 * KEYS_A_SECOND, 6 * KEYS_A_SECOND)
"""The key presses during which a link that hangs takes nothing."""
ROOM = 2 << 20
LINKS = ((5.0, 0.040), (1.0, 0.060))
"""Mbit/s and seconds there and back."""
FIRST_OF_APP = b"\x1b[?1049h"
NEVER = float("inf")


@dataclass(frozen=True)
class Held:
    """What a person sees who holds the key; seconds."""

    frames_a_second: float
    lag: float
    right_after: float
    best_after: float
    key_latency: tuple[float, float]
    """Half of the keys, and 99 of 100, take no longer."""

    def __str__(self) -> str:
        return (
            f"{self.frames_a_second:5.1f} frames/s   lag {1e3 * self.lag:5.0f} ms   right frame after"
            f" {self.right_after:5.2f} s, at its best after {self.best_after:5.2f} s"
            f"   {self.keys}"
        )

    @property
    def keys(self) -> str:
        half, nearly_all = self.key_latency
        return f"keys {1e3 * half:.0f} ms, 99 of 100 within {1e3 * nearly_all:.0f} ms"


def write_long_clip(path: Path) -> None:
    """The sample clip to and fro, FRAMES long."""
    with av.open(str(SAMPLE)) as source:
        frames = [frame.to_ndarray(format="rgb24") for frame in source.decode(video=0)]
    swing = [*frames, *frames[-2:0:-1]]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "16", "preset": "ultrafast"})
        stream.height, stream.width, stream.pix_fmt = *frames[0].shape[:2], "yuv420p"
        for number in range(FRAMES):
            picture = av.VideoFrame.from_ndarray(swing[number % len(swing)], format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


def held(clip: Path, folder: Path, graphics: str, megabits: float, round_trip: float, hangs: range = range(0)) -> Held:
    """Hold the key once, while the link hangs during some of the presses."""
    notes = folder / "notes"
    app = [sys.executable, "-m", "tests.bench.watched_app", str(notes), "open", str(clip), "--engine", "flow"]
    command = [*app, "--graphics", graphics, "--session", str(folder / "clip.samannot")]
    arrivals: list[tuple[float, int]] = []

    def taken(data: bytes) -> None:
        arrivals.append((time.monotonic(), len(terminal.received)))

    terminal = FakeTerminal(command, SIZE, megabits * 125_000, round_trip / 2, ROOM, taken=taken)
    with terminal:
        terminal.until(lambda: has_rested(notes), "the first picture", seconds=120)
        time.sleep(2.0)
        presses = []
        for number in range(int(KEYS_A_SECOND * HELD)):
            time.sleep(max(0.0, (presses[0] if presses else 0.0) + number / KEYS_A_SECOND - time.monotonic()))
            presses.append(time.monotonic())
            (terminal.hangs.set if number in hangs else terminal.hangs.clear)()
            terminal.press(RIGHT)
        time.sleep(AFTERWARDS)
        before_app = terminal.received.index(FIRST_OF_APP)
    return measured(notes, presses, arrivals, before_app)


def has_rested(notes: Path) -> bool:
    return notes.exists() and '"rest"' in notes.read_text()


def measured(notes: Path, presses: list[float], arrivals: list[tuple[float, int]], before_app: int) -> Held:
    lines = [json.loads(line) for line in notes.read_text().splitlines()]
    offsets = [offset for _, offset in arrivals]

    def arrival(sent: int) -> float:
        at = bisect_left(offsets, before_app + sent)
        return arrivals[at][0] if at < len(arrivals) else NEVER

    pictures = [(line[2], line[3], arrival(line[4])) for line in lines if line[0] == "picture"]
    asked = dict(enumerate(presses, start=1))
    while_held = {frame: at for frame, _, at in reversed(pictures) if presses[0] < at <= presses[-1] and frame in asked}
    last = [(quality, at) for frame, quality, at in pictures if frame == len(presses)]
    keys = [at for what, at, *_ in lines if what == "key"][-len(presses) :]
    handled = [at for what, at, *_ in lines if what == "handled"][-len(presses) :]
    return Held(
        frames_a_second=len(while_held) / HELD,
        lag=float(np.median([at - asked[frame] for frame, at in while_held.items()])) if while_held else NEVER,
        right_after=min((at for _, at in last), default=NEVER) - presses[-1],
        best_after=min((at for quality, at in last if quality == "rest"), default=NEVER) - presses[-1],
        key_latency=tuple(np.percentile(np.subtract(handled, keys), [50, 99])),
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        write_long_clip(clip)
        for megabits, round_trip in LINKS:
            print(f"{megabits:g} Mbit/s, {1e3 * round_trip:.0f} ms, {KEYS_A_SECOND} keys/s for {HELD:g} s")
            for name, graphics in (("textual-image (baseline)", "textual-image"), ("kitty", "kitty")):
                with tempfile.TemporaryDirectory(dir=folder) as own:
                    print(f"  {name:25}{held(clip, Path(own), graphics, megabits, round_trip)}", flush=True)
        with tempfile.TemporaryDirectory(dir=folder) as own:
            hung = held(clip, Path(own), "kitty", *LINKS[0], hangs=HANGS)
        print(f"a link that hangs for {len(HANGS) / KEYS_A_SECOND:g} s: {hung.keys}")


if __name__ == "__main__":
    main()
