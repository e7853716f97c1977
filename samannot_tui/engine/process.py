"""The program's side of the worker process: starting it, talking to it, saying what became of it."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import samannot_tui
from samannot_tui.engine.protocol import Channel, Open, Reply
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.errors import JobError
from samannot_tui.text import printable

# Not `-m`, which would put the current folder, and whatever modules lie in it, before everything else.
WORKER_COMMAND = (
    sys.executable,
    "-P",
    "-c",
    "import sys; sys.path.append(sys.argv[1]); from samannot_tui.engine.worker import main; main()",
    str(Path(samannot_tui.__file__).parents[1]),
)
LONGEST_LOG = 2**20
_SECONDS_TO_DIE = 5.0


class WorkerProcess:
    """A worker that has been told to open a video; its first reply is Opened or Failed.

    Attributes:
        channel: send requests and receive replies; its `connection` can be waited on.
        pid: its process id.
    """

    def __init__(self, media: Path, engine: EngineSpec, cache: Path, command: Sequence[str] = WORKER_COMMAND) -> None:
        """Start it; returns before it is ready.

        Args:
            cache: the session's cache folder, for the worker's log and the engine's memories.
            command: what to run; the pipe's file descriptor is added as the last argument.

        Raises:
            JobError: no process or no log file can be made.
        """
        self.log = cache / "engine.log"
        ours, theirs = multiprocessing.Pipe(duplex=True)
        self.channel: Channel[Reply] = Channel(ours, Reply)
        try:
            with closing(theirs), open_log(cache) as log:
                self._process = subprocess.Popen(
                    [*command, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(theirs.fileno(),),
                    # Out of the terminal's foreground group: neither Ctrl-C nor a hang-up is for the worker.
                    process_group=0,
                )
        except OSError as error:
            self.channel.close()
            raise JobError(
                f"The engine's process cannot be started ({error.strerror}: {printable(self.log)})."
            ) from error
        self.pid = self._process.pid
        self.channel.send(Open(os.fsencode(media), os.fsencode(cache), engine))

    def autopsy(self) -> str:
        """How the process came to its end, as a sentence, once it has closed the pipe."""
        code = self._reap()
        if code == -signal.SIGKILL:
            return (
                "The engine's process was killed (signal 9), probably because the machine ran out of memory; "
                "close other programs before you run again."
            )
        how = f"exit code {code}" if code >= 0 else f"signal {-code}, {signal.Signals(-code).name}"
        return f"The engine's process ended by itself ({how}); its last words are in {printable(self.log)}."

    def stop(self) -> None:
        """Have it leave, in the middle of a frame if need be; nothing more is received from it."""
        self.channel.close()
        self._reap()

    def _reap(self) -> int:
        try:
            return self._process.wait(_SECONDS_TO_DIE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def open_log(cache: Path) -> BinaryIO:
    """Open `engine.log` in the session's cache folder for appending; it starts anew when it has grown long.

    Neither the folder nor the file may be a symlink: a stranger's session must not name a file to write to.

    Raises:
        OSError: it cannot be opened.
    """
    folder = os.open(cache, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open("engine.log", flags, 0o644, dir_fd=folder)
    finally:
        os.close(folder)
    if os.fstat(descriptor).st_size > LONGEST_LOG:
        os.ftruncate(descriptor, 0)
    return os.fdopen(descriptor, "ab", buffering=0)
