"""How soon the app answers keys with 20,000 frames x 50 labels, against the same app on the sample session.

Run: python -m tests.bench.bench_keys [FOLDER]; a large session is kept in FOLDER and taken from there the next time.

The real app, headless, with Unicode cells and pictures drawn beside it as ever. A key is answered when what it does
is done, on disk too, and the widgets that it changed have been painted, though not the picture. Textual paints sixty
times a second, so that up to 17 ms of an answer are waiting for that. The event loop's own work until then, as
processor time, is the figure that other programs on the machine do not change; the longest of it in one go is how long
another key would wait. Target: 50 ms, 99 times of 100.
"""

import asyncio
import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from textual.pilot import Pilot

from samannot_tui.graphics.terminal import Answers, Terminal
from samannot_tui.jobs.sample import sample_folder
from samannot_tui.media.open import open_media
from samannot_tui.monitor import Monitor
from samannot_tui.session import commands as cmd
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.store import Session
from samannot_tui.tui.app import SamannotApp
from samannot_tui.tui.client import Client
from tests.bench.bench_session import HEIGHT, WIDTH, fill

FRAMES, LABELS = 20_000, 50
PRESSES = 40
CELLS = Terminal("cells", "Unicode cells were asked for.", Answers())
HEARTBEAT = 0.001

KINDS: dict[str, tuple[str, ...]] = {
    "step a frame": ("l",),
    "step 10 frames": ("L",),
    "next block": ("right_square_bracket",),
    "first, last frame": ("end", "home"),
    "next label": ("up", "down"),
    "view": ("v",),
    "names": ("i",),
    "zoom": ("z", "z", "w"),
    "panes": ("tab",),
    "point mode, leave": ("p", "escape"),
    "hide, show label": ("o",),
    "barrier": ("c",),
    "ask, leave": ("g", "escape"),
    "undo, redo": ("u", "ctrl+r"),
    "next, previous flag": ("n", "N"),
    "flags, leave": ("K", "escape"),
    "help, leave": ("question_mark", "escape"),
    "export, leave": ("e", "escape"),
    "run dialog, leave": ("R", "escape"),
    "options, leave": ("O", "escape"),
    "information, leave": ("U", "escape"),
}


@dataclass
class Times:
    """Seconds of each press of one kind of key."""

    answered: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    in_one_go: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        figures = [1e3 * np.percentile(times, at) for times in (self.answered, self.worked) for at in (50, 99, 100)]
        return " ".join(f"{each:5.0f}" for each in (*figures, 1e3 * max(self.in_one_go)))


class NotingApp(SamannotApp):
    """Tells when an action has been carried out."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.acted = asyncio.Event()

    async def run_action(self, *args: Any, **options: Any) -> bool:
        result = await super().run_action(*args, **options)
        if result:
            self.acted.set()
        return result


class Heart:
    """Beats on the event loop; `longest` is the most processor time that the loop spent between two beats."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def beat(self) -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(HEARTBEAT)
            self.longest = max(self.longest, time.thread_time() - before)


async def pressed(app: NotingApp, pilot: Pilot[None], heart: Heart, key: str, times: Times) -> None:
    """Press a key once, and wait until all that it asked for is done."""
    app.acted.clear()
    heart.longest = 0.0
    began, idle = time.perf_counter(), time.thread_time()
    press = asyncio.create_task(pilot._app._press_keys([key]))
    if app.workspace.ask_line.is_open or app.screen is not app.workspace:
        await press  # what takes these keys is no action of the workspace
    else:
        await app.acted.wait()
    await app.workers.wait_for_complete([each for each in app.workers if each.group != "monitor"])
    painted = asyncio.Event()
    app.screen.call_after_refresh(painted.set)
    await painted.wait()
    times.answered.append(time.perf_counter() - began)
    times.worked.append(time.thread_time() - idle)
    await press
    await pilot.pause(0.02)
    times.in_one_go.append(heart.longest)


async def measured(folder: Path) -> dict[str, Times]:
    """Every kind of key, in the app on a session."""
    session = Session.open(folder)
    source = open_media(session.media_file())
    client, monitor = Client(session), Monitor(folder)
    app = NotingApp(client, source, CELLS, monitor.read)
    result = {kind: Times() for kind in KINDS}
    heart = Heart()
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause(2.0)
            beating = asyncio.create_task(heart.beat())
            await pilot.press("g", *str(app.workspace.place.frame_count // 2), "enter")
            for kind, keys in KINDS.items():
                for key in islice(cycle(keys), PRESSES):
                    await pressed(app, pilot, heart, key, result[kind])
            beating.cancel()
    finally:
        client.close(app.workspace.place.kept)
        session.close()
        source.close()
        monitor.close()
    return result


def large_session(folder: Path) -> Path:
    """A session with runs over all of FRAMES and LABELS, prompts, barriers and features; made where it is not there."""
    session_folder = folder / "large.samannot"
    if session_folder.exists():
        return session_folder
    clip = folder / "large.mp4"
    write_clip(clip)
    with contextlib.closing(open_media(clip)) as source:
        session = Session.create(session_folder, clip, source.info)
    session.submit(cmd.ChangeSetting("engine", "flow"))
    fill(session, FRAMES, LABELS)
    for frame in range(0, FRAMES, 100):
        label = 1 + frame // 100 % LABELS
        session.submit(cmd.AddPrompt(label, frame, PointPrompt(400, 240)))
        session.submit(cmd.SetFeature(label, "posture", frame, f"value {frame}"))
    for frame in range(999, FRAMES, 1000):
        session.submit(cmd.SetBarrier(frame))
    session.close()
    return session_folder


def write_clip(path: Path) -> None:
    """Plain grey that changes from frame to frame: what it costs to decode is not measured here."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "30", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(FRAMES):
            picture = np.full((HEIGHT, WIDTH, 3), number % 200 + 20, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def sample_session(folder: Path) -> Path:
    """The sample, finished, in a place of its own."""
    sample = folder / "sample"
    shutil.copytree(sample_folder(), sample, dirs_exist_ok=True)
    return sample / "sessions" / "finished.samannot"


@contextlib.contextmanager
def place_for_it() -> Iterator[Path]:
    if len(sys.argv) > 1:
        yield Path(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)


def main() -> None:
    with place_for_it() as folder:
        large = large_session(folder)
        sample = asyncio.run(measured(sample_session(folder)))
        times = asyncio.run(measured(large))
    print(f"{'ms':20}{'sample session (baseline)':48}{FRAMES} frames x {LABELS} labels")
    print(f"{'':20}" + f"{'answered':18}{'work':18}one go".ljust(48) * 2)
    print(f"{'':20}" + ("  p50   p99 worst " * 2 + "worst").ljust(48) * 2)
    for kind in KINDS:
        print(f"{kind:20}{sample[kind]!s:48}{times[kind]}")


if __name__ == "__main__":
    main()
