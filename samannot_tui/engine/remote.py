"""An engine in its worker process, for a caller that has nothing else to do than to wait for its answers."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from samannot_tui.engine.job import JobPass, JobPrompts
from samannot_tui.engine.process import WORKER_COMMAND, WorkerProcess
from samannot_tui.engine.protocol import (
    Done,
    Failed,
    LabelMask,
    Opened,
    PeerGoneError,
    Reply,
    Request,
    Segment,
    Segmented,
    Track,
    Tracked,
)
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.errors import InputError, JobError
from samannot_tui.session.events import EngineInfo


class RemoteEngine:
    """For one thread. The annotation is nobody's concern here: prompts and passes in, masks out.

    Attributes:
        info: what the engine says of itself.
        notices: sentences about it and the video.
    """

    def __init__(self, media: Path, engine: EngineSpec, cache: Path, command: Sequence[str] = WORKER_COMMAND) -> None:
        """Start it and wait until it is ready.

        Args:
            engine: what `engine.registry.resolve` gives.
            cache: folder for the worker's log and the engine's memories.
            command: see `engine.process.WorkerProcess`.

        Raises:
            InputError: the video or the checkpoint is no good.
            JobError: the process cannot be started, or fails.
        """
        self._worker = WorkerProcess(media, engine, cache, command)
        self._of_run: deque[Tracked | Done | Failed] = deque()
        self._tickets = 0
        try:
            opened = self._receive()
            if not isinstance(opened, Opened):
                raise _error(opened)
        except BaseException:
            self.close()
            raise
        self.info: EngineInfo = opened.engine
        self.notices = opened.notices

    def segment(self, prompts: JobPrompts) -> LabelMask:
        """One frame's mask; also between two frames of a run.

        Raises:
            InputError: the prompts compute nothing.
            JobError: the engine failed.
        """
        self._tickets += 1
        self._send(Segment(self._tickets, prompts))
        while True:
            match self._receive():
                case Segmented(mask=mask):
                    return mask
                case Failed(what="ticket") as failed:
                    raise _error(failed)
                case Tracked() | Done() | Failed() as reply:
                    self._of_run.append(reply)

    def track(self, run: int, passes: Sequence[JobPass], *, remember: bool) -> Iterator[Tracked]:
        """Track `passes`, frame by frame; to be taken to its end before the next one.

        Args:
            run: under this number memories are looked for and, with `remember`, kept.

        Raises:
            InputError: a memory to go on from is not there, or the input is wrong in another way.
            JobError: the engine failed.
        """
        self._send(Track(run, tuple(passes), remember))
        while True:
            match self._of_run.popleft() if self._of_run else self._receive():
                case Tracked() as tracked:
                    yield tracked
                case Done():
                    return
                case Failed() as failed:
                    raise _error(failed)

    def close(self) -> None:
        """Stop the process, in the middle of a frame if need be."""
        self._worker.stop()

    def _send(self, request: Request) -> None:
        # A worker that has died has said why, which is still to be received.
        with suppress(PeerGoneError):
            self._worker.channel.send(request)

    def _receive(self) -> Reply:
        """Raises: JobError: the process has died."""
        try:
            return self._worker.channel.receive()
        except PeerGoneError as error:
            raise JobError(self._worker.autopsy()) from error


def _error(reply: Reply) -> InputError | JobError:
    assert isinstance(reply, Failed), f"{type(reply).__name__} answers nothing that was asked"
    return (InputError if reply.refused else JobError)(reply.sentence)
