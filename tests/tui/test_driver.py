"""The real program on a terminal that notes everything: how it leaves, comes back, and bears a link that hangs."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from samannot_tui.session.store import Session
from tests.fake_terminal import FakeTerminal

SHELL = """
import os, select, signal, subprocess, sys, termios, time, tty
app = subprocess.Popen(sys.argv[1:])
print("PID", app.pid, flush=True)
status = None
while status is None or os.WIFSTOPPED(status):
    if status is not None:
        sys.stdin.readline()
        os.kill(app.pid, signal.SIGCONT)
    status = os.waitpid(app.pid, os.WUNTRACED)[1]
    time.sleep(0.5)
    before = termios.tcgetattr(0)
    tty.setcbreak(0)
    left = os.read(0, 4096) if select.select([0], [], [], 0)[0] else b""
    termios.tcsetattr(0, termios.TCSANOW, before)
    print("SHELL", left, bool(before[3] & termios.ECHO), flush=True)
"""
BACK = re.compile(rb"SHELL ([^\r\n]*)\r?\n")
CLEAN = b"b'' True"
APP = "from samannot_tui.cli import main; main()"
CRASHING = f"import samannot_tui.tui.app as app; app.SamannotApp.action_redraw = lambda self: 1 / 0; {APP}"
CTRL_L, CTRL_Z, CTRL_Q = "\x0c", "\x1a", "\x11"
RIGHT = "\x1b[C"
SYNC = {b"2026"}
SLOW = {"rate": 125_000, "delay": 0.1, "room": 1 << 20}


@contextmanager
def shell(session_folder: Path, program: str = APP, **link: float) -> Iterator[FakeTerminal]:
    """A shell in which the program is up and has shown a picture."""
    command = [sys.executable, "-c", SHELL, sys.executable, "-c", program, "open", str(session_folder)]
    with FakeTerminal(command, **link) as terminal:  # type: ignore[arg-type]
        terminal.until(b"\x1b_Ga=p", "the first picture")
        yield terminal


def app_pid(terminal: FakeTerminal) -> int:
    found = re.search(rb"PID (\d+)", terminal.received)
    assert found
    return int(found[1])


def assert_clean(terminal: FakeTerminal, times: int = 1) -> None:
    """The program has gone back to the shell for the n-th time, and nothing of it is left."""
    terminal.until(lambda: len(BACK.findall(terminal.received)) == times, "the shell")
    assert BACK.findall(terminal.received) == [CLEAN] * times
    assert terminal.modes == {b"25"}
    assert terminal.images == set()


@pytest.mark.parametrize("link", [{}, SLOW], ids=["local", "slow"])
@pytest.mark.parametrize("way", ["q", CTRL_Q, signal.SIGTERM, signal.SIGHUP], ids=["q", "ctrl+q", "TERM", "HUP"])
def test_nothing_is_left_in_the_terminal(session_folder: Path, way: str | int, link: dict[str, float]) -> None:
    with shell(session_folder, **link) as terminal:
        terminal.press(3 * RIGHT)
        if isinstance(way, str):
            terminal.press(way)
        else:
            os.kill(app_pid(terminal), way)
        assert_clean(terminal)


def test_nothing_but_its_traceback_is_left_by_a_crash(session_folder: Path) -> None:
    with shell(session_folder, CRASHING, **SLOW) as terminal:
        terminal.press(RIGHT + CTRL_L)
        assert_clean(terminal)
        assert b"ZeroDivisionError" in terminal.received[terminal.received.rindex(b"\x1b[?1049l") :]


@pytest.mark.parametrize("size", [(120, 40), (100, 30)])
def test_suspended_it_leaves_nothing_and_comes_back_whole(session_folder: Path, size: tuple[int, int]) -> None:
    with shell(session_folder, **SLOW) as terminal:
        used = terminal.modes - SYNC
        terminal.press(RIGHT)
        terminal.press(CTRL_Z)
        assert_clean(terminal)
        terminal.resize(*size)
        start = len(terminal.received)
        terminal.press("\n")
        for seen in (b"frame 1/", b"Labels", b"\x1b_Ga=t", b"\x1b_Ga=p"):
            terminal.until(seen, "everything painted again", start)
        terminal.until(lambda: terminal.modes - SYNC == used, "the modes")
        terminal.press("q")
        assert_clean(terminal, times=2)


@pytest.mark.parametrize("way", ["ctrl+l", "stop and continue"])
def test_everything_is_painted_again(session_folder: Path, way: str) -> None:
    with shell(session_folder) as terminal:
        start, used = len(terminal.received), terminal.modes - SYNC
        if way == "ctrl+l":
            terminal.press(CTRL_L)
        else:
            os.kill(app_pid(terminal), signal.SIGSTOP)
            terminal.until(lambda: bool(BACK.search(terminal.received)), "the stop")
            terminal.press("\n")
        for seen in (b"\x1b[?1049h", b"frame 0/", b"\x1b_Ga=t", b"\x1b_Ga=p"):
            terminal.until(seen, "everything painted again", start)
        terminal.until(lambda: terminal.modes - SYNC == used, "the modes")
        start = len(terminal.received)
        terminal.press(RIGHT + CTRL_L)
        terminal.until(b"frame 1/", "keys once more, each once", start)
        terminal.press("q")
        terminal.until(lambda: BACK.findall(terminal.received)[-1:] == [CLEAN], "the shell")


def test_keys_are_handled_while_the_link_hangs(session_folder: Path) -> None:
    with shell(session_folder) as terminal:
        terminal.hangs.set()
        for _ in range(60):
            terminal.press("lv")
        terminal.press("0c")

        def barrier() -> bool:
            session = Session.open(session_folder)
            try:
                return session.state.barriers == {29}
            finally:
                session.close()

        terminal.until(barrier, "the last key's event in the journal")
        start = len(terminal.received)
        terminal.hangs.clear()
        terminal.press(CTRL_L)  # what changes is sent cell by cell: the number would not come in one piece
        terminal.until(b"frame 29/29", "the newest state, once the link is back", start)
        assert len(terminal.received) - start < 300_000, "what was not seen meanwhile is not sent"
        terminal.press("q")
        assert_clean(terminal)


def test_it_ends_while_the_link_hangs(session_folder: Path) -> None:
    with shell(session_folder) as terminal:
        terminal.hangs.set()
        terminal.press("lvlvlv")
        pid = app_pid(terminal)
        os.kill(pid, signal.SIGTERM)
        terminal.until(lambda: not Path(f"/proc/{pid}").exists(), "the end")
