"""How late the screen's thread is while an engine runs: `python -m tests.bench.bench_heartbeat`.

The real app without a terminal, on a small clip; a timer of 10 ms in its event loop, and how late it fires: at rest
(the baseline), then during a run of each engine in its own process. Target: 99 of 100 are less than 50 ms late.
"""

import asyncio
import importlib.util
import tempfile
from collections.abc import Awaitable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from textual.pilot import Pilot

from samannot_tui.graphics.terminal import Answers, Terminal
from samannot_tui.media.open import open_media
from samannot_tui.monitor import Monitor
from samannot_tui.session import commands as cmd
from samannot_tui.session.paths import encode_path
from samannot_tui.session.prompts import BoxPrompt
from samannot_tui.session.store import Session
from samannot_tui.tui.app import SamannotApp
from samannot_tui.tui.client import Client
from tests.e2e.clips import write_clip

Late = npt.NDArray[np.float64]

BEAT, SECONDS_AT_REST = 0.01, 10
FRAMES = 150


class Heart:
    """A timer in the event loop that notes how late it fires."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []

    async def beat(self) -> None:
        """Until it is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + BEAT
            await asyncio.sleep(BEAT)
            self.late_ms.append(1e3 * (loop.time() - due))

    async def during(self, work: Awaitable[object]) -> Late:
        """Milliseconds late, sorted, while `work` goes on."""
        self.late_ms.clear()
        beating = asyncio.ensure_future(self.beat())
        await work
        beating.cancel()
        return np.sort(self.late_ms)


async def measured(session: Session, engine: str) -> tuple[Late, Late]:
    """Milliseconds late at rest, with the engine up, and during a run of it."""
    session.submit(cmd.ChangeSetting("engine", engine))
    client, monitor = Client(session), Monitor()
    source = open_media(session.media_file())
    app = SamannotApp(client, source, Terminal("cells", "Unicode cells were asked for.", Answers()), monitor.read)
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await client.warm()
            while app.workspace.place.engine.phase != "ready":
                await pilot.pause(0.1)
            heart = Heart()
            at_rest = await heart.during(asyncio.sleep(SECONDS_AT_REST))
            running = await heart.during(_run(app, pilot))
    finally:
        client.close(app.workspace.place.kept)
        monitor.close()
        source.close()
    return at_rest, running


async def _run(app: SamannotApp, pilot: Pilot[None]) -> None:
    await pilot.press(">")
    while not (runs := app.workspace.place.state.runs) or app.workspace.place.state.active_run:
        await asyncio.sleep(0.05)
    assert runs[max(runs)].outcome == "finished", "the run did not finish"


def prompted_session(folder: Path) -> Session:
    """A session on a clip of its own, in one block, with a box on the first frame."""
    clip = write_clip(folder / "clip.mp4", FRAMES)
    source = open_media(clip)
    session = Session.create(folder / "clip.samannot", clip, source.info)
    source.close()
    session.submit(cmd.AddLabel("square"))
    session.submit(cmd.AddPrompt(1, 0, BoxPrompt(4, 20, 25, 41)))
    session.submit(cmd.ChangeSetting("block_size", FRAMES))
    return session


def with_random_weights(session: Session, folder: Path) -> None:
    """Have sam2 use random weights, small."""
    from tests.engine.sam2.upstream import save_random_checkpoint

    save_random_checkpoint(folder / "random.pt")
    session.submit(cmd.ChangeSetting("checkpoint", encode_path(folder / "random.pt")))
    session.submit(cmd.ChangeSetting("image_size", 128))


def main() -> None:
    missing = [name for name in ("torch", "sam2") if importlib.util.find_spec(name) is None]
    if missing:
        print(f"sam2 is skipped: {missing[0]} is not installed")
    for engine in ("flow",) if missing else ("flow", "sam2"):
        with tempfile.TemporaryDirectory() as folder:
            session = prompted_session(Path(folder))
            if engine == "sam2":
                with_random_weights(session, Path(folder))
            at_rest, running = asyncio.run(measured(session, engine))
            session.close()
        rest, run = (np.percentile(late, 99) for late in (at_rest, running))
        print(f"{engine:4}  99 of 100 beats are late by less than {run:.1f} ms in a run of {FRAMES} frames", end=", ")
        print(f"{rest:.1f} ms at rest (baseline)   x{run / rest:.1f}")
        print(
            f"      the latest of {len(running)} by {running[-1]:.1f} ms, at rest by {at_rest[-1]:.1f} ms", flush=True
        )


if __name__ == "__main__":
    main()
