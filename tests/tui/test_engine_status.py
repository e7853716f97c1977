"""What the status line says of the engine, from start to release, and at any width."""

import pytest

from samannot_tui.engine import reports as news
from samannot_tui.session.events import EngineInfo
from samannot_tui.tui.engine_status import Chosen, EngineNews, EngineStatus, Loading, Refused, status_after
from samannot_tui.tui.widgets.status import StatusLine
from tests.tui.conftest import Desk, OpenDesk

SAM2 = news.Ready(EngineInfo("sam2", "1", {"variant": "tiny", "device": "cuda"}))
FLOW = news.Ready(EngineInfo("flow", "1", {"work_long_side": 480}))
TINY = Chosen("sam2 tiny")
NO_FILE = Chosen("flow: no checkpoint file")


@pytest.mark.parametrize(
    ("events", "words", "alert"),
    [
        ([], "", ""),
        ([TINY], "sam2 tiny", ""),
        ([TINY, Loading()], "sam2 tiny", "loading sam2 tiny"),
        ([TINY, Loading(), SAM2], "sam2 tiny on cuda", ""),
        ([TINY, Loading(), SAM2, news.Released()], "sam2 tiny asleep", ""),
        ([TINY, Loading(), SAM2, news.Released(), Loading()], "sam2 tiny", "loading sam2 tiny"),
        ([TINY, Loading(), SAM2, news.Failed("It went wrong.")], "sam2 tiny on cuda", ""),
        ([TINY, Loading(), news.Released()], "sam2 tiny did not start", "no engine"),
        ([TINY, Loading(), news.Failed("Damaged."), news.Released()], "sam2 tiny did not start", "no engine"),
        ([TINY, Loading(), news.Released(), Loading(), SAM2], "sam2 tiny on cuda", ""),
        ([NO_FILE], "flow: no checkpoint file", ""),
        ([NO_FILE, Loading()], "flow: no checkpoint file", "loading flow"),
        ([NO_FILE, Loading(), FLOW], "flow: no checkpoint file", ""),
        ([Refused("sam2")], "sam2 cannot run here", "no engine"),
        ([Refused("sam2"), NO_FILE], "flow: no checkpoint file", ""),
        ([TINY, Loading(), SAM2, NO_FILE, Loading(), FLOW], "flow: no checkpoint file", ""),
    ],
)
def test_an_engine_in_words(events: list[news.RunnerEvent | EngineNews], words: str, alert: str) -> None:
    status = EngineStatus()
    for event in events:
        status = status_after(status, event)
    assert (status.words, status.alert) == (words, alert)


def line(at: Desk) -> str:
    return at.screen.query_one(StatusLine).render().plain


@pytest.mark.parametrize(
    ("width", "right"),
    [(100, "sam2 tiny on cuda · cells"), (70, "sam2 tiny on cuda"), (58, "sam2 tiny"), (50, "overlay"), (30, "29")],
)
async def test_graphics_go_before_the_engine_where_there_is_little_room(desk: OpenDesk, width: int, right: str) -> None:
    async with desk((width, 24)) as at:
        at.screen.place.engine = EngineStatus("ready", "sam2 tiny", "cuda")
        assert line(at).rstrip().endswith(right)


async def test_a_long_name_gives_way_to_the_engine(desk: OpenDesk) -> None:
    async with desk((80, 24)) as at:
        await at.type("aa very long name of a koi")
        await at.press("enter")
        at.screen.place.engine = EngineStatus("ready", "flow: no checkpoint file")
        assert "1 a very …" in line(at) and line(at).endswith("   flow")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
async def test_that_the_model_loads_is_said_at_any_width(desk: OpenDesk, width: int) -> None:
    async with desk((width, 24)) as at:
        at.screen.place.engine = EngineStatus("loading", "sam2 base-plus")
        assert "loading sam2 base-plus" in line(at)


async def test_a_checkpoints_name_cannot_drive_the_terminal(desk: OpenDesk) -> None:
    async with desk() as at:
        at.screen.place.engine = EngineStatus("ready", "sam2 \x1b[2Jx.pt", "cpu\x1b")
        assert "\x1b" not in line(at) and "\\x1b[2Jx.pt on cpu" in line(at)
