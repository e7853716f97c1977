"""The replay: every event at its place, both ways, and not a byte of the session changed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from textual.binding import Binding
from textual.pilot import Pilot

from samannot_tui.appendlog import seal
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.media.open import open_media
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.past import Past
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.session.prompts import BoxPrompt, PointPrompt
from samannot_tui.session.store import Session
from samannot_tui.tui.app import ReplayApp
from samannot_tui.tui.replay_bindings import REPLAY_TOPICS
from samannot_tui.tui.replay_client import REPLAY, ReplayClient
from samannot_tui.tui.schedule import LONGEST_PAUSE, Schedule
from samannot_tui.tui.screens.replay import ReplayWorkspace
from samannot_tui.tui.widgets.canvas import Canvas
from samannot_tui.tui.widgets.history import HistoryPane
from samannot_tui.tui.widgets.message_line import MessageLine
from tests.session.test_past import fingerprint
from tests.tui.conftest import CELLS, HEIGHT, READING, WIDTH, picture

ENGINE = EngineInfo(name="test", version="1")
LABEL, BOX, MASK, SECOND, RUN, HALF, REST, ENDED, EDIT, UNDO = range(2, 12)
"""Seqs of what `recorded` did; event 1 is a setting."""


@pytest.fixture
def recorded(session_folder: Path) -> Path:
    """A session in which a little of everything was done."""
    session = Session.open(session_folder)
    shape = picture(0)[:, :, 0] > 100

    def masks(frames: range, source: str, run: int | None) -> list[int]:
        return session.append_masks(
            [
                NewMask(
                    frame=frame,
                    label=1,
                    rle=encode(shape),
                    object_score=4.0,
                    quality=0.9,
                    source=source,  # type: ignore[arg-type]
                    run=run,
                )
                for frame in frames
            ]
        )

    session.submit(cmd.AddLabel("square"))
    (box,) = session.submit(cmd.AddPrompt(1, 3, BoxPrompt(8, 18, 36, 46)))
    session.submit(cmd.AddPrediction(1, 3, masks(range(3, 4), "prompted", None)[0], (box.seq,)))
    session.submit(cmd.AddLabel("other"))
    planned = LabelPlan(1, 3, (Source(3, (box.seq,)),), (Span(4, 20),))
    plan = Plan("forward", 3, (Pass("forward", 3, 20, (planned,)),), (), "carry", None, (), ())
    (run,) = session.submit(cmd.StartRun(plan, ENGINE))
    for frames in (range(4, 10), range(10, 21)):
        masks(frames, "propagated", run.seq)
        session.submit(cmd.ProgressRun(run.seq, session.masks.length))
    session.submit(cmd.EndRun(run.seq, "finished"))
    session.submit(cmd.EditMask(1, 12, masks(range(12, 13), "edited", None)[0]))
    session.submit(cmd.Undo())
    assert session.state.last_seq == UNDO
    session.close()
    return session_folder


@dataclass
class Seat:
    """Somebody who watches a replay."""

    pilot: Pilot[None]
    screen: ReplayWorkspace

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self) -> None:
        await self.pilot.app.workers.wait_for_complete([w for w in self.pilot.app.workers if w.group != "monitor"])
        await self.pilot.pause()

    @property
    def said(self) -> str:
        return self.screen.query_one(MessageLine).text


OpenSeat = Callable[..., AbstractAsyncContextManager[Seat]]


@pytest.fixture
def seat(recorded: Path) -> OpenSeat:
    """`async with seat() as at:`; a replay of `recorded`, which must be as it was when it is left."""

    @asynccontextmanager
    async def take_seat(seq: int = 0, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Seat]:
        before = fingerprint(recorded)
        session = Session.open(recorded, read_only=REPLAY)
        source = open_media(session.media_file())
        client = ReplayClient(session, Past(session.history()), seq)
        app = ReplayApp(client, source, CELLS, lambda: READING)
        try:
            async with app.run_test(size=size) as pilot:
                await pilot.pause()
                assert isinstance(app.workspace, ReplayWorkspace)
                yield Seat(pilot, app.workspace)
        finally:
            client.close(app.workspace.place.kept)
            session.close()
            source.close()
        assert fingerprint(recorded) == before

    return take_seat


async def test_each_step_is_shown_where_it_happened(seat: OpenSeat) -> None:
    async with seat() as at:
        place = at.screen.place
        seen = []
        for _ in range(UNDO):
            await at.press("right")
            seen.append((at.screen.seq, place.frame, len(place.live.frames(1))))
        assert seen[LABEL - 1 :] == [
            (LABEL, 0, 0),
            (BOX, 3, 0),
            (MASK, 3, 1),
            (SECOND, 3, 1),
            (RUN, 3, 1),
            (HALF, 9, 7),
            (REST, 20, 18),
            (ENDED, 3, 18),
            (EDIT, 12, 18),
            (UNDO, 12, 18),
        ]
        assert at.said.endswith("undone: the edited mask of square, frame 12")
        for seq, _, masks in reversed(seen[:-1]):
            await at.press("left")
            assert (at.screen.seq, len(place.live.frames(1))) == (seq, masks)
        await at.press("left")
        assert at.screen.seq == 0
        assert not place.state.labels


async def test_an_event_makes_its_label_the_active_one(seat: OpenSeat) -> None:
    async with seat(SECOND) as at:
        assert at.screen.place.label == 2
        await at.press("right")
        assert at.screen.place.label == 1


async def test_jumps_to_runs_prompts_edits_and_deeds(seat: OpenSeat) -> None:
    async with seat() as at:
        for key, seq in (
            ("greater_than_sign", RUN),
            ("quotation_mark", EDIT),
            ("left_curly_bracket", BOX),
            ("n", SECOND),
            ("n", RUN),
            ("n", EDIT),
            ("N", RUN),
            ("less_than_sign", RUN),
        ):
            await at.press(key)
            assert at.screen.seq == seq
        assert at.said == "There is no run before this event."


async def test_goes_to_a_number_and_to_a_time(seat: OpenSeat, recorded: Path) -> None:
    session = Session.open(recorded, read_only=REPLAY)
    at_run = session.history()[RUN - 1].at
    last_then = max(event.seq for event in session.history() if event.at <= at_run)
    session.close()
    async with seat() as at:
        await at.press("g", *str(REST), "enter")
        assert at.screen.seq == REST
        await at.press("g", *"2001-01-01", "enter")
        assert at.screen.seq == 0
        await at.press("g", *at_run, "enter")
        assert at.screen.seq == last_then
        await at.press("g", *"99", "enter")
        assert at.screen.seq == last_then


async def test_plays_to_the_end_and_stops(seat: OpenSeat) -> None:
    async with seat() as at:
        await at.press(*["full_stop"] * 6, "space")
        for _ in range(200):
            await at.pilot.pause(0.05)
            if not at.screen.is_playing:
                break
        await at.settle()
        assert at.screen.seq == UNDO
        assert not at.screen.is_playing


async def test_stepping_pauses_and_looking_about_does_not(seat: OpenSeat) -> None:
    async with seat() as at:
        at.screen._schedule = Schedule([2.0 * seq for seq in range(UNDO)])
        await at.press(*["comma"] * 2, "space", "v")
        assert at.screen.is_playing
        await at.press("left")
        assert not at.screen.is_playing


async def test_a_held_key_leaves_nothing_behind(seat: OpenSeat) -> None:
    async with seat() as at:
        await at.press(*["right"] * 25)
        assert at.screen.seq == UNDO
        await at.press("home", "end", "home", "shift+right")
        assert at.screen.seq == 10


async def test_no_key_and_no_click_changes_anything(seat: OpenSeat) -> None:
    bound = {key for topic in REPLAY_TOPICS for each in Binding.make_bindings(topic.bindings) for key in [each.key]}
    async with seat(ENDED) as at:
        for key in sorted(set("pbmdDXAycfFaroICEeSuRO") - bound):
            await at.press(key)
        for button in (1, 3):
            await at.pilot.click(Canvas, button=button)
        await at.settle()
        assert at.screen.seq == ENDED
        assert len(at.pilot.app.screen_stack) == 2


async def test_names_are_shown_as_text(recorded: Path, seat: OpenSeat) -> None:
    last = UNDO + 1
    strange = ev.LabelAdded(seq=last, at="2026-11-21T10:00:00Z", label=3, name="[red]\x1b[31mkoi[/red]")
    with (recorded / "journal.jsonl").open("ab") as file:
        file.write(seal(msgspec.json.encode(strange)))
    async with seat(last) as at:
        assert at.said.endswith("the label [red]\\x1b[31mkoi[/red]")
        assert "[red]\\x1b[31mkoi" in str(at.screen.query_one(HistoryPane).words(last, at.screen.place.state.labels))


async def test_a_writer_goes_on_meanwhile(recorded: Path) -> None:
    reader = Session.open(recorded, read_only=REPLAY)
    client = ReplayClient(reader, Past(reader.history()), 0)
    writer = Session.open(recorded)
    assert writer.read_only is None
    writer.submit(cmd.AddPrompt(1, 5, PointPrompt(WIDTH / 2, HEIGHT / 2)))
    await client.go_to(UNDO)
    assert client.follower.state.last_seq == UNDO
    writer.close()
    await asyncio.to_thread(client.close, client.read_view())
    reader.close()


def test_long_pauses_are_cut() -> None:
    schedule = Schedule([100.0, 100.5, 5000.0, 4000.0, 4000.25])
    assert [schedule.due(1, played) for played in (0, 0.4, 0.5, 0.5 + LONGEST_PAUSE)] == [1, 1, 2, 4]
    assert schedule.due(3, 0.25) == 5
    assert schedule.due(0, 0) == 1
    assert Schedule([]).due(0, 9) == 0
    assert Schedule([]).last_seq == 0


def test_every_type_of_event_has_words(recorded: Path) -> None:
    """What is told of events that are none of a person's, too."""
    session = Session.open(recorded, read_only=REPLAY)
    pane = HistoryPane(session.history())
    told = [pane.words(event.seq, session.state.labels) for event in session.history()]
    session.close()
    assert told[RUN - 1 : ENDED] == [
        "the run forward from frame 3",
        "the run forward from frame 3 goes on",
        "the run forward from frame 3 goes on",
        "the run forward from frame 3 finished",
    ]
    assert not any(word in {each.__name__ for each in ev.Event.__subclasses__()} for word in told)
