"""Crashes, full disks and damage: nothing acknowledged is lost, and nothing wrong is believed."""

import errno
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samannot_tui.errors import InputError, JobError
from samannot_tui.session import commands as cmd
from samannot_tui.session.prompts import BoxPrompt, PointPrompt
from samannot_tui.session.store import Session
from tests.session.support import ENGINE, act, annotation, make_session, new_mask, plan

WORK: list[Any] = [
    cmd.AddLabel("dog"),
    cmd.AddLabel("cat"),
    cmd.AddPrompt(1, 0, BoxPrompt(1, 1, 9, 9)),
    ("predict", 1, 0),
    cmd.AddPrompt(2, 0, PointPrompt(3, 3)),
    ("predict", 2, 0),
    cmd.StartRun(plan((1, 2), 0, 5), ENGINE),
    ("progress", 1, 1),
    ("progress", 2, 1),
    ("progress", 1, 2),
    ("end",),
    cmd.SetFeature(1, "posture", 3, "jumping"),
    cmd.SetBarrier(2),
    cmd.Undo(),
    ("edit", 1, 4),
]


def worked_session(folder: Path) -> Session:
    session = make_session(folder)
    for deed in WORK:
        assert act(session, deed)
    return session


def test_journal_cut_at_every_byte_keeps_every_whole_event(tmp_path: Path) -> None:
    session = worked_session(tmp_path)
    events = session.history()
    session.close()
    data = (session.folder / "journal.jsonl").read_bytes()
    ends = [i + 1 for i, byte in enumerate(data) if byte == ord("\n")]
    for cut in range(len(data) + 1):
        (session.folder / "journal.jsonl").write_bytes(data[:cut])
        (session.folder / "masks.jsonl").touch()
        again = Session.open(session.folder)
        kept = sum(1 for end in ends if end <= cut)
        assert again.read_only is None
        assert again.history()[:kept] == events[:kept]
        again.close()


def test_mask_log_cut_at_every_byte_keeps_every_whole_record(tmp_path: Path) -> None:
    session = worked_session(tmp_path)
    live = annotation(session)["live"]
    session.close()
    journal = (session.folder / "journal.jsonl").read_bytes()
    data = (session.folder / "masks.jsonl").read_bytes()
    ends = [i + 1 for i, byte in enumerate(data) if byte == ord("\n")]
    for cut in range(len(data) + 1):
        (session.folder / "masks.jsonl").write_bytes(data[:cut])
        (session.folder / "journal.jsonl").write_bytes(journal)
        again = Session.open(session.folder)
        kept = sum(1 for end in ends if end <= cut)
        for frame, records in live.items():
            for label, record in records.items():
                if record <= kept:
                    assert again.live.record(frame, label) == record
                    again.masks.read(record)
        assert (kept == len(ends)) == (again.read_only is None)
        again.close()


TAILS = {
    "NULs": b"\0" * 5000,
    "torn": b'{"seq":99',
    "newlines": b"\n\n\n",
    "noise": random.Random(1).randbytes(3000),
    "wrong checksum": b'{"seq":16,"crc":"00000000"}\n',
}


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
@pytest.mark.parametrize("name", ["journal.jsonl", "masks.jsonl"])
def test_invalid_tail_is_dropped_with_a_notice(tmp_path: Path, tail: bytes, name: str) -> None:
    session = worked_session(tmp_path)
    before = annotation(session)
    session.close()
    with (session.folder / name).open("ab") as file:
        file.write(tail)
    again = Session.open(session.folder)
    assert annotation(again) == before
    assert any(name in notice for notice in again.notices)
    again.submit(cmd.AddLabel("after the crash"))
    again.close()
    last = Session.open(session.folder)
    assert last.notices == () and 3 in last.state.labels
    last.close()


