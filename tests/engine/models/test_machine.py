import re
from pathlib import Path

import pytest

from samannot_tui.engine.models import machine


def test_a_mere_folder_is_not_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "surely_no_package").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert not machine._installed("surely_no_package")
    (tmp_path / "surely_no_package" / "__init__.py").touch()
    assert machine._installed("surely_no_package")


def test_a_gpu_without_a_driver_is_seen(tmp_path: Path) -> None:
    assert not machine._sees_nvidia_hardware(tmp_path / "none")
    for name, vendor, kind in (("0", "0x8086", "0x030000"), ("1", "0x10de", "0x040300")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vendor").write_text(f"{vendor}\n")
        (tmp_path / name / "class").write_text(f"{kind}\n")
    assert not machine._sees_nvidia_hardware(tmp_path)
    (tmp_path / "1" / "class").write_text("0x030200\n")
    assert machine._sees_nvidia_hardware(tmp_path)


@pytest.mark.parametrize(
    ("wanted", "offered", "gpu", "sentence"),
    [
        ((13, 0), (12, 4), True, r"too old for torch: it offers CUDA 12\.4, torch wants 13\.0"),
        ((12, 8), (12, 4), True, None),
        ((12, 8), None, True, "its driver does not answer"),
        ((12, 8), None, False, None),
        (None, (12, 4), True, "installed without CUDA"),
        (None, None, False, None),
    ],
)
def test_why_torch_cannot_use_the_gpu(
    monkeypatch: pytest.MonkeyPatch,
    wanted: tuple[int, int] | None,
    offered: tuple[int, int] | None,
    gpu: bool,
    sentence: str | None,
) -> None:
    monkeypatch.setattr(machine, "_cuda_of_torch", lambda: wanted)
    monkeypatch.setattr(machine, "_cuda_of_driver", lambda: offered)
    monkeypatch.setattr(machine, "_sees_nvidia_hardware", lambda: gpu)
    monkeypatch.setattr(machine, "has_nvidia_gpu", lambda: gpu)
    said = machine.driver_problem()
    if sentence is None:
        assert said is None
    else:
        assert said is not None and re.search(sentence, said)


@pytest.mark.parametrize(("line", "version"), [("'12.8'", (12, 8)), ("None", None)])
def test_torchs_cuda_is_read_without_importing_it(tmp_path: Path, line: str, version: tuple[int, int] | None) -> None:
    file = tmp_path / "version.py"
    assert machine._cuda_in(file) is None
    file.write_text(f"__version__ = '9.9'\ncuda: Optional[str] = {line}\nhip: Optional[str] = '6.1'\n")
    assert machine._cuda_in(file) == version
