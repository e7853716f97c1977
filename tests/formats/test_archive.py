"""`--zip`: the whole dataset in one file, in place of the old one in one go."""

import zipfile
from pathlib import Path

import pytest

from samannot_tui.errors import InputError, JobError
from samannot_tui.formats.archive import replaced_archive
from samannot_tui.formats.export import write_dataset
from samannot_tui.formats.registry import FORMATS
from samannot_tui.media.source import RgbFrame
from tests.formats.support import ArraySource, follower, tree


@pytest.mark.parametrize("format_name", FORMATS)
def test_an_archive_holds_what_the_folder_would(tmp_path: Path, format_name: str) -> None:
    copy, source, writer = follower(tmp_path), ArraySource(tmp_path / "clip.mp4"), FORMATS[format_name].load()
    summary = write_dataset(copy, source, writer, format_name, tmp_path / "out", zipped=True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{format_name}.zip"]
    folder = write_dataset(copy, source, writer, format_name, tmp_path / "out").folder
    with zipfile.ZipFile(summary.folder) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    expected = tree(folder)
    assert set(found) == set(expected)
    same = {name for name in found if found[name] == expected[name]}
    assert set(found) - same <= {"annotation.xlsx"}, "a workbook says when it was made"


def test_a_failed_export_leaves_the_old_archive(tmp_path: Path) -> None:
    class Failing(ArraySource):
        def read(self, frame: int) -> RgbFrame:
            raise InputError("frame cannot be read")

    copy, writer = follower(tmp_path), FORMATS["coco"].load()
    write_dataset(copy, ArraySource(tmp_path / "clip.mp4"), writer, "coco", tmp_path / "out", zipped=True)
    before = tree(tmp_path / "out")
    with pytest.raises(InputError):
        write_dataset(copy, Failing(tmp_path / "clip.mp4"), writer, "coco", tmp_path / "out", zipped=True)
    assert tree(tmp_path / "out") == before


@pytest.mark.parametrize("content", [b"mine", b""])
def test_a_file_that_no_export_wrote_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "coco.zip").write_bytes(content)
    with pytest.raises(InputError, match="in the way"), replaced_archive(tmp_path / "coco.zip"):
        pass
    assert tree(tmp_path) == {"coco.zip": content}


def test_somebodys_own_archive_and_a_link_to_an_export_are_left_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as archive:
        archive.writestr("a", "b")
    with replaced_archive(tmp_path / "coco.zip") as staging:
        staging.file("a").write_text("b")
    (tmp_path / "link.zip").symlink_to("coco.zip")
    for name in ("mine.zip", "link.zip"):
        with pytest.raises(InputError, match="in the way"), replaced_archive(tmp_path / name):
            pass


def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("samannot_tui.formats.archive._pack", full)
    sentence = r"coco\.zip could not be written \(No space"
    with pytest.raises(JobError, match=sentence), replaced_archive(tmp_path / "coco.zip") as staging:
        staging.file("a").write_text("b")
    assert tree(tmp_path) == {}


def test_a_name_that_is_not_utf8_is_escaped(tmp_path: Path) -> None:
    with replaced_archive(tmp_path / "png.zip") as staging:
        staging.file("b\udcff.png").write_text("x")
    with zipfile.ZipFile(tmp_path / "png.zip") as archive:
        assert "b\\xff.png" in archive.namelist()
