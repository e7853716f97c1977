"""Saved pictures: never over another file, never through a link, never half of one."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from samannot_tui.errors import InputError, JobError
from samannot_tui.session.screenshots import add_screenshot


def test_no_picture_replaces_another(tmp_path: Path) -> None:
    names = [add_screenshot(tmp_path, data, "dog", 7).name for data in (b"a", b"b", b"c")]
    assert names == ["dog-frame-7.png", "dog-frame-7-2.png", "dog-frame-7-3.png"]
    assert [(tmp_path / "screenshots" / name).read_bytes() for name in names] == [b"a", b"b", b"c"]


def test_pictures_saved_at_once_get_names_of_their_own(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda n: add_screenshot(tmp_path, b"%d" % n, "dog", 7), range(40)))
    assert [path.read_bytes() for path in paths] == [b"%d" % n for n in range(40)]


@pytest.mark.parametrize("name", ["日本" * 60, os.fsdecode(b"caf\xe9"), "x" * 255, "a -frame-7.png"])
def test_any_name_of_a_video_will_do(tmp_path: Path, name: str) -> None:
    path = add_screenshot(tmp_path, b"a", name, 123456)
    assert path.read_bytes() == b"a"
    assert path.name.endswith("-frame-123456.png")
    assert os.fsencode(path.name).startswith(os.fsencode(name)[:200])


def test_a_link_in_the_place_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    session, elsewhere = tmp_path / "session", tmp_path / "elsewhere"
    session.mkdir()
    elsewhere.mkdir()
    (session / "screenshots").symlink_to(elsewhere)
    with pytest.raises(InputError, match="screenshots is not a folder; move it"):
        add_screenshot(session, b"a", "dog", 7)
    assert list(elsewhere.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_kept(tmp_path: Path) -> None:
    (tmp_path / "screenshots").write_bytes(b"mine")
    with pytest.raises(InputError, match="is not a folder"):
        add_screenshot(tmp_path, b"a", "dog", 7)
    assert (tmp_path / "screenshots").read_bytes() == b"mine"


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_in_the_place_of_the_picture_is_not_followed(tmp_path: Path, exists: bool) -> None:
    victim = tmp_path / "victim"
    if exists:
        victim.write_bytes(b"mine")
    (tmp_path / "screenshots").mkdir()
    (tmp_path / "screenshots" / "dog-frame-7.png").symlink_to(victim)
    assert add_screenshot(tmp_path, b"a", "dog", 7).name == "dog-frame-7-2.png"
    assert victim.exists() == exists and (not exists or victim.read_bytes() == b"mine")


def test_a_full_disk_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(JobError, match=r"could not be saved in .*screenshots: No space left on device"):
        add_screenshot(tmp_path, b"a", "dog", 7)
    assert list((tmp_path / "screenshots").iterdir()) == []
