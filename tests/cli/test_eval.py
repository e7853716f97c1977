"""`eval`: what it prints of two sessions."""

import json
from pathlib import Path

from click.testing import CliRunner

from samannot_tui.cli.eval import command
from tests.formats.support import annotated, edit, rectangle


def test_two_sessions(tmp_path: Path) -> None:
    folders = []
    for name in ("anna", "ben"):
        session = annotated(tmp_path / name)
        if name == "anna":
            edit(session, 4, 2, rectangle(9, 7, 12, 10))
        session.close()
        folders.append(str(session.folder))
    arguments = ["--pred", folders[0], "--gt", folders[1]]
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert done.stdout.splitlines() == [
        "3 frames annotated by both, 1 by --pred alone, 0 by --gt alone",
        "  1 dog with 1 dog: J 1.000  F 1.000 on 3 frames",
        "  2 cat with 2 cat: J 1.000  F 1.000 on 1 frames; 1 only in --pred, 0 only in --gt",
        "mean J 1.000  mean F 1.000  J&F 1.000",
    ]
    assert done.stderr == f"Frames annotated only in {folders[0]}: 1.\n"
    told = json.loads(CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False).stdout)
    assert (told["j"], told["frames_only_pred"], told["instances"][1]["only_pred"]) == (1, 1, 1)
