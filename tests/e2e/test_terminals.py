"""The real program in a real terminal: in tmux, and in an xterm that shows sixels under Xvfb."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samannot_tui.session.store import Session
from tests.e2e.clips import write_clip

APP = [sys.executable, "-m", "samannot_tui", "open"]
NAME = "square [b] 鳥"


def until(reached: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds:.0f} s"
        time.sleep(0.1)


def in_session(folder: Path, wanted: Callable[[Session], bool]) -> bool:
    """Whether something holds of the session, looked at beside the app that writes to it."""
    session = Session.open(folder)
    try:
        return wanted(session)
    finally:
        session.close()


class Tmux:
    """A private tmux server with one window."""

    def __init__(self, socket: Path, command: list[str], columns: int, rows: int) -> None:
        self.tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        size = ["-x", str(columns), "-y", str(rows)]
        self("new-session", "-d", *size, *command, ";", "set", "-g", "remain-on-exit", "on")

    def __call__(self, *arguments: str) -> str:
        return subprocess.run([*self.tmux, *arguments], check=True, capture_output=True, text=True).stdout

    def press(self, *keys: str) -> None:
        for key in keys:
            self("send-keys", key)
            time.sleep(0.15)

    def type(self, text: str) -> None:
        self("send-keys", "-l", "--", text)
        time.sleep(0.15)

    @property
    def is_dead(self) -> bool:
        return self("display-message", "-p", "#{pane_dead}").strip() == "1"

    @property
    def screen(self) -> str:
        return self("capture-pane", "-p")


@contextmanager
def tmux(socket: Path, command: list[str], columns: int = 100, rows: int = 30) -> Iterator[Tmux]:
    server = Tmux(socket, command, columns, rows)
    try:
        yield server
    finally:
        # The server has left by itself where its last window was closed.
        subprocess.run([*server.tmux, "kill-server"], check=False, stderr=subprocess.DEVNULL)


@pytest.mark.tmux
@pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux")
def test_the_main_job_by_keyboard_in_tmux(tmp_path: Path) -> None:
    clip, folder = write_clip(tmp_path / "clip.mp4", 40), tmp_path / "clip.samannot"
    with tmux(tmp_path / "socket", [*APP, str(clip)]) as terminal:
        until(lambda: "frame 0/39" in terminal.screen, "the first paint")
        terminal.press("a")
        terminal.type(NAME)
        terminal.press("Enter")
        until(lambda: NAME in terminal.screen, "the label")
        terminal.press("t")
        terminal.type("4,20 25,41")
        terminal.press("Enter")
        until(lambda: in_session(folder, lambda s: s.live.record(0, 1) is not None), "the mask")
        terminal.press(">")
        until(lambda: in_session(folder, lambda s: len(s.live.frames(1)) == 40), "the run")
        terminal.press("Right", "Right", "u")
        until(lambda: in_session(folder, lambda s: len(s.live.frames(1)) == 1), "the undo")
        terminal.press("C-r")
        until(lambda: in_session(folder, lambda s: len(s.live.frames(1)) == 40), "the redo")
        terminal.press("q")
        until(lambda: terminal.is_dead, "the end")
        assert "Traceback" not in terminal.screen
        assert "frame 2/39" not in terminal.screen, "the app has left its screen behind"
    with tmux(tmp_path / "socket", [*APP, str(clip)]) as terminal:
        until(lambda: "frame 2/39" in terminal.screen and NAME in terminal.screen, "the return to the same place")


@pytest.mark.tmux
@pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux")
def test_a_closed_link_in_mid_run_loses_nothing(tmp_path: Path) -> None:
    clip, folder = write_clip(tmp_path / "clip.mp4", 600), tmp_path / "clip.samannot"
    with tmux(tmp_path / "socket", [*APP, "--block-size", "600", str(clip)]) as terminal:
        until(lambda: "frame 0/599" in terminal.screen, "the first paint")
        terminal.press("a", "x", "Enter")
        until(lambda: "1 x" in terminal.screen.replace("█", "").replace("  ", " "), "the label")
        terminal.press("t")
        terminal.type("4,20 25,41")
        terminal.press("Enter", ">")
        until(lambda: in_session(folder, lambda s: len(s.live.frames(1)) > 5), "a run under way")
        terminal("kill-session")
    until(lambda: in_session(folder, lambda s: s.read_only is None), "the end of the app")
    session = Session.open(folder)
    assert session.notices == () and session.state.active_run is None
    assert 5 < len(session.live.frames(1)) < 600
    session.close()


@pytest.mark.xterm
@pytest.mark.skipif(
    not all(map(shutil.which, ("Xvfb", "xterm", "xdotool", "import"))), reason="needs Xvfb, xterm, xdotool and import"
)
def test_sixels_in_a_real_xterm(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", 10)
    read, write = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1200x900x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(write)
        with os.fdopen(read) as answer:
            display = f":{answer.readline().strip()}"
        env = {**os.environ, "DISPLAY": display}
        sizes = ["-xrm", "XTerm*numColorRegisters: 256", "-geometry", "100x30+0+0", "-b", "0"]
        with subprocess.Popen(["xterm", "-ti", "vt340", *sizes, "-e", *APP, str(clip)], env=env) as xterm:
            try:
                until(lambda: shows_the_square(tmp_path / "shot.png", env), "the picture")
                until(lambda: has_left(xterm, env), "the end")
            finally:
                xterm.kill()
                server.kill()


def has_left(xterm: subprocess.Popen[bytes], env: dict[str, str]) -> bool:
    """Press q; whether the app and with it its xterm have ended. An X server under load loses a key now and then."""
    # Without a window manager the keys go to the window under the pointer.
    subprocess.run(["xdotool", "mousemove", "100", "100", "sleep", "0.5", "key", "q"], env=env, check=False)
    time.sleep(1)
    return xterm.poll() is not None


def shows_the_square(shot: Path, env: dict[str, str]) -> bool:
    """Whether the screen shows the clip's bright square on its dark ground, many pixels large and not scrolled."""
    subprocess.run(["import", "-window", "root", str(shot)], env=env, check=False, stderr=subprocess.DEVNULL)
    if not shot.exists():
        return False
    picture = np.asarray(Image.open(shot).convert("L"), np.int16)
    bright = picture > 150
    rows, columns = np.flatnonzero(bright.sum(axis=1) > 60), np.flatnonzero(bright.sum(axis=0) > 60)
    return len(rows) > 60 and len(columns) > 60
