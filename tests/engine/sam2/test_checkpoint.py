"""Checkpoint files in the official format: what is recognised, what is refused and in which words."""

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sam2")

from samannot_tui.engine.models import ledger  # noqa: E402
from samannot_tui.engine.models.catalog import CATALOG, Variant  # noqa: E402
from samannot_tui.engine.sam2.checkpoint import expected_shapes, read_checkpoint  # noqa: E402
from samannot_tui.errors import InputError  # noqa: E402
from tests.engine.models.hollow import hollow, save_hollow  # noqa: E402
from tests.engine.sam2.upstream import random_weights, save_random_checkpoint  # noqa: E402

VARIANTS: tuple[Variant, ...] = tuple(model.variant for model in CATALOG.values())


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAMANNOT_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def save(path: Path, content: object) -> Path:
    torch.save(content, path)
    return path


def test_a_whole_file_in_the_official_format_is_read_bit_for_bit(tmp_path: Path, models: Path) -> None:
    path = tmp_path / "any name.pt"
    save_random_checkpoint(path, "tiny", seed=3)
    read = read_checkpoint(path)
    assert read.variant == "tiny" and read.notice is None
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest() and read.size == path.stat().st_size
    made = random_weights("tiny", 3)
    assert read.weights.keys() == made.keys()
    assert all(torch.equal(read.weights[name], made[name]) for name in made)
    record = ledger.known(models, path)
    assert record is not None and record.sha256 == read.sha256


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_model_is_read_from_the_tensors_not_from_the_name(tmp_path: Path, variant: Variant) -> None:
    assert read_checkpoint(save_hollow(tmp_path / "sam2.1_hiera_tiny.pt", variant)).variant == variant


def test_the_shapes_are_those_of_the_real_model() -> None:
    real = {name: tuple(tensor.shape) for name, tensor in random_weights("tiny", 1).items()}
    assert expected_shapes("tiny") == real


def test_other_entries_beside_the_model_do_no_harm(tmp_path: Path) -> None:
    path = save(tmp_path / "trained.pt", {"model": hollow("small"), "epoch": 3, "loss": {"mask": 0.1}})
    assert read_checkpoint(path).variant == "small"


def _without(*names: str) -> dict[str, Any]:
    return {name: tensor for name, tensor in hollow("tiny").items() if name not in names}


def _sam_2_0() -> object:
    return {"model": _without("no_obj_embed_spatial", "obj_ptr_tpos_proj.weight", "obj_ptr_tpos_proj.bias")}


def _reshaped() -> object:
    bent = {"no_mem_embed": torch.zeros(7), "maskmem_tpos_enc": torch.zeros(7), "extra\x1b": torch.zeros(1)}
    return {"model": _without("no_obj_ptr") | bent}


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "no model": (lambda: {"state_dict": hollow("tiny")}, r'no "model" entry'),
    "bare weights": (lambda: hollow("tiny"), r'no "model" entry'),
    "list": (lambda: [1, 2], r'no "model" entry'),
    "no tensors": (lambda: {"model": {"a": 1}}, "not a table of tensors"),
    "SAM 2.0": (_sam_2_0, r"a checkpoint of SAM 2\.0; .*`samannot-tui models fetch tiny`"),
    "SAM": (
        lambda: {"model": {"image_encoder.pos_embed": torch.zeros(1), "mask_decoder.x": torch.zeros(1)}},
        r"of SAM, which segments images only, not of SAM 2\.1",
    ),
    "other": (lambda: {"model": {"conv1.weight": torch.zeros(3)}}, r"of another model, not of SAM 2\.1"),
    "empty": (lambda: {"model": {}}, r"of another model, not of SAM 2\.1"),
    "misfits": (
        _reshaped,
        r"looks like SAM 2\.1 tiny, .*: 1 missing \(such as no_obj_ptr\), 1 unknown \(such as extra\\x1b\), "
        r"2 of another shape \(such as maskmem_tpos_enc\)\.",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_sam_2_1_checkpoint_is_a_sentence_that_says_why(tmp_path: Path, models: Path, kind: str) -> None:
    make, sentence = REFUSED[kind]
    path = save(tmp_path / "file.pt", make())
    with pytest.raises(InputError, match=sentence):
        read_checkpoint(path)
    assert ledger.known(models, path) is None


def test_a_cut_off_file_and_a_web_page_are_told_apart(tmp_path: Path) -> None:
    path = save_hollow(tmp_path / "sam2.1_hiera_large.pt")
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(InputError, match=r"cut off or damaged\. .*models fetch large"):
        read_checkpoint(path)
    path.write_bytes(b"<!DOCTYPE html>")
    with pytest.raises(InputError, match="is a web page"):
        read_checkpoint(path)


def test_damage_inside_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "file.pt"
    for content in (b"", b"\x80\x02garbage", b"\x80\x02}."):
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("archive/data.pkl", content)
        with pytest.raises(InputError, match=r"file\.pt (cannot be read as weights|has no \"model\")"):
            read_checkpoint(path)


class _Trap:
    """Unpickled without care, it would run a command."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._mark),)


def test_code_in_a_file_is_never_run(tmp_path: Path) -> None:
    path = save(tmp_path / "trap.pt", {"model": hollow("tiny"), "trap": _Trap(tmp_path / "sprung")})
    with pytest.raises(InputError, match="it holds code, which is never run"):
        read_checkpoint(path)
    assert not (tmp_path / "sprung").exists()


def test_a_file_that_changed_since_its_first_use_is_refused(tmp_path: Path) -> None:
    path = save_hollow(tmp_path / "tuned.pt")
    read_checkpoint(path)
    read_checkpoint(path)
    save_hollow(path, value=1.0)
    with pytest.raises(InputError, match=r"bytes have changed.*verify --accept"):
        read_checkpoint(path)


def test_where_the_checksum_cannot_be_recorded_work_goes_on(tmp_path: Path, models: Path) -> None:
    models.touch()
    read = read_checkpoint(save_hollow(tmp_path / "tuned.pt"))
    assert read.notice is not None and "cannot be recorded" in read.notice


def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pt")
    with pytest.raises(InputError, match="not a regular file"):
        read_checkpoint(tmp_path / "pipe.pt")


def test_reading_prints_nothing(tmp_path: Path) -> None:
    path = save_hollow(tmp_path / "tuned.pt")
    code = "import sys; from samannot_tui.engine.sam2.checkpoint import *; read_checkpoint(Path(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
