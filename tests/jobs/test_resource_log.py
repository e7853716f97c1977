"""The resource log: what it holds, when it is refused, and that it never gets in the way of the work."""

import csv
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import pytest

from samannot_tui.errors import InputError
from samannot_tui.jobs import resource_log
from samannot_tui.jobs.resource_log import COLUMNS, logging_resources
from samannot_tui.session import commands as cmd
from samannot_tui.session.store import Session
from tests.session.support import ENGINE, make_session, plan


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = make_session(tmp_path)
    yield made
    made.close()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def silent(sentence: str) -> None:
    raise AssertionError(sentence)


def test_a_run_is_marked_between_readings_of_the_machine(tmp_path: Path, session: Session) -> None:
    path = tmp_path / "log.csv"
    with logging_resources(path, silent) as follow:
        follow(session)
        wait_for(lambda: len(rows(path)) >= 2)
        session.submit(cmd.AddLabel("dog"))
        session.submit(cmd.SetBarrier(9))
        session.submit(cmd.StartRun(plan((1,), 3, 8), ENGINE))
        session.submit(cmd.EndRun(3, "ended", '=HYPERLINK("x")'))
    found = rows(path)
    assert tuple(found[0]) == COLUMNS
    assert [row["event"] for row in found if row["event"]] == ["run 3 started forward 3..8", "run 3 ended ended"]
    elapsed = [float(row["elapsed_s"]) for row in found]
    assert elapsed == sorted(elapsed) and elapsed[0] >= 0
    for row in found:
        assert datetime.fromisoformat(row["time"]).utcoffset() == timedelta(0)
        assert int(row["ram_total_bytes"]) == psutil.virtual_memory().total
        assert int(row["app_rss_bytes"]) > 0
        assert int(row["disk_free_bytes"]) <= os.statvfs(tmp_path).f_blocks * os.statvfs(tmp_path).f_frsize
        assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())


def test_a_line_is_on_disk_as_soon_as_it_is_written(tmp_path: Path, session: Session) -> None:
    with logging_resources(tmp_path / "log.csv", silent) as follow:
        follow(session)
        session.submit(cmd.AddLabel("dog"))
        session.submit(cmd.StartRun(plan((1,), 0, 1), ENGINE))
        wait_for(lambda: any("started" in row["event"] for row in rows(tmp_path / "log.csv")))


def test_after_the_end_nothing_is_written_and_nobody_listens(tmp_path: Path, session: Session) -> None:
    with logging_resources(tmp_path / "log.csv", silent) as follow:
        follow(session)
    before = (tmp_path / "log.csv").read_bytes()
    session.submit(cmd.AddLabel("dog"))
    session.submit(cmd.StartRun(plan((1,), 0, 1), ENGINE))
    assert (tmp_path / "log.csv").read_bytes() == before
    assert not session._listeners


@pytest.mark.parametrize("place", ["taken.csv", "no folder/log.csv", "a\0b.csv", "."])
def test_a_file_that_cannot_be_made_is_refused_before_anything_starts(tmp_path: Path, place: str) -> None:
    (tmp_path / "taken.csv").write_text("precious")
    with (
        pytest.raises(InputError, match=r"another (name|place)"),
        logging_resources(tmp_path / place, silent),
    ):
        raise AssertionError("the work was started")
    assert (tmp_path / "taken.csv").read_text() == "precious"


def test_work_that_never_began_leaves_no_log(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match="no such video"),
        logging_resources(tmp_path / "log.csv", silent),
    ):
        raise InputError("no such video")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_ends_the_log_with_a_word_and_not_the_work(
    tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On /dev/full every write fails as on a full disk."""
    full = Path("/dev/full").open("a", encoding="ascii")  # noqa: SIM115
    monkeypatch.setattr(resource_log, "_create", lambda path: full)
    said: list[str] = []
    with logging_resources(tmp_path / "log.csv", said.append) as follow:
        follow(session)
        session.submit(cmd.AddLabel("dog"))
    assert said == [f"{tmp_path / 'log.csv'} ends before its time: No space left on device."]
    assert session.state.labels


def test_without_a_file_nothing_is_logged(session: Session) -> None:
    with logging_resources(None, silent) as follow:
        follow(session)
        assert not session._listeners
