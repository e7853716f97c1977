"""Engine memory on disk: kept, found again by the same engine alone, bounded, and safe whatever lies in the folder."""

import os
from pathlib import Path

import numpy as np
import pytest

from samannot_tui.engine import memories
from samannot_tui.engine.continuations import Memory
from samannot_tui.engine.memories import MemoryFolder
from samannot_tui.errors import InputError
from samannot_tui.session.events import EngineInfo

ENGINE = EngineInfo(name="test", version="1", settings={"image_size": 128, "device": "cpu"}, weights_sha256="ab")
ARRAYS = {
    "bits": np.arange(6, dtype=np.uint16).reshape(2, 3).T,
    "frame": np.array([7], np.int64),
    "one": np.array(1.5, np.float32),
    "none": np.empty((0, 4), np.float32),
    "mask": np.eye(3, dtype=np.bool_),
}


def folder(cache: Path, engine: EngineInfo = ENGINE) -> MemoryFolder:
    return MemoryFolder(cache, engine)


def test_what_is_kept_is_read_again_exactly(tmp_path: Path) -> None:
    folder(tmp_path).keep(5, "forward", 9, 2, ARRAYS)
    read = folder(tmp_path).read(5, "forward", 9, 2)
    assert read.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert read[name].dtype == array.dtype
        assert np.array_equal(read[name], array)


def test_the_labels_of_a_pass_are_held_together(tmp_path: Path) -> None:
    for run, way, frame, label in [(5, "forward", 9, 1), (5, "forward", 9, 12), (5, "backward", 0, 1)]:
        folder(tmp_path).keep(run, way, frame, label, ARRAYS)  # type: ignore[arg-type]
    assert folder(tmp_path).held() == (
        Memory(5, 0, "backward", frozenset({1})),
        Memory(5, 9, "forward", frozenset({1, 12})),
    )


def test_a_pass_that_goes_further_replaces_what_it_left(tmp_path: Path) -> None:
    folder(tmp_path).keep(5, "forward", 9, 1, ARRAYS)
    folder(tmp_path).keep(5, "forward", 12, 1, ARRAYS)
    assert folder(tmp_path).held() == (Memory(5, 12, "forward", frozenset({1})),)


@pytest.mark.parametrize(
    "other",
    [
        EngineInfo(name="test", version="2", settings=ENGINE.settings, weights_sha256="ab"),
        EngineInfo(name="test", version="1", settings=ENGINE.settings, weights_sha256="cd"),
        EngineInfo(name="test", version="1", settings={"image_size": 256, "device": "cpu"}, weights_sha256="ab"),
    ],
    ids=["version", "weights", "image-size"],
)
def test_another_engines_memory_is_not_held_and_not_read(tmp_path: Path, other: EngineInfo) -> None:
    folder(tmp_path).keep(5, "forward", 9, 1, ARRAYS)
    assert folder(tmp_path, other).held() == ()
    with pytest.raises(InputError, match="memory of frame 9 cannot be read"):
        folder(tmp_path, other).read(5, "forward", 9, 1)


def test_the_order_of_settings_does_not_matter(tmp_path: Path) -> None:
    folder(tmp_path).keep(5, "forward", 9, 1, ARRAYS)
    turned = EngineInfo(name="test", version="1", settings={"device": "cpu", "image_size": 128}, weights_sha256="ab")
    assert folder(tmp_path, turned).held()


def test_what_is_damaged_is_told_once_and_deleted(tmp_path: Path) -> None:
    folder(tmp_path).keep(5, "forward", 9, 1, ARRAYS)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(InputError, match="run again to go on from the mask there"):
        folder(tmp_path).read(5, "forward", 9, 1)
    assert not list(tmp_path.iterdir())


def test_strange_things_in_the_folder_are_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "memory-1-forward-1.safetensors")
    (tmp_path / "memory-2-forward-1.safetensors").write_bytes(b"junk")
    (tmp_path / "memory-3-forward-1.safetensors").symlink_to("/etc/passwd")
    (tmp_path / "memory-4-forward-1.safetensors").mkdir()
    (tmp_path / "engine.log").write_text("hello")
    assert folder(tmp_path).held() == ()
    with pytest.raises(InputError):
        folder(tmp_path).read(3, "forward", 0, 1)
    folder(tmp_path).keep(5, "forward", 9, 1, ARRAYS)
    assert len(folder(tmp_path).held()) == 1


def test_a_symlinked_cache_folder_is_neither_read_nor_written(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cache").symlink_to("elsewhere")
    with pytest.raises(OSError, match="directory"):
        folder(tmp_path / "cache").keep(5, "forward", 9, 1, ARRAYS)
    assert folder(tmp_path / "cache").held() == ()
    assert not list((tmp_path / "elsewhere").iterdir())


def test_the_oldest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(tmp_path).keep(1, "forward", 9, 1, ARRAYS)
    size = next(tmp_path.iterdir()).stat().st_size
    monkeypatch.setattr(memories, "KEPT_BYTES", 3 * size)
    for run in range(1, 6):
        folder(tmp_path).keep(run, "forward", 9, 1, ARRAYS)
        os.utime(tmp_path / f"memory-{run}-forward-1.safetensors", ns=(run, run))
    assert [memory.run for memory in folder(tmp_path).held()] == [3, 4, 5]


def test_a_folder_that_is_gone_holds_nothing(tmp_path: Path) -> None:
    assert folder(tmp_path / "gone").held() == ()
