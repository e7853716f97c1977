"""An export is done wholly or not at all, and touches nothing that no export wrote."""

import fcntl
import json
import subprocess
import sys
from pathlib import Path

import pytest

from samannot_tui.errors import InputError, JobError
from samannot_tui.formats.atomic import MANIFEST, replaced
from samannot_tui.formats.export import export
from samannot_tui.media.source import RgbFrame
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from tests.formats.support import ArraySource, annotated, edit, follower, rectangle, tree


def write(folder: Path, *files: tuple[str, str]) -> None:
    """One export: files by path and content."""
    with replaced(folder) as staging:
        for path, content in files:
            staging.file(*path.split("/")).write_text(content)


def contents(folder: Path) -> dict[str, str]:
    """What lies in a folder, the export's own list left out; nothing may lie beside it."""
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    return {path: data.decode() for path, data in tree(folder).items() if path != MANIFEST}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out" / "png"


def test_a_first_export_makes_the_folder_and_nothing_else(folder: Path) -> None:
    write(folder, ("masks/0.png", "a"), ("labels.json", "b"))
    assert contents(folder) == {"masks/0.png": "a", "labels.json": "b"}


def test_a_repeated_export_replaces_the_files_of_the_old_one(folder: Path) -> None:
    write(folder, ("masks/0.png", "a"), ("masks/1.png", "b"), ("gone/2.png", "c"))
    write(folder, ("masks/0.png", "new"), ("masks/3.png", "d"))
    assert contents(folder) == {"masks/0.png": "new", "masks/3.png": "d"}
    assert not (folder / "gone").exists()


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, InputError, JobError])
def test_a_failed_export_leaves_the_old_one_whole(folder: Path, failure: type[BaseException]) -> None:
    write(folder, ("masks/0.png", "a"), ("masks/1.png", "b"))
    (folder / "notes.txt").write_text("mine")
    before = tree(folder)

    def fail() -> None:
        with replaced(folder) as staging:
            staging.file("masks", "0.png").write_text("new")
            raise failure("in the middle")

    with pytest.raises(failure, match="in the middle"):
        fail()
    assert tree(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_failed_first_export_leaves_nothing(folder: Path) -> None:
    with pytest.raises(RuntimeError), replaced(folder) as staging:
        staging.file("masks", "0.png").write_text("new")
        raise RuntimeError
    assert list(folder.parent.iterdir()) == []


def test_a_full_disk_is_a_sentence_and_leaves_the_old_export_whole(folder: Path) -> None:
    write(folder, ("0.png", "a"))
    with (
        pytest.raises(JobError, match=r"png could not be written \(No space left on device\)"),
        replaced(folder) as staging,
    ):
        staging.file("0.png").write_text("new")
        Path("/dev/full").write_text("no room here")
    assert contents(folder) == {"0.png": "a"}


def test_the_swap_failing_half_way_puts_the_old_export_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, ("0.png", "a"))
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(JobError, match="Input/output error"):
        write(folder, ("0.png", "new"))
    assert contents(folder) == {"0.png": "a"}


def test_files_that_no_export_wrote_survive_where_they_are(folder: Path) -> None:
    write(folder, ("masks/0.png", "a"), ("masks/1.png", "b"))
    (folder / "notes.txt").write_text("mine")
    (folder / "masks" / "0.txt").write_text("mine too")
    (folder / "own" / "deep").mkdir(parents=True)
    (folder / "own" / "deep" / "file").write_text("and mine")
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("notes.txt")
    for _ in range(2):
        write(folder, ("frames/0.png", "new"))
        assert contents(folder) == {
            "frames/0.png": "new",
            "notes.txt": "mine",
            "link": "mine",
            "masks/0.txt": "mine too",
            "own/deep/file": "and mine",
        }
        assert (folder / "empty").is_dir()
        assert (folder / "link").is_symlink()


def test_files_that_were_there_before_the_first_export_survive(folder: Path) -> None:
    (folder / "masks").mkdir(parents=True)
    (folder / "masks" / "by hand.png").write_text("mine")
    write(folder, ("masks/0.png", "a"))
    assert contents(folder) == {"masks/0.png": "a", "masks/by hand.png": "mine"}


