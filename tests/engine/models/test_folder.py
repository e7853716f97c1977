from pathlib import Path

import pytest

from samannot_tui.engine.models.folder import (
    checkpoint_setting,
    fetched_models,
    find_checkpoint,
    models_folder,
    other_checkpoints,
)
from samannot_tui.errors import InputError
from tests.engine.models.archives import archive


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAMANNOT_MODELS", str(tmp_path / "models"))
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def test_the_folder_is_the_platforms_cache_unless_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAMANNOT_MODELS", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert models_folder().name == "models" and models_folder().is_absolute()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAMANNOT_MODELS", "mine")
    assert models_folder() == tmp_path / "mine"


def test_files_are_told_apart_by_name(folder: Path) -> None:
    for name in ("sam2.1_hiera_large.pt", "sam2.1_hiera_tiny.pt", "sam2.1_hiera_small.pt.part", "fine-tuned.pt"):
        (folder / name).write_bytes(archive(10))
    (folder / "sam2.1_hiera_base_plus.pt").mkdir()
    assert [model.name for model in fetched_models(folder)] == ["tiny", "large"]
    assert other_checkpoints(folder) == [folder / "fine-tuned.pt"]


def test_a_models_name_wins_over_a_path(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny").write_bytes(archive(10))
    (folder / "sam2.1_hiera_tiny.pt").write_bytes(archive(10))
    assert find_checkpoint(checkpoint_setting("tiny")) == folder / "sam2.1_hiera_tiny.pt"
    assert find_checkpoint(checkpoint_setting("./tiny")) == tmp_path / "tiny"


def test_a_path_that_is_not_utf8_survives(tmp_path: Path) -> None:
    path = tmp_path / "\udcff\\.pt"
    path.write_bytes(archive(10))
    setting = checkpoint_setting(str(path))
    setting.encode()
    assert find_checkpoint(setting) == path


def test_what_is_not_there_is_a_sentence_that_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has not been fetched yet: run `samannot-tui models fetch base-plus`"):
        find_checkpoint("base-plus")
    with pytest.raises(InputError, match=r"no checkpoint file .*base_plus.*one of tiny, small, base-plus, large"):
        find_checkpoint(checkpoint_setting("base_plus"))
    with pytest.raises(InputError, match=r"is a folder; a checkpoint is a file that ends in \.pt\.$"):
        find_checkpoint(checkpoint_setting(str(tmp_path)))
    for nowhere in ("a\0b", "relative/own.pt"):
        with pytest.raises(InputError, match="is no whole path"):
            find_checkpoint(nowhere)
