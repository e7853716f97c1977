"""The screen's way to the session: order, refusals, and what closing leaves behind."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from samannot_tui.engine import reports as news
from samannot_tui.engine.planner import RunRequest
from samannot_tui.errors import InputError, JobError
from samannot_tui.formats.export import ExportSummary
from samannot_tui.jobs.export_request import ExportRequest
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import AnyEvent, Exported, LabelAdded
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.store import Session
from samannot_tui.session.view import View, read_view
from samannot_tui.tui.client import BUSY, Client
from samannot_tui.tui.engine_status import Chosen, Loading, Refused
from tests.tui.toys import NO_TORCH, hold_runs, use_toys


@pytest.fixture
def session(session_folder: Path) -> Iterator[Session]:
    session = Session.open(session_folder)
    yield session
    session.close()


@pytest.fixture
def client(session: Session) -> Iterator[Client]:
    client = Client(session)
    yield client
    client.close(View())


async def test_commands_go_out_in_the_order_in_which_they_were_asked_for(client: Client) -> None:
    heard: list[AnyEvent] = []
    client.listen(heard.extend, lambda event: None)
    await asyncio.gather(*(client.submit(cmd.AddLabel(f"label {n}")) for n in range(30)))
    assert [event.name for event in heard if isinstance(event, LabelAdded)] == [f"label {n}" for n in range(30)]
    client.follower.apply(heard)
    assert len(client.follower.state.labels) == 30


async def test_a_refusal_comes_back_to_who_asked(client: Client) -> None:
    await client.submit(cmd.AddLabel("dog"))
    with pytest.raises(InputError, match="already called dog"):
        await client.submit(cmd.AddLabel("dog"))


async def test_what_was_asked_for_before_closing_is_carried_out(client: Client, session: Session) -> None:
    asked = [asyncio.ensure_future(client.submit(cmd.AddLabel(f"label {n}"))) for n in range(20)]
    await asyncio.sleep(0)
    await asyncio.to_thread(client.close, View(frame=7))
    await asyncio.gather(*asked)
    assert len(session.state.labels) == 20
    assert read_view(session.folder) == View(frame=7)


async def test_a_read_only_client_keeps_no_view(client: Client, session: Session) -> None:
    second_session = Session.open(session.folder)
    second = Client(second_session)
    await client.keep_view(View(frame=3))
    await second.keep_view(View(frame=9))
    second.close(View(frame=9))
    second_session.close()
    assert client.read_view() == View(frame=3)


def refuse_written(summary: ExportSummary) -> None:
    raise AssertionError("nothing is to be written")


def png_into(out: Path) -> ExportRequest:
    return ExportRequest(("png",), out)


async def annotate(client: Client, session: Session) -> None:
    from samannot_tui.masks.log import NewMask
    from samannot_tui.masks.rle import Rle
    from tests.tui.conftest import HEIGHT, WIDTH

    await client.submit(cmd.AddLabel("dog"))
    for frame in range(3):
        mask = NewMask(
            frame=frame,
            label=1,
            rle=Rle((HEIGHT, WIDTH), "0PP6"),
            object_score=1.0,
            quality=1.0,
            source="edited",
            run=None,
        )
        await client.submit(cmd.EditMask(1, frame, *session.append_masks([mask])))


async def test_an_export_reports_progress_and_is_journaled(client: Client, session: Session, tmp_path: Path) -> None:
    await annotate(client, session)
    told: list[tuple[str, int, int]] = []
    written: list[ExportSummary] = []
    request = ExportRequest(("png", "mots"), tmp_path / "out")
    await client.export(request, written.append, lambda *at: told.append(at), lambda: False)
    assert told == [(name, frame, 3) for name in ("png", "mots") for frame in (1, 2, 3)]
    assert [(each.format, each.frames) for each in written] == [("png", 3), ("mots", 3)]
    assert [each.folder for each in written] == [(tmp_path / "out" / name).resolve() for name in ("png", "mots")]
    noted = [event for event in session.history() if isinstance(event, Exported)]
    assert [event.path for event in noted] == [str(each.folder) for each in written]


async def test_a_cancelled_export_leaves_nothing(client: Client, session: Session, tmp_path: Path) -> None:
    await annotate(client, session)
    with pytest.raises(JobError, match="cancelled"):
        await client.export(png_into(tmp_path / "out"), refuse_written, lambda *at: None, lambda: True)
    assert not (tmp_path / "out" / "png").exists()
    assert not any(isinstance(event, Exported) for event in session.history())


async def test_closing_cancels_an_export(client: Client, session: Session, tmp_path: Path) -> None:
    await annotate(client, session)
    started = asyncio.Event()
    loop = asyncio.get_running_loop()
    closed = asyncio.Event()

    def after_first_frame(name: str, done: int, total: int) -> None:
        loop.call_soon_threadsafe(started.set)
        asyncio.run_coroutine_threadsafe(closed.wait(), loop).result(10)

    request = png_into(tmp_path / "out")
    exporting = asyncio.ensure_future(client.export(request, refuse_written, after_first_frame, lambda: False))
    await asyncio.wait_for(started.wait(), 20)
    await asyncio.to_thread(client.close, View())
    closed.set()
    with pytest.raises(JobError, match="cancelled"):
        await exporting


class Heard:
    """What a client told of its engine, without a run's details."""

    def __init__(self, client: Client) -> None:
        self.all: list[object] = []
        client.listen(lambda events: None, self.all.append)

    @property
    def engine(self) -> list[object]:
        """The news, with only the device of an engine that is ready."""
        kept = (Chosen, Refused, Loading, news.Ready, news.Released)
        return [
            each.engine.settings.get("device", "") if isinstance(each, news.Ready) else each
            for each in self.all
            if isinstance(each, kept)
        ]

    async def until(self, kind: type, count: int = 1) -> None:
        for _ in range(400):
            if sum(isinstance(each, kind) for each in self.all) >= count:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"no {kind.__name__} within 20 s: {self.all}")


