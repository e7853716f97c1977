"""The screen's one way to the session and the engine.

Today both live in this process; a client on a socket could take this class's place without the screen
knowing. Nothing else in `tui/` touches a Session or a Runner.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from samannot_tui.engine.registry import Resolved, resolve
from samannot_tui.engine.reports import Released, RunnerEvent
from samannot_tui.engine.spec import EngineSpec, spec_of
from samannot_tui.errors import InputError
from samannot_tui.jobs.flagging import Flagger, FlagNews
from samannot_tui.masks.edits import MaskEdit
from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.session.commands import AnyCommand, ChangeSetting, RecordExport
from samannot_tui.session.editing import edit_mask
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.follower import Follower
from samannot_tui.session.paths import encode_path
from samannot_tui.session.screenshots import add_screenshot
from samannot_tui.session.settings import Settings, changed
from samannot_tui.session.store import Session
from samannot_tui.session.view import View, read_view, write_view
from samannot_tui.tui.engine_status import Chosen, EngineNews, Loading, Refused
from samannot_tui.tui.information import Usage, usage

if TYPE_CHECKING:
    # Engines and formats import OpenCV, which must not hold up the first paint.
    from samannot_tui.engine.foresee import Foreseen
    from samannot_tui.engine.planner import RunRequest
    from samannot_tui.engine.runner import Runner
    from samannot_tui.formats.export import ExportSummary
    from samannot_tui.jobs.proposing import GoOn, Proposal
    from samannot_tui.media.source import FrameSource

_T = TypeVar("_T")
EventListener = Callable[[tuple[AnyEvent, ...]], None]
Progress = Callable[[int, int], None]
EngineListener = Callable[[RunnerEvent | EngineNews], None]

BUSY = "The engine is at work: end the run with x, or wait for the mask, before you change the engine."
SECONDS_TO_SETTLE = 0.2


class Client:
    """Commands go out in the order in which they are asked for; what happened comes back to listeners.

    All waiting is done in one thread of its own, so that neither a slow disk nor a starting engine holds up
    the screen.

    Attributes:
        follower: the screen's copy of the annotation; only the screen's thread applies events to it.
    """

    def __init__(self, session: Session) -> None:
        """The engine is that of the session's settings; it starts when first needed."""
        self._session = session
        self._runner: Runner | None = None
        self._spec: EngineSpec | None = None
        self._engine_is_up = False
        self._on_engine: EngineListener | None = None
        self._flagger: Flagger | None = None
        self._closing = threading.Lock()
        self._is_closing = threading.Event()
        self._orders = ThreadPoolExecutor(1, "session")
        self.follower = Follower(session)

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

    def listen(self, on_events: EventListener, on_engine: EngineListener) -> None:
        """Have events, and what the engine is and does, called back, from other threads, in order."""
        self._on_engine = on_engine
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

    async def submit_all(self, commands: Sequence[AnyCommand]) -> tuple[AnyEvent, ...]:
        """As `submit`, of several commands in one write: all of them or none. Raises as `submit`."""
        return await self._order(lambda: self._session.submit_all(lambda state, live: commands))

    async def edit_mask(self, frame: int, label: int, edit: MaskEdit) -> tuple[AnyEvent, ...]:
        """Draw on a mask, see `session.editing.edit_mask`; edits are carried out one after the other."""
        return await self._order(lambda: edit_mask(self._session, frame, label, edit))

    async def look_up_engine(self) -> None:
        """Find out which engine the settings mean on this machine, and tell the listener.

        Raises:
            InputError: it cannot run here, and why.
        """
        await self._order(lambda: self._tell(Chosen(self._resolved().reason)))

    async def change_engine(self, settings: Mapping[str, object]) -> str:
        """Change settings of the engine, start the one that they mean, and give a sentence about it.

        Raises:
            InputError: there is no such engine here, a value cannot be, or the engine is at work.
            JobError: the disk failed.
        """
        return await self._order(lambda: self._change_engine(settings))

    def _change_engine(self, settings: Mapping[str, object]) -> str:
        resolved = resolve(spec_of(_with(self._session.state.settings, settings)))
        if self._runner is not None and resolved.spec != self._spec and not self._runner.wait_idle(SECONDS_TO_SETTLE):
            raise InputError(BUSY)
        for name, value in settings.items():
            if getattr(self._session.state.settings, name) != value:
                self._session.submit(ChangeSetting(name, value))
        if resolved.spec != self._spec:
            self._stop_runner()
        self._woken().warm()
        return resolved.sentence

    async def warm(self) -> None:
        """Start the engine's process before it is needed.

        Raises:
            InputError: the engine that the settings name cannot run here.
        """
        await self._order(lambda: self._woken().warm())

    async def predict(self, frame: int, label: int) -> None:
        """Have the engine make the mask of a frame's prompts. Raises as `warm`."""
        await self._order(lambda: self._woken().predict(frame, label))

    async def foresee(self, request: "RunRequest") -> "Foreseen":
        """What a run, or the chain of runs that a request beyond its block is, would do.

        Raises:
            InputError: there is nothing that it could do, and why; or as `warm`.
        """
        return await self._order(lambda: self._running().foresee(request))

    async def run(self, request: "RunRequest") -> None:
        """Start a run, or a chain of them; it reports to the listeners. Raises as `warm`."""
        await self._order(lambda: self._woken().run(request))

    async def pause(self) -> None:
        await self._order(lambda: self._running().pause())

    async def resume(self) -> None:
        await self._order(lambda: self._running().resume())

    async def end_run(self) -> None:
        """End the run, and what was to follow it, between frames; what it has finished is kept."""
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

    async def find_proposals(self, found: "Callable[[Proposal], None]", go_on: "GoOn") -> None:
        """Look for what a person should be asked about; see `jobs.proposing.find_proposals`.

        `found` and `go_on` are called in another thread.

        Raises:
            InputError: the video cannot be read, or a mask is damaged.
        """
        await asyncio.to_thread(self._find_proposals, found, go_on)

    def _find_proposals(self, found: "Callable[[Proposal], None]", go_on: "GoOn") -> None:
        from samannot_tui.jobs.proposing import find_proposals
        from samannot_tui.media.open import open_media

        source = open_media(self._session.media_file())
        try:
            find_proposals(
                Follower(self._session),
                source,
                found,
                lambda what, done, total: not self._is_closing.is_set() and go_on(what, done, total),
            )
        finally:
            source.close()

    async def find_crossings(self, labels: tuple[int, int], first: int, last: int) -> list[int]:
        """Frames at which two labels may have exchanged places. Raises InputError where a mask is damaged."""
        return await asyncio.to_thread(self._find_crossings, labels, first, last)

    def _find_crossings(self, labels: tuple[int, int], first: int, last: int) -> list[int]:
        from samannot_tui.jobs.proposing import find_crossings

        return find_crossings(Follower(self._session), labels, first, last)

    def look_for_flags(self, annotation: Annotation, listener: Callable[[FlagNews], None]) -> None:
        """Have flags looked for in an annotation, and no more in those before it; see `jobs.flagging`.

        The listener given first is called, in another thread.
        """
        if self._is_closing.is_set():
            return
        if self._flagger is None:
            session = self._session
            self._flagger = Flagger(
                session.folder / "cache",
                session.manifest,
                self._open_video,
                lambda record: session.masks.read(record).rle,
                listener,
                writable=session.read_only is None,
            )
        self._flagger.look(annotation)

    def _open_video(self) -> "FrameSource":
        from samannot_tui.media.open import open_media

        return open_media(self._session.media_file())

    async def usage(self) -> Usage:
        """What the program and the session take of the machine now."""
        return await asyncio.to_thread(usage, self.folder)

    async def add_screenshot(self, png: bytes, name: str, frame: int) -> Path:
        """Keep a picture in the session's folder, see `session.screenshots.add_screenshot`.

        Raises:
            InputError: the session is read-only, or something is in the way.
            JobError: the disk failed.
        """
        if self.read_only is not None:
            raise InputError(self.read_only)
        return await asyncio.to_thread(add_screenshot, self.folder, png, name, frame)

    def close(self, view: View) -> None:
        """Carry out what was asked for so far, keep the view, end a run cleanly, cancel exports, stop the engine.

        Blocks until that is done. May be called twice.
        """
        self._is_closing.set()
        with self._closing:
            self._orders.shutdown(wait=True)
            if self._flagger is not None:
                self._flagger.close()
            self._write_view(view)
            self._stop_runner()

    async def _order(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._orders, work)

    def _tell(self, event: RunnerEvent | EngineNews) -> None:
        assert self._on_engine is not None, "listen() comes first"
        if isinstance(event, Released):
            self._engine_is_up = False
        self._on_engine(event)

    def _resolved(self) -> Resolved:
        settings = self._session.state.settings
        try:
            return resolve(spec_of(settings))
        except InputError:
            self._tell(Refused(settings.engine))
            raise

    def _running(self) -> "Runner":
        if self._runner is None:
            resolved = self._resolved()
            self._tell(Chosen(resolved.reason))
            self._spec = resolved.spec
            self._runner = make_runner(self._session, resolved.spec, self._tell)
        return self._runner

    def _woken(self) -> "Runner":
        """The runner, about to be given something that its engine must be up for."""
        runner = self._running()
        if not self._engine_is_up:
            self._engine_is_up = True
            self._tell(Loading())
        return runner

    def _stop_runner(self) -> None:
        if self._runner is not None:
            self._runner.close()
        self._runner = self._spec = None
        self._engine_is_up = False


def make_runner(session: Session, spec: EngineSpec, listener: Callable[[RunnerEvent], None]) -> "Runner":
    """A runner on the session's video; its engine starts when it is needed."""
    from samannot_tui.engine.runner import Runner

    return Runner(session, session.media_file(), spec, listener)


def _with(settings: Settings, changes: Mapping[str, object]) -> Settings:
    try:
        for name, value in changes.items():
            settings = changed(settings, name, value)
    except ValueError as error:
        sentence = str(error).replace(name, name.replace("_", " "))
        raise InputError(f"{sentence[:1].upper()}{sentence[1:]}.") from error
    return settings
