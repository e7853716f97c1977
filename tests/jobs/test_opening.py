"""What a person names becomes a session with its own video, or nothing at all."""

import errno
import os
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from samannot_tui.errors import InputError
from samannot_tui.jobs.opening import open_session, open_target
from samannot_tui.jobs.track import prompted_session
from samannot_tui.session import commands as cmd
from tests.e2e.clips import HEIGHT, WIDTH


def frames(folder: Path, seed: int = 0) -> Path:
    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    for number in range(3):
        Image.fromarray(random.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)).save(folder / f"{number}.png")
    return folder


def test_a_folder_named_in_any_way_has_one_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = frames(tmp_path / "take")
    opened = open_target(folder)
    opened.session.submit(cmd.AddLabel("dog"))
    opened.close()
    monkeypatch.chdir(folder)
    for name in (Path(f"{folder}/"), Path(), Path("../take"), Path(f"{folder}/../take/.")):
        again = open_target(name)
        assert list(again.session.state.labels) == [1]
        assert again.session.folder == tmp_path / "take.samannot"
        again.close()


def test_folders_whose_names_hold_dots_have_sessions_of_their_own(tmp_path: Path) -> None:
    for seed, name in enumerate(("cam.1", "cam.2")):
        opened = open_target(frames(tmp_path / name, seed))
        assert opened.session.folder.name == f"{name}.samannot"
        opened.close()


def test_a_session_and_its_video_move_together(tmp_path: Path) -> None:
    open_target(frames(tmp_path / "here" / "take")).close()
    (tmp_path / "here").rename(tmp_path / "there")
    open_session(tmp_path / "there" / "take.samannot").close()


@pytest.mark.parametrize("changes", [{"frame_count": 9}, {"width": 9}])
def test_a_manifest_that_does_not_fit_its_video_is_refused(tmp_path: Path, changes: dict[str, int]) -> None:
    opened = open_target(frames(tmp_path / "take"))
    opened.close()
    path = opened.session.folder / "session.json"
    path.write_bytes(msgspec.json.encode(msgspec.json.decode(path.read_bytes()) | changes))
    with pytest.raises(InputError, match="another video"):
        open_session(opened.session.folder)


PROMPTS = b'{"labels":[{"id":1,"name":"dog"}],"prompts":[{"label":1,"frame":0,"points":[[5,5,1]]}]}'


@pytest.mark.parametrize("calls", range(8))
def test_a_full_disk_leaves_no_half_a_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    media = frames(tmp_path / "take")
    (tmp_path / "prompts.json").write_bytes(PROMPTS)
    sync, done = os.fsync, 0

    def fails(descriptor: int) -> None:
        nonlocal done
        if done == calls:
            raise OSError(errno.ENOSPC, "No space left on device")
        done += 1
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fails)
    out = tmp_path / "out" / "deep"
    try:
        prompted_session(media, tmp_path / "prompts.json", out).close()
    except InputError as error:
        assert "No space left" in str(error)
        assert not (tmp_path / "out").exists()
    else:
        assert calls == 7
