"""Makes the pictures of the README and the walk-through: the real app in a real xterm with sixel graphics.

What is pressed is docs/walk-through.md, on the sample clip.

Run from the repository's root: .venv/bin/python docs/make_pictures.py
Needs: Xvfb, xterm, xdotool, import (ImageMagick).
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).resolve().parent
DISPLAY = ":97"
COLOURS = 256
SECONDS_TO_START = 10.0
SECONDS_FOR_A_RUN = 35.0

Step = str | float | Path
"""A key as xdotool names it; text to type, after a `"`; seconds to wait; where the picture goes."""

STEPS: tuple[Step, ...] = (
    SECONDS_TO_START,
    DOCS / "demo.png",
    *("a", '"flower', "Return", 1.0, "t", '"72,423', "Return", 6.0),
    DOCS / "click.png",
    *("greater", SECONDS_FOR_A_RUN, "n", 2.0),
    DOCS / "flagged.png",
    *("Home", 1.0, "Delete", 2.0, "t", '"32,383 112,464', "Return", 3.0, "greater", SECONDS_FOR_A_RUN),
    *("g", '"30', "Return", 2.0),
    DOCS / "workspace.png",
    *("V", 2.0, "s", 6.0),
    DOCS / "sheet.png",
    *("s", 1.0, "y", 2.0, "Escape", 1.0, "e", 3.0),
    DOCS / "export.png",
    *("Escape", 1.0, "q", 1.0),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        places = dict.fromkeys(("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"), home)
        env = {**os.environ, **places, "DISPLAY": DISPLAY, "COLORTERM": "truecolor"}
        resources = ["-xrm", "XTerm*numColorRegisters: 256", "-xrm", "XTerm*maxGraphicSize: 4000x4000"]
        program = [sys.executable, "-m", "samannot_tui", "demo", "--engine", "flow"]
        app = ["env", "TERM=xterm-256color", "COLORTERM=truecolor", *program]
        font = ["-fa", "DejaVu Sans Mono", "-fs", "10", "-geometry", "120x36"]
        xterm = ["xterm", "-ti", "vt340", *resources, *font, "-e", *app]
        with running("Xvfb", DISPLAY, "-screen", "0", "1400x1000x24", env=env), running(*xterm, env=env):
            for step in STEPS:
                take(step, env)


@contextmanager
def running(*command: str, env: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1.5)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def take(step: Step, env: dict[str, str]) -> None:
    if isinstance(step, Path):
        picture(step, env)
    elif isinstance(step, float):
        time.sleep(step)
    else:
        words = ["type", "--delay", "60", "--", step[1:]] if step.startswith('"') else ["key", step]
        subprocess.run(["xdotool", *words], env=env, check=True)
        time.sleep(0.3)


def picture(out: Path, env: dict[str, str]) -> None:
    search = ["xdotool", "search", "--class", "xterm"]
    window = subprocess.run(search, env=env, check=True, capture_output=True, text=True).stdout.split()[-1]
    subprocess.run(["import", "-window", window, str(out)], env=env, check=True)
    with Image.open(out) as image:
        small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(out, optimize=True)
    print(f"{out}: {out.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