def test_a_foreign_file_in_the_way_is_a_sentence(folder: Path) -> None:
    (folder / "masks").mkdir(parents=True)
    (folder / "masks" / "1.png").write_text("mine")
    with pytest.raises(InputError, match=r"masks/1\.png is in the way and no export wrote it"):
        write(folder, ("masks/0.png", "a"), ("masks/1.png", "b"))
    assert contents(folder) == {"masks/1.png": "mine"}


@pytest.mark.parametrize("place", ["masks", "masks/0.png"])
def test_a_foreign_folder_or_file_in_another_role_is_in_the_way(folder: Path, place: str) -> None:
    if place == "masks":
        folder.mkdir(parents=True)
        (folder / place).write_text("a file where a folder must be")
    else:
        (folder / place).mkdir(parents=True)
    with pytest.raises(InputError, match="in the way"):
        write(folder, ("masks/0.png", "a"))


def test_the_old_exports_file_in_the_shape_of_a_link_is_foreign(folder: Path, tmp_path: Path) -> None:
    write(folder, ("0.png", "a"))
    (tmp_path / "elsewhere").write_text("precious")
    (folder / "0.png").unlink()
    (folder / "0.png").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=r"0\.png is in the way"):
        write(folder, ("0.png", "new"))
    assert (tmp_path / "elsewhere").read_text() == "precious"


LINKS = ["png", "png/masks", *(f".png.samannot-export{part}" for part in ("", "/old", "/new"))]


@pytest.mark.parametrize("link", LINKS)
def test_symlinks_in_the_out_folder_lead_nowhere(tmp_path: Path, link: str) -> None:
    """Neither the folder, nor one in it, nor the place where it is built may be a link to somewhere else."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "new").mkdir(parents=True)
    (elsewhere / "new" / "0.png").write_text("precious")
    (tmp_path / "out" / link).parent.mkdir(parents=True)
    (tmp_path / "out" / link).symlink_to(elsewhere)
    with pytest.raises(InputError, match="in the way"):
        write(tmp_path / "out" / "png", ("masks/0.png", "a"))
    assert tree(elsewhere) == {"new/0.png": b"precious"}


def test_a_lock_that_is_a_symlink_is_not_followed(folder: Path, tmp_path: Path) -> None:
    aside = folder.with_name(".png.samannot-export")
    aside.mkdir(parents=True)
    (aside / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="cannot be written to"):
        write(folder, ("0.png", "a"))
    assert not (tmp_path / "elsewhere").exists()


def test_the_out_folder_itself_may_be_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    summary = export(follower(tmp_path), ArraySource(tmp_path / "clip.mp4"), "png", tmp_path / "out")
    assert summary.folder == tmp_path / "disk" / "png"
    assert (tmp_path / "disk" / "png" / "labels.json").is_file()


@pytest.mark.parametrize("listed", ["../precious", "/precious", "link/precious", ".", "", "a\\qb", 7])
def test_a_list_made_by_a_stranger_deletes_nothing_elsewhere(folder: Path, tmp_path: Path, listed: object) -> None:
    folder.mkdir(parents=True)
    (folder.parent / "precious").write_text("mine")
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "precious").write_text("mine")
    (folder / "link").symlink_to(tmp_path / "target")
    (folder / MANIFEST).write_text(json.dumps({"files": [listed]}))
    write(folder, ("0.png", "a"))
    assert (folder.parent / "precious").read_text() == "mine"
    assert (tmp_path / "target" / "precious").read_text() == "mine"
    assert (folder / "link").is_symlink()


def test_a_broken_list_makes_every_file_foreign(folder: Path) -> None:
    write(folder, ("0.png", "a"))
    (folder / MANIFEST).write_bytes(b"{broken")
    with pytest.raises(InputError, match=r"0\.png is in the way"):
        write(folder, ("0.png", "new"))
    assert contents(folder) == {"0.png": "a"}


def test_an_out_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError, match=r"out cannot be written to .*; choose another folder"):
        write(tmp_path / "out" / "png", ("0.png", "a"))


def test_two_exports_to_one_folder_at_a_time_are_refused(folder: Path) -> None:
    with replaced(folder) as staging:
        staging.file("0.png").write_text("first")
        with pytest.raises(InputError, match="Another export is writing to"):
            write(folder, ("0.png", "second"))
    assert contents(folder) == {"0.png": "first"}


def test_the_lock_of_an_export_that_has_just_ended_is_not_taken_for_ones_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between opening the lock and locking it, the export that made it ends and takes it away."""
    flock = fcntl.flock
    vanished: list[bool] = []

    def late(descriptor: int, operation: int) -> None:
        if not vanished:
            vanished.append(True)
            (folder.with_name(".png.samannot-export") / "lock").unlink()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    write(folder, ("0.png", "a"))
    assert vanished
    assert contents(folder) == {"0.png": "a"}


