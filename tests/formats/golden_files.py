"""Golden files: what each format writes of the small annotated session."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from samannot_tui.formats.export import export
from tests.formats.support import ArraySource, follower

GOLDEN = Path(__file__).parent / "golden"


def check_golden(tmp_path: Path, format_name: str, name: str, read: Callable[[bytes], object] = bytes) -> Path:
    """Export the session of `support.annotated` and compare the file `name` with the golden one; gives its folder.

    `read` makes of a file's bytes what is compared, where not every byte matters.

    `UPDATE_GOLDEN=1` writes it anew: look at what changed before you commit it.
    """
    summary = export(follower(tmp_path), ArraySource(tmp_path / "clip.mp4"), format_name, tmp_path / "out")
    golden = GOLDEN / format_name / name
    written = (summary.folder / name).read_bytes()
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(written)
        pytest.skip("golden file written anew")
    assert read(written) == read(golden.read_bytes())
    return summary.folder
