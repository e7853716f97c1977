"""What a scripted session writes to the terminal, action by action, held against a golden summary.

The real program on a pty that answers as kitty, as an xterm with sixels and as a terminal that shows text alone.
Commands are counted exactly; bytes may differ by TOLERANCE, for another zlib or OpenCV packs pixels a bit otherwise.

To renew the summary after a change that is meant, run this and look at the diff:
    python -m tests.e2e.test_stream
"""

import json
import sys
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.pty_terminal import Kind, PtyTerminal, parsed

KINDS: tuple[Kind, ...] = ("kitty", "sixel", "cells")
GOLDEN = Path(__file__).with_name("stream_golden.json")
CLIP = Path(__file__).parents[2] / "sample_data" / "clip.mp4"
SIZE, RESIZED = (120, 40), (100, 30)
QUIET, ENGINE_QUIET, START_QUIET = 1.3, 3.0, 8.0
"""Seconds of silence that are taken for rest; an engine is longer about a mask, and a busy machine about the start."""
TOLERANCE, FEW_BYTES = 0.15, 60
RIGHT, LEFT, ESCAPE = "\x1b[C", "\x1b[D", "\x1b"
SCRIPT = (
    ("open", "", START_QUIET),
    ("ask for a name", "a", QUIET),
    ("add the label", "koi\r", QUIET),
    ("step", RIGHT, QUIET),
    ("step back", LEFT, QUIET),
    ("ask for a prompt", "t", QUIET),
    ("add the prompt", "60,30 190,140\r", ENGINE_QUIET),
    ("view masks", "v", QUIET),
    ("view original", "v", QUIET),
    ("view prompts", "v", QUIET),
    ("view overlay", "v", QUIET),
    ("compare with the original", "\\", QUIET),
    ("back from comparing", "\\", QUIET),
    ("masks less opaque", "/", QUIET),
    ("no outlines", "&", QUIET),
    ("timeline zoomed", "T", QUIET),
    ("prompt mode", "p", QUIET),
    ("move the crosshair", RIGHT, QUIET),
    ("leave the mode", ESCAPE, QUIET),
    ("open help", "?", QUIET),
    ("close help", ESCAPE, QUIET),
    ("zoom", "z", QUIET),
    ("resize", "", ENGINE_QUIET),
    ("leave", "q", 10.0),
)
RACE = "add the prompt"
"""A fast engine's mask overtakes the picture of the prompt alone; a slow one's is said to be on its way."""
Summary = dict[str, dict[str, Any]]


def summary(kind: Kind, session: Path, golden: Summary | None = None) -> Summary:
    """Commands and bytes of each action of the script.

    `golden` is what is waited for before silence counts as rest, so that a slow machine has the time that it needs.
    """
    command = [sys.executable, "-m", "tests.e2e.steady", str(CLIP), str(session)]
    terminal = PtyTerminal(kind, *SIZE, command, {"XDG_STATE_HOME": str(session.parent)})
    found: Summary = {}
    for action, keys, quiet in SCRIPT:
        if action == "resize":
            terminal.resize(*RESIZED)
        elif keys:
            terminal.type(keys)
        found[action] = asdict(parsed(terminal.rest(quiet, partial(_reaches, action, golden and golden[action]))))
    assert terminal.end() == 0
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_stream_is_as_it_was(kind: Kind, tmp_path: Path) -> None:
    golden: Summary = json.loads(GOLDEN.read_text())[kind]
    found = summary(kind, tmp_path / "clip.samannot", golden)
    assert _counted(found) == _counted(golden)
    for action, each in found.items():
        for what in () if action == RACE else ("graphics", "text"):
            wanted = pytest.approx(golden[action][what], rel=TOLERANCE, abs=FEW_BYTES)
            assert each[what] == wanted, f"{what} bytes of: {action}"


def _reaches(action: str, golden: dict[str, Any] | None, written: bytes) -> bool:
    if golden is None:
        return bool(written)
    found = parsed(written)
    wanted = golden["commands"]
    commands = all(found.commands.get(each, 0) >= (1 if action == RACE else wanted[each]) for each in wanted)
    return commands and found.text >= golden["text"] * (1 - TOLERANCE) - FEW_BYTES


def _counted(found: Summary) -> dict[str, object]:
    """The commands of each action; how often they come in the race is left open."""
    return {action: set(each["commands"]) if action == RACE else each["commands"] for action, each in found.items()}


def test_the_golden_summary_is_within_the_targets() -> None:
    """Issue 4's and ours, so that renewing it cannot wave a loss through."""
    kitty: Summary = json.loads(GOLDEN.read_text())["kitty"]
    most_text = {"step": 400, "step back": 400, "move the crosshair": 200, "open help": 12000, "close help": 6000}
    for action, most in most_text.items():
        assert kitty[action]["text"] <= most, action
    most_graphics = {"step back": 400, "view masks": 4000, "view original": 4000, "move the crosshair": 1000}
    for action, most in most_graphics.items():
        assert kitty[action]["graphics"] <= most, action
    by_reference = ("step back", "close help", "compare with the original", "back from comparing", "timeline zoomed")
    assert all("transmit" not in kitty[each]["commands"] for each in by_reference)
    for action in ("masks less opaque", "no outlines"):
        assert kitty[action]["commands"]["transmit"] == 1, action
        assert kitty[action]["graphics"] <= 4000, action


def main() -> None:
    golden = {}
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            golden[kind] = summary(kind, Path(folder) / "clip.samannot")
    GOLDEN.write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
