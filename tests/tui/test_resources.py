"""What runs short is told once, shown in the pane, and explained on the info screen."""

from dataclasses import replace

from textual.content import Content

from samannot_tui.monitor import Reading
from samannot_tui.tui.screens.info import InfoScreen
from samannot_tui.tui.screens.workspace import Workspace
from samannot_tui.tui.widgets.lines import Lines
from samannot_tui.tui.widgets.resources import resource_lines
from tests.tui.conftest import GIB, READING, Desk, OpenDesk

FULL = replace(READING, ram_used=23 * GIB, disk_free=2 * GIB, disk_total=20 * GIB)


def plain(reading: Reading) -> list[str]:
    return [line.plain for line in resource_lines(reading)]


async def read(at: Desk, reading: Reading) -> None:
    at.screen.post_message(Workspace.MachineRead(reading))
    await at.pilot.pause()


def test_gauges_say_in_a_word_what_runs_short() -> None:
    assert plain(READING) == ["CPU  ██░░░░░░  25 %", "RAM  █░░░░░░░ 3.0/24 G"]
    assert plain(FULL)[1:] == ["RAM  critical 23.0/24 G", "disk warning  2.0 G free"]
    assert plain(replace(READING, disk_free=15 * GIB, disk_total=20 * GIB))[2] == "disk ██░░░░░░ 15.0 G free"
    (_, ram, disk) = resource_lines(FULL)
    assert [line.spans[0].style for line in (ram, disk)] == ["bold red", "bold yellow"]


async def test_each_shortage_is_told_once(desk: OpenDesk) -> None:
    async with desk() as at:
        for reading in (FULL, FULL, replace(FULL, ram_used=22 * GIB + GIB // 2), FULL):
            await read(at, reading)
        assert [told.partition(":")[0] for told in at.told] == ["Critical", "Warning"]
        assert "close other programs or end the run" in at.told[0] and "2.0 of 20 GiB left" in at.told[1]


async def test_the_info_screen(desk: OpenDesk) -> None:
    async with desk((80, 24)) as at:
        await at.press("a", "x", "enter", "p", "escape")
        await at.until(lambda: at.screen.place.engine.phase == "ready")
        await at.press("U")
        await at.until(lambda: bool(shown(at)))
        lines = shown(at)
        assert lines["engine"] == "flow"
        assert "MiB · engine" in lines["memory"] and "not started" not in lines["memory"]
        assert lines["running"].startswith("flow ")
        assert lines["session"] == str(at.session.folder)
        assert lines["on disk"].startswith("journal 0.0 MiB · masks")
        assert lines["terminal"].startswith("cells")
        await at.press("escape")
        assert at.app.screen is at.screen


def shown(at: Desk) -> dict[str, str]:
    assert isinstance(at.app.screen, InfoScreen)
    content = at.app.screen.query_one(Lines).content
    assert isinstance(content, Content)
    return {line.plain[:11].strip(): line.plain[11:] for line in content.split("\n") if line.plain}