KILLED = """
import os, sys
from pathlib import Path
from samannot_tui.formats import atomic

def die(*_):
    os.kill(os.getpid(), 9)

folder, where = Path(sys.argv[1]), sys.argv[2]
if where == "retire":
    atomic._retire = die
elif where == "swap":
    rename = Path.rename
    Path.rename = lambda self, target: die() if self.name == "new" else rename(self, target)
with atomic.replaced(folder) as staging:
    staging.file("masks", "0.png").write_text("new")
    if where == "middle":
        die()
"""


@pytest.mark.parametrize(("where", "left"), [("middle", "old"), ("swap", None), ("retire", "new")])
def test_a_killed_export_is_put_in_order_by_the_next(folder: Path, where: str, left: str | None) -> None:
    """Killed while writing, between the two renames of the swap, and before foreign files moved back."""
    write(folder, ("masks/0.png", "old"), ("masks/1.png", "old"))
    (folder / "notes.txt").write_text("mine")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder), where], check=False)
    assert killed.returncode == -9
    assert (folder / "masks" / "0.png").exists() == (left is not None)
    if left:
        assert (folder / "masks" / "0.png").read_text() == left
    with pytest.raises(RuntimeError), replaced(folder):
        raise RuntimeError("the next export fails, too")
    found = contents(folder)
    assert found.pop("notes.txt") == "mine"
    assert found == ({"masks/0.png": "new"} if left == "new" else {"masks/0.png": "old", "masks/1.png": "old"})


def test_a_foreign_file_whose_place_is_taken_meanwhile_is_kept(folder: Path) -> None:
    """It appears after the export has looked; the sentence says where it is."""
    write(folder, ("0.png", "a"))
    with pytest.raises(JobError, match=r"old/1\.png found its place taken"), replaced(folder) as staging:
        staging.file("1.png").write_text("new")
        (folder / "1.png").write_text("mine")
    assert (folder / "1.png").read_text() == "new"
    assert (folder.with_name(".png.samannot-export") / "old" / "1.png").read_text() == "mine"


class FailingSource(ArraySource):
    """A video whose third annotated frame cannot be read."""

    def read(self, frame: int) -> RgbFrame:
        if frame == 3:
            raise InputError("clip.mp4: frame 3 cannot be read.")
        return super().read(frame)


def test_a_frame_that_cannot_be_read_leaves_the_old_export_whole(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    export(Follower(session), ArraySource(tmp_path / "clip.mp4"), "png", tmp_path / "out")
    before = tree(tmp_path / "out")
    edit(session, 0, 1, rectangle(0, 0, 5, 5))
    with pytest.raises(InputError, match="frame 3"):
        export(Follower(session), FailingSource(tmp_path / "clip.mp4"), "png", tmp_path / "out")
    assert tree(tmp_path / "out") == before


def test_frames_that_are_no_longer_annotated_leave_the_export(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    source = ArraySource(tmp_path / "clip.mp4")
    export(Follower(session), source, "png", tmp_path / "out")
    session.submit(cmd.ClearMasks((1, 2), 1, 1))
    export(Follower(session), source, "png", tmp_path / "out")
    assert {path.name for path in (tmp_path / "out" / "png" / "masks").iterdir()} == {"00002.png", "00003.png"}


def test_exports_of_two_formats_lie_beside_each_other(tmp_path: Path) -> None:
    copy, source = follower(tmp_path), ArraySource(tmp_path / "clip.mp4")
    for format_name in ("png", "davis"):
        export(copy, source, format_name, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["davis", "png"]
