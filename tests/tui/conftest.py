"""A tiny real video and session, and the real app on it, driven by keys."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from textual.pilot import Pilot

from samannot_tui.graphics.terminal import Answers, Terminal
from samannot_tui.media.open import open_media
from samannot_tui.monitor import Reading
from samannot_tui.session.commands import ChangeSetting
from samannot_tui.session.store import Session
from samannot_tui.tui.app import SamannotApp
from samannot_tui.tui.client import Client
from samannot_tui.tui.screens.workspace import Workspace

WIDTH, HEIGHT, FRAMES = 96, 64, 30
GIB = 1024**3
CELLS = Terminal("cells", "Unicode cells were asked for.", Answers())
READING = Reading(cpu_percent=25.0, ram_used=3 * GIB, ram_total=24 * GIB)


def picture(frame: int) -> np.ndarray:
    """A bright textured square of 24 pixels that moves two pixels a frame over a dark ground."""
    rng = np.random.default_rng(7)
    image = rng.integers(10, 60, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    square = rng.integers(170, 255, (24, 24, 3), dtype=np.uint8)
    image[20:44, 4 + 2 * frame : 28 + 2 * frame] = square
    return image


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "square.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "12", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for frame in range(FRAMES):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(frame), format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture
def session_folder(clip: Path, tmp_path: Path) -> Path:
    """A session with nothing in it yet but that the flow engine is to be used, whatever there is on this machine."""
    source = open_media(clip)
    session = Session.create(tmp_path / "square.samannot", clip, source.info)
    session.submit(ChangeSetting("engine", "flow"))
    session.close()
    source.close()
    return tmp_path / "square.samannot"


class TalkativeApp(SamannotApp):
    """The app, with all notifications kept."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.told: list[str] = []

    def notify(self, message: str, **options: Any) -> None:
        assert options["markup"] is False, "text from data is never markup"
        self.told.append(message)
        super().notify(message, **options)


@dataclass
class Desk:
    """The app with a person at it."""

    app: TalkativeApp
    pilot: Pilot[None]
    session: Session
    client: Client

    @property
    def screen(self) -> Workspace:
        return self.app.workspace

    async def press(self, *keys: str) -> None:
        """Press keys and wait until everything that they asked of the session is done and shown."""
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        await self.press(*text)

    async def settle(self) -> None:
        await self.app.workers.wait_for_complete([w for w in self.app.workers if w.group != "monitor"])
        await self.pilot.pause()

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait for something that the engine's process does."""
        for _ in range(400):
            await self.pilot.pause(0.05)
            if reached():
                await self.settle()
                return
        raise AssertionError(f"that did not happen within 20 s; told: {self.told}")

    @property
    def told(self) -> list[str]:
        """Notifications so far."""
        return self.app.told


OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def desk(session_folder: Path) -> OpenDesk:
    """`async with desk() as at:`; each time a new start of the program on the same session."""

    @asynccontextmanager
    async def open_desk(size: tuple[int, int] = (120, 40)) -> AsyncIterator[Desk]:
        session = Session.open(session_folder)
        source = open_media(session.media_file())
        client = Client(session)
        app = TalkativeApp(client, source, CELLS, lambda: READING)
        try:
            async with app.run_test(size=size) as pilot:
                await pilot.pause()
                yield Desk(app, pilot, session, client)
        finally:
            client.close(app.workspace.place.kept)
            session.close()
            source.close()

    return open_desk
