"""A terminal that shows nothing: it runs a program, answers its questions as kitty does, and may be far away."""

import fcntl
import os
import pty
import re
import signal
import struct
import termios
import time
from collections import deque
from collections.abc import Callable, Mapping
from select import select
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

PACKET = 1400
CELL = (8, 16)
QUESTIONS = re.compile(
    rb"\x1b_Gi=31,[^\x1b]*\x1b\\|\x1b\[>0q|\x1b\[16t|\x1b\[c|\x1b\[\?(2026|2048)\$p|\x1b\[(\d+);(\d+)H\x1b\[6n"
)
LONGEST_QUESTION = 64
MODES = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
USED_MODES = {b"25", b"1000", b"1003", b"1004", b"1006", b"1015", b"1049", b"2004", b"2026"}
"""Those that the app may change; of these, the shown cursor alone is on in a shell."""


def _answer(question: re.Match[bytes]) -> bytes:
    asked = question[0]
    if asked.endswith(b"6n"):
        return b"\x1b[%b;%bR" % (question[2], question[3])
    if asked.endswith(b"$p"):
        return b"\x1b[?%b;%b$y" % (question[1], b"2" if question[1] == b"2026" else b"0")
    if asked.startswith(b"\x1b_G"):
        return b"\x1b_Gi=31;OK\x1b\\"
    known = {b"q": b"\x1bP>|kitty(0.41.1)\x1b\\", b"t": b"\x1b[6;%d;%dt" % (CELL[1], CELL[0]), b"c": b"\x1b[?62;c"}
    return known[asked[-1:]]


class FakeTerminal:
    """Runs a program until the `with` block ends.

    Attributes:
        received: all that has come, in order.
        hangs: while it is set, nothing is taken from the program.
    """

    def __init__(
        self,
        command: list[str],
        size: tuple[int, int] = (120, 40),
        rate: float = 0,
        delay: float = 0.0,
        room: int = 0,
        environ: Mapping[str, str] | None = None,
        taken: Callable[[bytes], None] = lambda data: None,
    ) -> None:
        """
        Args:
            size: (columns, rows).
            rate: bytes a second, 0 for no limit.
            delay: seconds each way.
            room: bytes that the link swallows before the program must wait, as SSH does.
            taken: called in a thread with all that arrives.
        """
        self.received = bytearray()
        self.hangs = Event()
        self._size, self._rate, self._delay, self._room, self._taken = size, rate, delay, max(room, PACKET), taken
        self._unread = b""
        self._lock = Lock()
        self._down: deque[tuple[float, bytes]] = deque()
        self._up: deque[tuple[float, bytes]] = deque()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            misleading = ("TMUX", "STY", "TERM_PROGRAM", "LINES", "COLUMNS")
            clean = {name: value for name, value in os.environ.items() if name not in misleading}
            env = {**clean, "TERM": "xterm-kitty", "COLORTERM": "truecolor", **(environ or {})}
            time.sleep(0.05)  # until the size is set
            os.execvpe(command[0], command, env)
        self.resize(*size)
        self._ends = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.set()
        self._thread.join()
        if not self.is_over(0):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._master)

    def press(self, keys: str) -> None:
        """Type; each character is a key, escape sequences are others."""
        self._send(keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        packed = struct.pack("HHHH", rows, columns, columns * CELL[0], rows * CELL[1])
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, packed)

    def until(self, seen: bytes | Callable[[], bool], what: str, start: int = 0, seconds: float = 60.0) -> None:
        """Wait until a piece of output is there (from an offset on), or anything else is so."""
        ends_at = time.monotonic() + seconds
        while not (seen() if callable(seen) else seen in self.received[start:]):
            assert time.monotonic() < ends_at, f"{what}: not within {seconds} s; last: {bytes(self.received[-300:])!r}"
            time.sleep(0.01)

    def is_over(self, seconds: float) -> bool:
        """Has the program ended, at the latest after so many seconds?"""
        ends_at = time.monotonic() + seconds
        while True:
            try:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    return True
            except ChildProcessError:
                return True
            if time.monotonic() >= ends_at:
                return False
            time.sleep(0.01)

    @property
    def modes(self) -> set[bytes]:
        """The private modes that are on."""
        on = {b"25"}
        for found in MODES.finditer(bytes(self.received)):
            for mode in USED_MODES.intersection(found[1].split(b";")):
                (on.add if found[2] == b"h" else on.discard)(mode)
        return on

    @property
    def images(self) -> set[bytes]:
        """Numbers of the images that were sent and not freed, on the alternate screen or after it."""
        held: set[bytes] = set()
        for found in re.finditer(rb"\x1b_Ga=(t|d,d=I)[^\x1b]*?,i=(\d+)|\x1b\[\?1049(l)", bytes(self.received)):
            if found[3]:
                assert not held, f"images {held} are left when the alternate screen is left"
            elif found[1] == b"t":
                held.add(found[2])
            else:
                held.discard(found[2])
        return held

    def _send(self, data: bytes) -> None:
        with self._lock:
            self._up.append((time.monotonic() + self._delay, data))

    def _run(self) -> None:
        free_at, is_open = 0.0, True
        while not self._ends.is_set():
            now = time.monotonic()
            self._pass_on(now)
            takes = is_open and not self.hangs.is_set() and sum(len(d) for _, d in self._down) < self._room
            if not select([self._master] if takes else [], [], [], 0.002)[0]:
                continue
            try:
                data = os.read(self._master, 4096)
            except OSError:
                is_open = False
                continue
            for start in range(0, len(data), PACKET):
                packet = data[start : start + PACKET]
                free_at = max(free_at, now) + (len(packet) / self._rate if self._rate else 0.0)
                self._down.append((free_at + self._delay, packet))

    def _pass_on(self, now: float) -> None:
        while self._down and self._down[0][0] <= now:
            self._receive(self._down.popleft()[1])
        with self._lock:
            while self._up and self._up[0][0] <= now:
                os.write(self._master, self._up.popleft()[1])

    def _receive(self, data: bytes) -> None:
        self.received += data
        self._taken(data)
        text, end = self._unread + data, 0
        for question in QUESTIONS.finditer(text):
            self._send(_answer(question))
            end = question.end()
        self._unread = text[max(end, len(text) - LONGEST_QUESTION) :]