@pytest.fixture
def heard(client: Client, monkeypatch: pytest.MonkeyPatch) -> Heard:
    """With toy engines."""
    use_toys(monkeypatch)
    return Heard(client)


async def test_an_engine_is_told_from_its_choice_to_ready(client: Client, heard: Heard) -> None:
    await client.look_up_engine()
    assert heard.engine == [Chosen("flow")]
    await client.warm()
    await heard.until(news.Ready)
    await client.warm()
    assert heard.engine == [Chosen("flow"), Chosen("flow"), Loading(), ""]


async def test_a_change_of_engine_replaces_it_and_is_journaled(client: Client, heard: Heard, session: Session) -> None:
    await client.warm()
    await heard.until(news.Ready)
    sentence = await client.change_engine({"engine": "sam2", "checkpoint": "tiny", "transition": "mask"})
    assert sentence == "SAM 2 makes the masks."
    await heard.until(news.Ready, 2)
    assert heard.engine == [Chosen("flow"), Loading(), "", Chosen("sam2 tiny"), Loading(), "cuda"]
    assert session.state.settings.transition == "mask"
    await client.change_engine({"transition": "off"})
    assert heard.engine[-1] == "cuda", "the engine is not loaded anew for what does not concern it"


async def test_a_refused_engine_leaves_settings_and_engine_as_they_are(
    client: Client, heard: Heard, session: Session
) -> None:
    await client.warm()
    await heard.until(news.Ready)
    before = session.history()
    for changes, why in (
        ({"engine": "sam2"}, NO_TORCH),
        ({"precision": "int4"}, "precision"),
        ({"colour": 1}, "no set"),
    ):
        with pytest.raises(InputError, match=why):
            await client.change_engine(changes)
    assert session.history() == before
    assert heard.engine == [Chosen("flow"), Loading(), ""]


async def test_an_engine_that_cannot_run_is_told_and_refused_each_time(
    client: Client, heard: Heard, session: Session
) -> None:
    session.submit(cmd.ChangeSetting("engine", "sam2"))
    for order in (
        client.look_up_engine(),
        client.warm(),
        client.predict(0, 1),
        client.foresee(RunRequest(0, "forward")),
    ):
        with pytest.raises(InputError, match="torch"):
            await order
    assert heard.engine == [Refused("sam2")] * 4
    await client.submit(cmd.ChangeSetting("checkpoint", "tiny"))
    await client.warm()
    await heard.until(news.Ready)
    assert heard.engine[4:] == [Chosen("sam2 tiny"), Loading(), "cuda"]


async def test_a_busy_engine_is_not_replaced(
    client: Client, heard: Heard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hold_runs(monkeypatch, tmp_path / "gate")
    await client.submit(cmd.AddLabel("dog"))
    await client.submit(cmd.AddPrompt(1, 0, PointPrompt(5, 5)))
    await client.run(RunRequest(0, "forward"))
    with pytest.raises(InputError, match=BUSY):
        await client.change_engine({"engine": "sam2", "checkpoint": "tiny"})
    await heard.until(news.Started)
    with pytest.raises(InputError, match=BUSY):
        await client.change_engine({"image_size": 512})
    (tmp_path / "gate").touch()
    await heard.until(news.Ended)
    assert await client.change_engine({"image_size": 512})
