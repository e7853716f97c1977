"""Time to the first paint of the app on the sample clip, and of `--help`, against bare Textual and bare Python.

Run: .venv/bin/python -m tests.bench.bench_start
"""

import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5
BARE_TEXTUAL = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("frame 0/59")
Bare().run()
"""


def until_painted(command: list[str], wanted: bytes, home: str) -> float:
    """Seconds from the start of a program on a terminal until `wanted` appears there."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "xterm-256color", "XDG_DATA_HOME": home, "XDG_STATE_HOME": home, "LINES": "40"}
        os.execv(command[0], command)
    seen = b""
    answered = False
    while wanted not in seen:
        if select.select([terminal], [], [], 20)[0]:
            seen += os.read(terminal, 65536)
        if not answered and b"\x1b[c" in seen:
            # What an xterm without graphics says of itself: the probe waits for nothing else.
            os.write(terminal, b"\x1b[?64;1;2;6c")
            answered = True
    seconds = time.perf_counter() - began
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    os.close(terminal)
    return seconds


def finished(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        bare = Path(home) / "bare.py"
        bare.write_text(BARE_TEXTUAL)
        app = [sys.executable, "-m", "samannot_tui", "demo"]
        until_painted(app, b"frame", home)  # makes the demo's session
        ours = statistics.median(until_painted(app, b"frame", home) for _ in range(ROUNDS))
        theirs = statistics.median(until_painted([sys.executable, str(bare)], b"frame", home) for _ in range(ROUNDS))
    helped = statistics.median(finished([sys.executable, "-m", "samannot_tui", "--help"]) for _ in range(ROUNDS))
    python = statistics.median(finished([sys.executable, "-c", "pass"]) for _ in range(ROUNDS))
    print(f"first paint, bare Textual (baseline)  {theirs:.2f} s")
    print(f"first paint, the sample clip          {ours:.2f} s   {ours / theirs:.1f} x baseline")
    print(f"bare Python (baseline)                {python:.3f} s")
    print(f"--help                                {helped:.3f} s   {helped / python:.1f} x baseline")


if __name__ == "__main__":
    main()
