"""The real program in a real tmux, which shows it on terminals that are played here by the other end of a pty."""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from samannot_tui.graphics.kitty import PLACEHOLDER
from tests.e2e.clips import write_clip
from tests.e2e.test_terminals import APP, tmux, until

QUESTION = re.compile(
    rb"\x1b\[(?P<row>\d+);(?P<column>\d+)H\x1b\[6n|(?P<name>\x1b\[>0?q)|(?P<kitty>\x1b_Gi=31,.*?\x1b\\)"
    rb"|(?P<cell>\x1b\[16t)|(?P<attributes>\x1b\[c)"
)
ANCHORED = re.compile(rb"a=p,i=\d+,p=1,(?:x=\d+,y=\d+,w=\d+,h=\d+,)?P=(\d+),Q=1,H=0,V=0")
PICTURE = re.compile(rb"\x1b_Ga=t,f=100,i=\d+,q=2,m=[01];iVBOR")


class Outer:
    """A terminal that answers like one of a given name, and keeps all that it is sent."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent = b""
        self.master, self.program = pty.openpty()
        fcntl.ioctl(self.program, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 800, 510))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        answered = 0
        while not self._ended.is_set():
            if not select.select([self.master], [], [], 0.1)[0]:
                continue
            self.sent += os.read(self.master, 65536)
            for question in QUESTION.finditer(self.sent, answered):
                answered = question.end()
                os.write(self.master, self._answer(question))

    def _answer(self, question: re.Match[bytes]) -> bytes:
        match question.lastgroup:
            case "name":
                return b"\x1bP>|" + self.name.encode() + b"\x1b\\"
            case "kitty":
                return b"\x1b_Gi=31;OK\x1b\\"
            case "cell":
                return b"\x1b[6;17;8t"
            case "attributes":
                return b"\x1b[?62;c"
            case _:
                return b"\x1b[" + question["row"] + b";" + question["column"] + b"R"

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        os.close(self.master)
        os.close(self.program)


@contextmanager
def attached(command: list[str], name: str) -> Iterator[Outer]:
    outer = Outer(name)
    with subprocess.Popen(
        [*command, "attach"],
        stdin=outer.program,
        stdout=outer.program,
        stderr=outer.program,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color"},
    ) as client:
        try:
            yield outer
        finally:
            client.kill()
            client.wait()
            outer.close()


@pytest.mark.tmux
@pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux")
def test_pictures_follow_the_terminal_that_is_attached(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", 10)
    with tmux(tmp_path / "socket", ["sleep", "600"]) as server:
        server("set", "-g", "allow-passthrough", "on")
        with attached(server.tmux, "kitty(0.41.1)") as kitty:
            until(lambda: server("list-clients", "-F", "#{client_termtype}").strip() == kitty.name, "the attaching")
            server("respawn-pane", "-k", *APP, str(clip))
            until(lambda: bool(ANCHORED.search(kitty.sent)), "the picture")
            anchor = ANCHORED.search(kitty.sent)
            assert anchor is not None
            assert f"38;5;{int(anchor[1]) & 255}".encode() in kitty.sent and PLACEHOLDER.encode() in kitty.sent
            assert PICTURE.search(kitty.sent)
            until(lambda: b"\x1b[6n" in kitty.sent, "a question that kitty answers, not tmux")
        with attached(server.tmux, "XTerm(379)") as xterm:
            until(
                lambda: PLACEHOLDER not in server.screen and bool(set("▚▞▙▟▛▜") & set(server.screen)), "cells instead"
            )
            start = len(xterm.sent)  # what was on its way to kitty may have come before
            server.press("l")
            until(lambda: "frame 1/" in server.screen, "the next frame")
            assert not PICTURE.search(xterm.sent, start)
        with attached(server.tmux, "kitty(0.41.1)") as again:
            until(lambda: bool(PICTURE.search(again.sent)) and bool(ANCHORED.search(again.sent)), "the picture again")
            assert PLACEHOLDER.encode() in again.sent
            server.press("q")
            until(lambda: server.is_dead, "the end")
            assert PLACEHOLDER not in server.screen and "Traceback" not in server.screen
