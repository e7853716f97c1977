import subprocess
import sys
from pathlib import Path

import pytest

from samannot_tui.engine.models import ledger
from samannot_tui.errors import InputError

GOOD, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "models"


def test_the_first_use_is_recorded_and_later_ones_are_checked(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "sam2.1_hiera_tiny.pt"
    assert ledger.known(folder, path) is None
    assert ledger.confirm(folder, path, 10, GOOD) is None
    record = ledger.known(folder, path)
    assert record is not None and (record.size, record.sha256) == (10, GOOD) and record.verified_at.endswith("Z")
    assert ledger.confirm(folder, path, 10, GOOD) is None
    assert ledger.known(folder, path) == record
    with pytest.raises(InputError, match=r"bytes have changed.*models fetch tiny.*verify --accept"):
        ledger.confirm(folder, path, 10, OTHER)
    with pytest.raises(InputError, match="bytes have changed"):
        ledger.confirm(folder, path, 11, GOOD)


def test_a_replacement_can_be_accepted(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "fine-tuned.pt"
    ledger.confirm(folder, path, 10, GOOD)
    assert ledger.enter(folder, path, 11, OTHER) is None
    assert ledger.confirm(folder, path, 11, OTHER) is None


def test_a_file_has_one_record_whatever_leads_to_it(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file.pt").touch()
    (tmp_path / "link.pt").symlink_to("file.pt")
    ledger.confirm(folder, tmp_path / "link.pt", 10, GOOD)
    with pytest.raises(InputError, match="bytes have changed"):
        ledger.confirm(folder, tmp_path / "file.pt", 10, OTHER)


def test_processes_that_record_at_once_lose_nothing(folder: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from samannot_tui.engine.models import ledger\n"
        "for i in range(20): ledger.confirm(Path(sys.argv[1]), Path(f'/none/{sys.argv[2]}-{i}.pt'), i, 'c' * 64)"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, folder, str(each)]) for each in range(4)]
    assert [process.wait(60) for process in started] == [0] * 4
    for each in range(4):
        for number in range(20):
            record = ledger.known(folder, Path(f"/none/{each}-{number}.pt"))
            assert record is not None and record.size == number


def test_a_folder_that_cannot_be_written_costs_a_notice_only(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    notice = ledger.confirm(tmp_path / "file" / "models", tmp_path / "a.pt", 10, GOOD)
    assert notice is not None and "cannot be recorded" in notice and "Not a directory" in notice


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b'{"/a.pt": {"size": "x"}}', b"\xff", b"[" * 10**5], ids=range(6)
)
def test_a_damaged_ledger_is_begun_anew(folder: Path, tmp_path: Path, content: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / ledger.FILE).write_bytes(content)
    path = tmp_path / "a.pt"
    assert ledger.known(folder, path) is None
    assert ledger.confirm(folder, path, 10, GOOD) is None
    with pytest.raises(InputError):
        ledger.confirm(folder, path, 10, OTHER)
