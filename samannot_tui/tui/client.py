"""The screen's one way to the session and the engine.

Today both live in this process; a client on a socket could take this class's place without the screen
knowing. Nothing else in `tui/` touches a Session or a Runner.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from samannot_tui.engine.registry import resolve_engine
from samannot_tui.engine.reports import RunnerEvent
from samannot_tui.session.commands import AnyCommand, RecordExport
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.follower import Follower
from samannot_tui.session.paths import encode_path
from samannot_tui.session.plan import Direction, Plan
from samannot_tui.session.store import Session
from samannot_tui.session.view import View, read_view, write_view

if TYPE_CHECKING:
    # Engines and formats import OpenCV, which must not hold up the first paint.
    from samannot_tui.engine.planner import RunRequest
    from samannot_tui.engine.runner import Runner
    from samannot_tui.formats.export import ExportSummary

_T = TypeVar("_T")
EventListener = Callable[[tuple[AnyEvent, ...]], None]
Progress = Callable[[int, int], None]
RunnerListener = Callable[[RunnerEvent], None]


class Client:
    """Commands go out in the order in which they are asked for; what happened comes back to listeners.

    All waiting is done in one thread of its own, so that neither a slow disk nor a starting engine holds up
    the screen.

    Attributes:
        follower: the screen's copy of the annotation; only the screen's thread applies events to it.
    """

    def __init__(self, session: Session, engine: str) -> None:
        """`engine` is "auto" or an engine's name; it starts when first needed."""
        self._session = session
        self._engine = engine
        self._runner: Runner | None = None
        self._tell_runner: RunnerListener | None = None
        self._closing = threading.Lock()
        self._is_closing = threading.Event()
        self._orders = ThreadPoolExecutor(1, "session")
        self.follower = Follower(session)

    @property
    def engine(self) -> str:
        """The name of the engine at work, whatever "auto" stands for."""
        return resolve_engine(self._engine)

    @property
    def folder(self) -> Path:
        return self._session.folder

    @property
    def notices(self) -> Sequence[str]:
        """Sentences about what opening the session found."""
        return self._session.notices

    @property
    def read_only(self) -> str | None:
        """Why commands are refused, as a sentence; None where they are not."""
        return self._session.read_only

    def listen(self, on_events: EventListener, on_runner: RunnerListener) -> None:
        """Have events and the runner's reports called back, from other threads, in order."""
        self._tell_runner = on_runner
        self._session.subscribe(on_events)

    def read_view(self) -> View:
        return read_view(self.folder)

    async def keep_view(self, view: View) -> None:
        """Keep where the person is looking, unless another program owns the session."""
        await self._order(lambda: self._write_view(view))

    def _write_view(self, view: View) -> None:
        # The view may be lost, so that a full disk is no reason to disturb anyone.
        with contextlib.suppress(OSError):
            if self.read_only is None:
                write_view(self.folder, view)

    async def submit(self, command: AnyCommand) -> tuple[AnyEvent, ...]:
        """Carry out a command; its events are durable when this returns.

        Raises:
            InputError: it is refused.
            JobError: the disk failed.
        """
        return await self._order(lambda: self._session.submit(command))

    async def warm(self) -> None:
        """Start the engine's process before it is needed."""
        await self._order(lambda: self._running().warm())

    async def predict(self, frame: int, label: int) -> None:
        """Have the engine make the mask of a frame's prompts."""
        await self._order(lambda: self._running().predict(frame, label))

    async def plan(self, start: int, direction: Direction) -> Plan:
        """What a run of all labels would do.

        Raises:
            InputError: there is nothing that it could do, and why.
        """
        return await self._order(lambda: self._running().plan(_request(start, direction)))

    async def run(self, start: int, direction: Direction) -> None:
        """Start a run of all labels; it reports to the listeners."""
        await self._order(lambda: self._running().run(_request(start, direction)))

    async def pause(self) -> None:
        await self._order(lambda: self._running().pause())

    async def resume(self) -> None:
        await self._order(lambda: self._running().resume())

    async def end_run(self) -> None:
        """End the run between frames; what it has finished is kept."""
        await self._order(lambda: self._running().end())

    async def export(
        self, format_name: str, out: Path, progress: Progress, cancelled: Callable[[], bool]
    ) -> "ExportSummary":
        """Write the annotation as it is now into `out`/<format>/; see `formats.export.export`.

        `progress` and `cancelled` are called in another thread.

        Raises:
            InputError: it cannot be exported so, or there.
            JobError: cancelled, or the disk failed.
        """
        summary = await asyncio.to_thread(self._export, format_name, out, progress, cancelled)
        if self.read_only is None:
            await self.submit(RecordExport(format_name, encode_path(summary.folder)))
        return summary

    def _export(
        self, format_name: str, out: Path, progress: Progress, cancelled: Callable[[], bool]
    ) -> "ExportSummary":
        from samannot_tui.formats.export import export
        from samannot_tui.media.open import open_media

        # A copy of its own of both: the screen goes on with the others meanwhile.
        source = open_media(self._session.media_file())
        try:
            return export(
                Follower(self._session),
                source,
                format_name,
                out,
                progress,
                lambda: self._is_closing.is_set() or cancelled(),
            )
        finally:
            source.close()

    def close(self, view: View) -> None:
        """Carry out what was asked for so far, keep the view, end a run cleanly, cancel exports, stop the engine.

        Blocks until that is done. May be called twice.
        """
        self._is_closing.set()
        with self._closing:
            self._orders.shutdown(wait=True)
            self._write_view(view)
            if self._runner is not None:
                self._runner.close()
                self._runner = None

    async def _order(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._orders, work)

    def _running(self) -> "Runner":
        if self._runner is None:
            from samannot_tui.engine.runner import Runner

            assert self._tell_runner is not None, "listen() comes first"
            self._runner = Runner(self._session, self._session.media_file(), self._engine, self._tell_runner)
        return self._runner


def _request(start: int, direction: Direction) -> "RunRequest":
    from samannot_tui.engine.planner import RunRequest

    return RunRequest(start, direction)
