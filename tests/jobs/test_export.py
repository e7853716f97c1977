"""What is told of an export beforehand is what it then does; and several formats in one go."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from samannot_tui.cli import cli
from samannot_tui.errors import InputError, JobError
from samannot_tui.formats.export import ExportSummary
from samannot_tui.formats.registry import FORMATS
from samannot_tui.formats.selection import Selection
from samannot_tui.jobs.export import export_session, foresee_export, write_formats
from samannot_tui.jobs.export_request import ExportRequest
from samannot_tui.jobs.opening import Opened
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import Exported
from samannot_tui.session.follower import Follower
from samannot_tui.session.reviews import Standing
from samannot_tui.session.store import Session
from tests.formats.support import ArraySource, annotated, edit, rectangle, tree

EVERY_SECOND = Selection(first=1, last=3, every=2)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = annotated(tmp_path)
    yield session
    session.close()


@pytest.fixture
def source(tmp_path: Path) -> ArraySource:
    return ArraySource(tmp_path / "clip.mp4")


@pytest.mark.parametrize("zipped", [False, True], ids=["folders", "archives"])
@pytest.mark.parametrize("chosen", [Selection(), Selection(("dog",)), EVERY_SECOND], ids=["all", "dog", "part"])
def test_what_is_foreseen_is_what_is_written(
    tmp_path: Path, session: Session, source: ArraySource, chosen: Selection, zipped: bool
) -> None:
    request = ExportRequest(tuple(FORMATS), tmp_path / "out", chosen, zipped)
    copy = Follower(session)
    foreseen = foresee_export(copy, request)
    written: list[ExportSummary] = []
    write_formats(copy, source, request, written.append)
    assert [(each.name, each.place, each.frames) for each in foreseen.formats] == [
        (each.format, each.folder, each.frames) for each in written
    ]
    assert {len(foreseen.labels)} == {each.labels for each in written}
    assert not any(each.replaced for each in foreseen.formats)
    again = foresee_export(copy, request)
    assert [each.replaced for each in again.formats] == [1 if zipped else each.files for each in written]


def test_it_counts_frames_masks_and_those_that_say_absent(tmp_path: Path, session: Session) -> None:
    session.submit(cmd.MarkAbsent(2, 2, 3))
    foreseen = foresee_export(Follower(session), ExportRequest(("png",), tmp_path))
    assert (foreseen.first, foreseen.last, foreseen.frames, foreseen.masks, foreseen.absent) == (1, 3, 3, 6, 2)
    assert foreseen.labels == (1, 2)
    foreseen = foresee_export(Follower(session), ExportRequest(("png", "davis"), tmp_path, EVERY_SECOND))
    assert (foreseen.first, foreseen.last, foreseen.frames, foreseen.masks) == (1, 3, 2, 4)


def test_losses_are_told_where_they_can_happen(tmp_path: Path, session: Session) -> None:
    losses = lambda *labels: {  # noqa: E731
        each.name: each.losses
        for each in foresee_export(
            Follower(session), ExportRequest(("png", "coco", "yolo"), tmp_path, Selection(labels))
        ).formats
    }
    holes = "without holes and specks under three corners."
    overlap = "1 frame has several instances; where these overlap, the smaller one is on top."
    assert losses() == {"png": (overlap,), "coco": (), "yolo": (holes,)}
    assert losses("dog") == {"png": (), "coco": (), "yolo": (holes,)}


def test_splits_are_counted_as_they_are_written(tmp_path: Path, session: Session, source: ArraySource) -> None:
    session.submit(cmd.ChangeSetting("block_size", 2))
    request = ExportRequest(("davis", "coco"), tmp_path / "out", Selection(shares=(50, 50, 0)))
    copy = Follower(session)
    foreseen = foresee_export(copy, request)
    told: list[tuple[str, int, int]] = []
    written: list[ExportSummary] = []
    write_formats(copy, source, request, written.append, lambda *at: told.append(at))
    assert [sum(each.parts.values()) for each in foreseen.formats] == [each.frames for each in written]
    pictures = {name: len(list((tmp_path / "out/coco" / name).rglob("*.jpg"))) for name in ("train", "val")}
    assert foreseen.formats[1].parts == pictures
    totals = {each.format: each.frames for each in written}
    assert told == [(name, done, total) for name, total in totals.items() for done in range(1, total + 1)]


@pytest.mark.parametrize("format_name", FORMATS)
def test_progress_counts_each_frame_once(
    tmp_path: Path, session: Session, source: ArraySource, format_name: str
) -> None:
    told: list[tuple[int, int]] = []
    request = ExportRequest((format_name,), tmp_path / "out")
    (summary,) = export_session(Opened(session, source, ()), request, lambda *at: told.append(at))
    assert told == [(done, summary.frames) for done in range(1, summary.frames + 1)]


def test_what_was_complete_before_a_cancel_stays_and_is_noted(
    tmp_path: Path, session: Session, source: ArraySource
) -> None:
    out = tmp_path / "out"
    (before,) = export_session(Opened(session, source, ()), ExportRequest(("mots",), out))
    left = tree(before.folder)
    edit(session, 2, 1, rectangle(0, 0, 3, 3))
    written: list[ExportSummary] = []
    under_way = SimpleNamespace(name="")

    def progress(name: str, done: int, total: int) -> None:
        under_way.name = name

    with pytest.raises(JobError, match="cancelled"):
        write_formats(
            Follower(session),
            source,
            ExportRequest(("png", "mots", "davis"), out),
            written.append,
            progress,
            lambda: under_way.name == "mots",
        )
    assert [each.format for each in written] == ["png"]
    assert tree(before.folder) == left
    assert sorted(path.name for path in out.iterdir()) == ["mots", "png"]


def test_each_format_is_noted_in_the_session(tmp_path: Path, session: Session, source: ArraySource) -> None:
    summaries = export_session(Opened(session, source, ()), ExportRequest(("png", "mots"), tmp_path / "out"))
    noted = [(event.format, event.path) for event in session.history() if isinstance(event, Exported)]
    assert noted == [(each.format, str(each.folder)) for each in summaries]


def test_what_cannot_be_is_refused_beforehand(tmp_path: Path, session: Session) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "png").write_text("a person's")
    (tmp_path / "taken" / "png.zip").write_text("a person's")
    refused = {
        "There is no format gif": ExportRequest(("gif",), tmp_path),
        "png is in the way": ExportRequest(("png",), tmp_path / "taken"),
        "png.zip is in the way": ExportRequest(("png",), tmp_path / "taken", zipped=True),
        "taken/png is no folder": ExportRequest(("davis",), tmp_path / "taken" / "png" / "deeper"),
        "There is no label cow": ExportRequest(("png",), tmp_path, Selection(("cow",))),
        "There are no frames 3..9": ExportRequest(("png",), tmp_path, Selection(first=3, last=9)),
        "Nothing is annotated there": ExportRequest(("png",), tmp_path, Selection(first=4)),
        "needs 2 annotated blocks": ExportRequest(("png",), tmp_path, Selection(shares=(80, 20, 0))),
    }
    for sentence, request in refused.items():
        with pytest.raises(InputError, match=sentence):
            foresee_export(Follower(session), request)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_cannot_be_written_is_refused_beforehand(tmp_path: Path, session: Session) -> None:
    (tmp_path / "locked").mkdir(0o500)
    with pytest.raises(InputError, match="locked cannot be written to"):
        foresee_export(Follower(session), ExportRequest(("png",), tmp_path / "locked" / "new"))


def test_its_command_is_the_same_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = Selection(("-a dog's", "cat"), 3, 40, 2, (70, 20, 10), Standing.SATISFACTORY)
    request = ExportRequest(("png", "coco"), tmp_path / "out put", chosen, zipped=True)
    asked: list[ExportRequest] = []

    def take(opened: object, request: ExportRequest, *_: object) -> list[ExportSummary]:
        asked.append(request)
        return []

    monkeypatch.setattr("samannot_tui.jobs.export.export_session", take)
    opened = SimpleNamespace(notices=(), close=lambda: None)
    monkeypatch.setattr("samannot_tui.jobs.opening.open_session", lambda session, media, read_only: opened)
    everything = ExportRequest(("png",), tmp_path / "out", Selection(first=7))
    for each in (request, everything):
        program, *arguments = shlex.split(each.command(tmp_path / "a b.samannot"))
        done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        assert (program, done.exit_code) == ("samannot-tui", 0), done.output
    assert asked == [request, everything]
