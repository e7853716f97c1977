"""The replay's layout at three sizes, at an event in the middle of a session that was made at a fixed time."""

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from PIL import Image
from textual.pilot import Pilot

from samannot_tui.media.open import open_media
from samannot_tui.session.past import Past
from samannot_tui.session.store import Session
from samannot_tui.session.times import utc
from samannot_tui.tui.app import ReplayApp
from samannot_tui.tui.replay_client import REPLAY, ReplayClient
from samannot_tui.tui.widgets.canvas import Canvas
from tests.tui.conftest import CELLS, READING
from tests.tui.test_snapshots import FRAMES, HEIGHT, WIDTH, annotate, every_size

BEGUN = 1_795_000_000


@pytest.fixture
def replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReplayApp]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    moments = count(BEGUN)
    folder = tmp_path / "aquarium"
    folder.mkdir()
    for frame in range(FRAMES):
        Image.new("RGB", (WIDTH, HEIGHT), (40, 90, 120)).save(folder / f"{frame:03}.png")
    source = open_media(folder)
    written = Session.create(tmp_path / "aquarium.samannot", folder, source.info)
    written.clock = lambda: utc(next(moments))
    annotate(written)
    written.close()
    session = Session.open(written.folder, read_only=REPLAY)
    client = ReplayClient(session, Past(session.history()), 0)
    app = ReplayApp(client, source, CELLS, lambda: READING)
    yield app
    client.close(app.workspace.place.kept)
    session.close()
    source.close()
    monkeypatch.undo()
    time.tzset()


async def drawn(pilot: Pilot[None]) -> None:
    workspace = pilot.app.screen
    for _ in range(200):
        await pilot.pause(0.05)
        if workspace.query_one(Canvas).viewport is not None and not workspace._pictures.busy:  # type: ignore[attr-defined]
            await pilot.pause()
            return
    raise AssertionError("no picture within 10 s")


@every_size
def test_replay(snap_compare, replay: ReplayApp, size: tuple[int, int]) -> None:  # type: ignore[no-untyped-def]
    async def go_to_second_mask(pilot: Pilot[None]) -> None:
        await drawn(pilot)
        await pilot.press("g", "1", "0", "enter")
        await pilot.pause()
        await pilot.app.workers.wait_for_complete([w for w in pilot.app.workers if w.group != "monitor"])
        await drawn(pilot)

    assert snap_compare(replay, terminal_size=size, run_before=go_to_second_mask)
