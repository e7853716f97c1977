"""The layout at three sizes. The frames are of one colour, so that no decoder or scaler changes a snapshot."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from textual.pilot import Pilot
from textual.widgets import Input, Static

from samannot_tui.errors import JobError
from samannot_tui.formats.export import ExportSummary
from samannot_tui.jobs.export import Progress
from samannot_tui.jobs.export_request import ExportRequest
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.media.open import open_media
from samannot_tui.media.source import FrameSource
from samannot_tui.review.cuts import Cut
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.store import Session
from samannot_tui.tui.actions import session as session_actions
from samannot_tui.tui.app import SamannotApp
from samannot_tui.tui.client import Client
from samannot_tui.tui.engine_choices import EngineChoice, Offer
from samannot_tui.tui.start import Choice, StartApp
from samannot_tui.tui.widgets.canvas import Canvas
from tests.tui.conftest import CELLS, READING

WIDTH, HEIGHT, FRAMES = 64, 36, 40
every_size = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[SamannotApp]:
    folder = tmp_path / "aquarium"
    folder.mkdir()
    for frame in range(FRAMES):
        Image.new("RGB", (WIDTH, HEIGHT), (40, 90, 120)).save(folder / f"{frame:03}.png")
    source = open_media(folder)
    session = Session.create(tmp_path / "aquarium.samannot", folder, source.info)
    annotate(session)
    client = Client(session)
    app = SamannotApp(client, source, CELLS, lambda: READING)
    yield app
    client.close(app.workspace.place.kept)
    session.close()
    source.close()


def annotate(session: Session) -> None:
    session.submit(cmd.ChangeSetting("engine", "flow"))
    session.submit(cmd.ChangeSetting("block_size", 16))
    for name in ("clownfish", "[red]tang[/red]", "水草"):
        session.submit(cmd.AddLabel(name))
    session.submit(cmd.HideLabel(3, hidden=True))
    session.submit(cmd.SetFeature(1, "posture", 4, "swimming"))
    session.submit(cmd.SetBarrier(30))
    for frame in (0, 5):
        (placed,) = session.submit(cmd.AddPrompt(1, frame, PointPrompt(3, 4)))
        mask = NewMask(
            frame=frame,
            label=1,
            rle=encode(np.full((HEIGHT, WIDTH), True)),
            object_score=3.0,
            quality=0.87,
            source="prompted",
            run=None,
        )
        session.submit(cmd.AddPrediction(1, frame, *session.append_masks([mask]), (placed.seq,)))


async def look_at_frame_5(pilot: Pilot[None]) -> None:
    await pilot.press("1", "g", "5", "enter", "v", "v")
    workspace = pilot.app.screen
    for _ in range(200):
        await pilot.pause(0.05)
        if workspace.query_one(Canvas).viewport is not None and not workspace._pictures.busy:  # type: ignore[attr-defined]
            await pilot.pause()
            return
    raise AssertionError("no picture within 10 s")


async def engine_ready(pilot: Pilot[None]) -> None:
    for _ in range(400):
        await pilot.pause(0.05)
        if pilot.app.screen.place.engine.phase == "ready":  # type: ignore[attr-defined]
            await pilot.pause()
            return
    raise AssertionError("the engine is not ready within 20 s")


@every_size
def test_workspace(snap_compare, app: SamannotApp, size: tuple[int, int]) -> None:  # type: ignore[no-untyped-def]
    assert snap_compare(app, terminal_size=size, run_before=look_at_frame_5)


def test_zoomed_timeline(snap_compare, app: SamannotApp) -> None:  # type: ignore[no-untyped-def]
    async def zoom(pilot: Pilot[None]) -> None:
        await look_at_frame_5(pilot)
        await pilot.press("T")
        await pilot.pause()

    assert snap_compare(app, terminal_size=(120, 40), run_before=zoom)


@every_size
def test_placing_points(  # type: ignore[no-untyped-def]
    snap_compare, app: SamannotApp, size: tuple[int, int]
) -> None:
    async def place(pilot: Pilot[None]) -> None:
        await look_at_frame_5(pilot)
        await pilot.press("p", "s")
        await engine_ready(pilot)

    assert snap_compare(app, terminal_size=size, run_before=place)


@every_size
@pytest.mark.parametrize("keys", ["V y", "V n", "V s"], ids=["judged", "why", "sheet"])
def test_review(  # type: ignore[no-untyped-def]
    snap_compare, app: SamannotApp, size: tuple[int, int], keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMANNOT_REVIEWER", "Ann")

    async def review(pilot: Pilot[None]) -> None:
        await look_at_frame_5(pilot)
        await pilot.press(*keys.split())
        workspace = app.workspace
        for _ in range(200):
            await pilot.pause(0.05)
            if not workspace._pictures.busy:
                await pilot.pause()
                return
        raise AssertionError("no picture within 10 s")

    assert snap_compare(app, terminal_size=size, run_before=review)


@every_size
@pytest.mark.parametrize("page", ["choices", "writing", "written"])
def test_export_dialog(  # type: ignore[no-untyped-def]
    snap_compare, app: SamannotApp, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    out = Path("/data/aquarium-export")
    monkeypatch.setattr("samannot_tui.jobs.export._check_writable", lambda out: None)

    def write(
        follower: Follower,
        source: FrameSource,
        request: ExportRequest,
        wrote: Callable[[ExportSummary], None],
        progress: Progress,
        is_cancelled: Callable[[], bool],
    ) -> None:
        progress("png", 2, 2)
        wrote(ExportSummary("png", out / "png", 5, 2, 3, {1: 1200, 2: 34}))
        progress("davis", 15, 40)
        while page == "writing" and not is_cancelled():
            time.sleep(0.01)
        wrote(ExportSummary("davis", out / "davis", 41, 40, 3, {}, ("A [b]notice[/b].",)))
        raise JobError("The export was cancelled; what an earlier export left there is whole.")

    monkeypatch.setattr("samannot_tui.jobs.export.write_formats", write)

    async def open_dialog(pilot: Pilot[None]) -> None:
        await look_at_frame_5(pilot)
        await pilot.press("e")
        await pilot.pause()
        pilot.app.screen.query_one("#folder", Input).value = str(out)
        await pilot.press("down", "space")
        await pilot.pause(0.3)
        await pilot.app.workers.wait_for_complete([w for w in pilot.app.workers if w.group == "foresee"])
        if page == "choices":
            await pilot.pause()
            return
        await pilot.press("down", "space", "enter")
        while not pilot.app.screen.query_one(f"#{page}").display:
            await pilot.pause(0.05)
        await pilot.pause(0.1)
        pilot.app.screen.query_one("#command", Static).update("samannot-tui export /data/aquarium.samannot")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=open_dialog)


@every_size
def test_engine_dialog(  # type: ignore[no-untyped-def]
    snap_compare, app: SamannotApp, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    sam2 = [
        EngineChoice("sam2", "tiny", "sam2 tiny       156 MB"),
        EngineChoice("sam2", "large", "sam2 large      898 MB: type samannot-tui models fetch large", can_run=False),
    ]
    flow = EngineChoice("flow", None, "flow            needs no checkpoint and no GPU")
    problem = "SAM 2 needs the package torch, which is not installed."
    monkeypatch.setattr(session_actions, "engine_offer", lambda settings: Offer((*sam2, flow), problem))

    async def open_dialog(pilot: Pilot[None]) -> None:
        await look_at_frame_5(pilot)
        await pilot.press("E", "tab")
        pilot.app.screen.query_one(Input).cursor_blink = False
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=open_dialog)


@every_size
@pytest.mark.parametrize("key", ["I", "P", "C", "f"], ids=["identity", "prompts", "proposals", "feature"])
def test_dialog(  # type: ignore[no-untyped-def]
    snap_compare, app: SamannotApp, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr("samannot_tui.jobs.proposing.find_cuts", lambda source, go_on: [Cut(11, 0.62), Cut(30, 0.9)])

    async def open_dialog(pilot: Pilot[None]) -> None:
        await look_at_frame_5(pilot)
        await pilot.press(key)
        await pilot.app.workers.wait_for_complete([w for w in pilot.app.workers if w.group != "monitor"])
        await pilot.pause()
        await pilot.press("tab")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=open_dialog)


@every_size
@pytest.mark.parametrize("key", ["R", "O"], ids=["run", "options"])
def test_dialogs_about_runs(  # type: ignore[no-untyped-def]
    snap_compare, app: SamannotApp, size: tuple[int, int], key: str
) -> None:
    async def open_dialog(pilot: Pilot[None]) -> None:
        await look_at_frame_5(pilot)
        await pilot.press(key)
        await pilot.pause(0.3)
        await pilot.app.workers.wait_for_complete([w for w in pilot.app.workers if w.group == "foresee"])
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=open_dialog)


@every_size
def test_help(  # type: ignore[no-untyped-def]
    snap_compare, app: SamannotApp, size: tuple[int, int]
) -> None:
    async def open_help(pilot: Pilot[None]) -> None:
        await pilot.press("question_mark")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=open_help)


@every_size
def test_start(snap_compare, size: tuple[int, int]) -> None:  # type: ignore[no-untyped-def]
    offered = [Choice(Path(f"/data/{name}.samannot"), f"{name}.samannot  /data") for name in ("reef", "[b]tank[/b]")]
    assert snap_compare(StartApp(offered), terminal_size=size)
