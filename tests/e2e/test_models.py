"""`models list | fetch | verify` and what `doctor` says of engines, as a script sees them."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from samannot_tui.engine.models import ledger
from tests.engine.models.archives import archive

needs_sam2 = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("torch", "sam2")), reason="needs torch and sam2"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


Done = subprocess.CompletedProcess[str]


def run(folder: Path, *arguments: object, code: int = 0, without: str | None = None) -> Done:
    """Run the program; `without` hides a package from it."""
    start = f"import sys; sys.modules[{without!r}] = None; " if without else ""
    start += "from samannot_tui.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", start, *map(os.fspath, arguments)],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"SAMANNOT_MODELS": str(folder)},
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def read(done: Done) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_list_shows_what_is_there_and_what_could_be(folder: Path) -> None:
    (folder / "sam2.1_hiera_large.pt").write_bytes(archive(2_000_000))
    (folder / "mine.pt").write_bytes(archive(10))
    text = run(folder, "models", "list").stdout
    assert "tiny       not fetched, about 156 MB" in text and "large      2 MB, not verified yet" in text
    models = read(run(folder, "models", "list", "--json"))["models"]
    assert [each["name"] for each in models] == ["tiny", "small", "base-plus", "large", None]
    assert [each["fetched"] for each in models] == [False, False, False, True, True]


def test_list_fails_where_a_file_is_no_good(folder: Path) -> None:
    (folder / "sam2.1_hiera_tiny.pt").write_bytes(b"<html>")
    done = run(folder, "models", "list", code=1)
    assert "-> " in done.stdout and "is a web page" in done.stdout
    assert done.stderr == "samannot-tui: 1 checkpoint file is not good.\n"


def test_fetch_knows_the_names_and_leaves_a_good_file_alone(folder: Path) -> None:
    assert "tiny" in run(folder, "models", "fetch", "huge", code=2).stderr
    (folder / "sam2.1_hiera_tiny.pt").write_bytes(archive(10))
    assert read(run(folder, "models", "fetch", "tiny", "--json", without="torch"))["downloaded"] is False


def test_fetch_without_a_network_says_how_to_do_it_by_hand(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    said = run(folder, "models", "fetch", "tiny", code=1).stderr
    url = "https://dl.fbaipublicfiles.com/segment_anything_2/092824/sam2.1_hiera_tiny.pt"
    assert f"By hand: get {url} and put it at {folder / 'sam2.1_hiera_tiny.pt'}." in said


@needs_sam2
def test_verify_records_checks_and_accepts(folder: Path) -> None:
    from tests.engine.models.hollow import save_hollow

    tiny = save_hollow(folder / "sam2.1_hiera_tiny.pt")
    (verdict,) = read(run(folder, "models", "verify", "--json"))["files"]
    assert (verdict["state"], verdict["model"], verdict["sentence"]) == ("good", "tiny", "")
    save_hollow(tiny, value=1.0)
    done = run(folder, "models", "verify", code=1)
    assert "bad, tiny" in done.stdout and "bytes have changed" in done.stdout
    assert "--accept needs" in run(folder, "models", "verify", "--accept", code=2).stderr
    assert "good, tiny" in run(folder, "models", "verify", "--accept", "tiny").stdout
    record = ledger.known(folder, tiny)
    assert record is not None and record.sha256 != verdict["sha256"]


@needs_sam2
def test_verify_looks_into_the_weights(folder: Path) -> None:
    (folder / "mine.pt").write_bytes(archive(10))
    (verdict,) = read(run(folder, "models", "verify", "--json", code=1))["files"]
    assert verdict["state"] == "bad" and "cannot be read as weights" in verdict["sentence"]


def test_verify_without_torch_compares_bytes_and_says_so(folder: Path) -> None:
    path = folder / "mine.pt"
    path.write_bytes(archive(10))

    def verdict(code: int = 0) -> dict[str, Any]:
        (found,) = read(run(folder, "models", "verify", "--json", without="torch", code=code))["files"]
        return dict(found)

    assert verdict()["state"] == "unknown" and ledger.known(folder, path) is None
    assert ledger.confirm(folder, path, path.stat().st_size, verdict()["sha256"]) is None
    assert verdict()["state"] == "unchanged" and "torch is not installed" in verdict()["sentence"]
    path.write_bytes(archive(10, seed=2))
    assert verdict(code=1)["state"] == "bad"
    refused = run(folder, "models", "verify", "--accept", path, without="torch", code=2).stderr
    assert "to see that needs torch: `pip install" in refused


def test_nothing_to_verify_is_said(folder: Path) -> None:
    assert run(folder, "models", "verify").stdout == f"There are no checkpoint files in {folder}.\n"
    assert "not been fetched yet" in run(folder, "models", "verify", "large", code=2).stderr


def test_doctor_says_which_engine_runs_and_why(folder: Path) -> None:
    found = read(run(folder, "doctor", "--json", without="torch"))
    assert found["engine"]["found"] == "flow: no torch" and "pip install" in found["engine"]["advice"]
    assert "fetch tiny" in found["checkpoint files"]["advice"]


@needs_sam2
def test_doctor_finds_the_checkpoint(folder: Path) -> None:
    (folder / "sam2.1_hiera_small.pt").write_bytes(archive(10))
    assert read(run(folder, "doctor", "--json"))["engine"] == {"found": "sam2 small", "advice": ""}
