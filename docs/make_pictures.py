"""Makes the README's pictures: the real app in a real xterm with sixel graphics, on the sample clip.

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

ROOT = Path(__file__).resolve().parent.parent
DISPLAY = ":97"
KEYS = ["greater", "wait", "Right", "Right", "Right", "Right", "Right", "Right", "Right", "Right"]
SECONDS_FOR_A_RUN = 25.0


@contextmanager
def running(*command: str, env: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1.5)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def main() -> None:
    out = ROOT / "docs" / "workspace.png"
    with tempfile.TemporaryDirectory() as home:
        env = {
            **os.environ,
            "DISPLAY": DISPLAY,
            "XDG_DATA_HOME": home,
            "XDG_STATE_HOME": home,
            "COLORTERM": "truecolor",
        }
        resources = ["-xrm", "XTerm*numColorRegisters: 256", "-xrm", "XTerm*maxGraphicSize: 4000x4000"]
        app = ["env", "TERM=xterm-256color", "COLORTERM=truecolor", sys.executable, "-m", "samannot_tui", "demo"]
        font = ["-fa", "DejaVu Sans Mono", "-fs", "10", "-geometry", "140x44"]
        xterm = ["xterm", "-ti", "vt340", *resources, *font, "-e", *app]
        with running("Xvfb", DISPLAY, "-screen", "0", "1400x1000x24", env=env), running(*xterm, env=env):
            time.sleep(4)
            for key in KEYS:
                if key == "wait":
                    time.sleep(SECONDS_FOR_A_RUN)
                else:
                    subprocess.run(["xdotool", "key", key], env=env, check=True)
                    time.sleep(0.3)
            time.sleep(2)
            window = subprocess.run(
                ["xdotool", "search", "--class", "xterm"], env=env, check=True, capture_output=True, text=True
            ).stdout.split()[-1]
            subprocess.run(["import", "-window", window, str(out)], env=env, check=True)
            subprocess.run(["xdotool", "key", "q"], env=env, check=True)
            time.sleep(1)
    print(out)


if __name__ == "__main__":
    main()