def test_masks_of_a_cut_off_run_are_recovered(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.submit(cmd.AddLabel("dog"))
    (started,) = session.submit(cmd.StartRun(plan((1,), 0, 9), ENGINE))
    session.append_masks([new_mask(frame, 1, run=started.seq) for frame in range(4)])
    session.close()  # no RunProgressed: as after kill -9
    again = Session.open(session.folder)
    assert list(again.live.frames(1)) == [0, 1, 2, 3]
    assert again.state.runs[started.seq].outcome == "failed"
    assert "Recovered 4 masks" in again.notices[-1]
    again.submit(cmd.Undo())
    assert not len(again.live.frames(1))
    again.close()


class FullDisk:
    """os.pwrite and os.fsync of a disk that takes `room` more bytes, once; then it has room again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int, *, at_sync: bool) -> None:
        self.room, self.at_sync, self.failed = room, at_sync, False
        self.pwrite, self.fsync = os.pwrite, os.fsync
        monkeypatch.setattr(os, "pwrite", self.write)
        monkeypatch.setattr(os, "fsync", self.sync)

    def write(self, fd: int, data: Any, offset: int) -> int:
        if self.failed or self.at_sync:
            return self.pwrite(fd, data, offset)
        if self.room <= 0:
            self.failed = True
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self.pwrite(fd, data[: self.room], offset)
        self.room -= written
        return written

    def sync(self, fd: int) -> None:
        if self.at_sync and not self.failed:
            if self.room <= 0:
                self.failed = True
                raise OSError(errno.EIO, "Input/output error")
            self.room -= 1
        self.fsync(fd)


@pytest.mark.parametrize("at_sync", [False, True])
def test_write_failing_at_any_point_loses_nothing_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_sync: bool
) -> None:
    rooms = range(0, 30) if at_sync else range(0, 4500, 37)
    for room in rooms:
        folder = tmp_path / f"{at_sync}-{room}"
        folder.mkdir()
        session = make_session(folder)
        with monkeypatch.context() as patched:
            disk = FullDisk(patched, room, at_sync=at_sync)
            for deed in WORK:
                before = annotation(session)
                try:
                    act(session, deed)
                except JobError as error:
                    assert "full" in str(error) or "cannot be written" in str(error)
                    assert annotation(session) == before
                    act(session, deed)
            if not disk.failed:
                session.close()
                break
        done = annotation(session)
        session.close()
        again = Session.open(session.folder)
        assert annotation(again) == done and again.notices == ()
        again.close()
    else:
        pytest.fail("no run had enough room, so the later writes were never tried")


@pytest.mark.parametrize("name", ["journal.jsonl", "masks.jsonl"])
def test_damage_in_the_middle_opens_read_only_and_names_the_line(tmp_path: Path, name: str) -> None:
    session = worked_session(tmp_path)
    session.close()
    lines = (session.folder / name).read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b'"frame":', b'"frame" ')
    damaged = b"".join(lines)
    (session.folder / name).write_bytes(damaged)
    again = Session.open(session.folder)
    assert again.read_only is not None and f"{name} is damaged at line 3" in again.read_only
    assert "repair" in again.read_only
    with pytest.raises(InputError, match="damaged"):
        again.submit(cmd.AddLabel("x"))
    again.close()
    assert (session.folder / name).read_bytes() == damaged


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["journal.jsonl", "masks.jsonl", "session.json"]), st.integers(0, 10**6), st.binary(max_size=9))
def test_a_strangers_session_opens_or_is_refused_in_a_sentence(
    tmp_path: Path, name: str, where: int, junk: bytes
) -> None:
    source = tmp_path / "clip.samannot"
    if not source.exists():
        worked_session(tmp_path).close()
    copy = tmp_path / "copy.samannot"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy)
    data = (copy / name).read_bytes()
    where %= len(data)
    (copy / name).write_bytes(data[:where] + junk + data[where + len(junk) :])
    try:
        Session.open(copy).close()
    except InputError as error:
        assert str(error)


def test_journal_that_contradicts_itself_is_damage(tmp_path: Path) -> None:
    from samannot_tui.appendlog import seal

    session = worked_session(tmp_path)
    count = len(session.history())
    session.close()
    with (session.folder / "journal.jsonl").open("ab") as file:
        file.write(seal(b'{"type":"PromptRemoved","seq":%d,"at":"","prompt":999}' % (count + 1)))
        file.write(seal(b'{"type":"BarrierSet","seq":%d,"at":"","frame":1}' % (count + 2)))
    again = Session.open(session.folder)
    assert again.read_only is not None and f"line {count + 1}" in again.read_only
    assert len(again.history()) == count
    again.close()


def test_second_opener_is_read_only_and_told_who_holds_it(tmp_path: Path) -> None:
    session = worked_session(tmp_path)
    second = Session.open(session.folder)
    assert second.read_only is not None and f"process {os.getpid()}" in second.read_only
    assert annotation(second) == annotation(session)
    second.close()
    session.close()
    third = Session.open(session.folder)
    assert third.read_only is None
    third.close()


@pytest.mark.parametrize("name", ["journal.jsonl", "masks.jsonl", "session.json"])
def test_session_files_are_not_followed_through_symlinks(tmp_path: Path, name: str) -> None:
    session = worked_session(tmp_path)
    session.close()
    (session.folder / name).rename(tmp_path / "elsewhere")
    (session.folder / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="cannot be opened"):
        Session.open(session.folder)


def test_a_record_of_another_size_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    from samannot_tui.appendlog import seal

    session = make_session(tmp_path)
    session.close()
    bomb = b'{"id":1,"frame":0,"label":1,"rle":{"size":[1000000,1000000],"counts":"0"},'
    bomb += b'"object_score":1.0,"quality":1.0,"source":"edited","run":null}'
    (session.folder / "masks.jsonl").write_bytes(seal(bomb))
    again = Session.open(session.folder)
    with pytest.raises(InputError, match="another size"):
        again.masks.read(1)
    again.close()
