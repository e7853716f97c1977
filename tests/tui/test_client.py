"""The screen's way to the session: order, refusals, and what closing leaves behind."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from samannot_tui.errors import InputError, JobError
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import AnyEvent, Exported, LabelAdded
from samannot_tui.session.store import Session
from samannot_tui.session.view import View, read_view
from samannot_tui.tui.client import Client


@pytest.fixture
def session(session_folder: Path) -> Iterator[Session]:
    session = Session.open(session_folder)
    yield session
    session.close()


@pytest.fixture
def client(session: Session) -> Iterator[Client]:
    client = Client(session, "flow")
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
    second = Client(second_session, "flow")
    await client.keep_view(View(frame=3))
    await second.keep_view(View(frame=9))
    second.close(View(frame=9))
    second_session.close()
    assert client.read_view() == View(frame=3)


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
    told: list[tuple[int, int]] = []
    summary = await client.export("png", tmp_path / "out", lambda *at: told.append(at), lambda: False)
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert summary.frames == 3
    assert summary.folder == (tmp_path / "out" / "png").resolve()
    last = session.history()[-1]
    assert isinstance(last, Exported)
    assert last.path == str(summary.folder)


async def test_a_cancelled_export_leaves_nothing(client: Client, session: Session, tmp_path: Path) -> None:
    await annotate(client, session)
    with pytest.raises(JobError, match="cancelled"):
        await client.export("png", tmp_path / "out", lambda *at: None, lambda: True)
    assert not (tmp_path / "out" / "png").exists()
    assert not any(isinstance(event, Exported) for event in session.history())


async def test_closing_cancels_an_export(client: Client, session: Session, tmp_path: Path) -> None:
    await annotate(client, session)
    started = asyncio.Event()
    loop = asyncio.get_running_loop()
    closed = asyncio.Event()

    def after_first_frame(done: int, total: int) -> None:
        loop.call_soon_threadsafe(started.set)
        asyncio.run_coroutine_threadsafe(closed.wait(), loop).result(10)

    exporting = asyncio.ensure_future(client.export("png", tmp_path / "out", after_first_frame, lambda: False))
    await asyncio.wait_for(started.wait(), 20)
    await asyncio.to_thread(client.close, View())
    closed.set()
    with pytest.raises(JobError, match="cancelled"):
        await exporting
