"""`eval`: what it prints of two sessions."""

import json
from pathlib import Path

from click.testing import CliRunner

from samannot_tui.cli.eval import command
from tests.formats.support import annotated, edit, rectangle, tree


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


def test_a_session_that_is_seen_in_part_is_told_and_none_is_touched(tmp_path: Path) -> None:
    whole, broken = (annotated(tmp_path / name) for name in ("whole", "broken"))
    whole.close()
    broken.close()
    masks = broken.folder / "masks.jsonl"
    lines = masks.read_bytes().splitlines(keepends=True)
    masks.write_bytes(b"".join([*lines[:2], lines[2].replace(b"propagated", b"propegated"), *lines[3:]]))
    before = tree(tmp_path)
    arguments = ["--pred", str(broken.folder), "--gt", str(whole.folder)]
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert f"{broken.folder}: Read-only: masks.jsonl is damaged at line 3" in done.stderr
    assert tree(tmp_path) == before
