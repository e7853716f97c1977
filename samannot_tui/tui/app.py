"""The terminal app around the workspace."""

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import ClassVar

from rich.console import RenderableType
from textual import events, on
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.actions import ActionParseResult
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from samannot_tui.errors import InputError, JobError
from samannot_tui.graphics.probe import probe
from samannot_tui.graphics.terminal import Requested, Terminal, choose
from samannot_tui.media.source import FrameSource
from samannot_tui.monitor import Monitor, Reading
from samannot_tui.session.store import Session
from samannot_tui.tui.bindings import BINDINGS, TERMINAL
from samannot_tui.tui.client import Client
from samannot_tui.tui.driver import TerminalDriver
from samannot_tui.tui.leaving import leaving_on_signals
from samannot_tui.tui.painted import Painted
from samannot_tui.tui.recent import remember
from samannot_tui.tui.screens.workspace import Workspace
from samannot_tui.tui.widgets.canvas import Canvas


class SamannotApp(App[None]):
    """Annotates one session. `exit()` may be called at any time; the caller then closes the client."""

    TITLE = "samannot-tui"
    BINDINGS: ClassVar[list[BindingType]] = [*TERMINAL.bindings]
    CSS = """
    /* Dimming what lies behind a dialog would send the whole screen again, twice. */
    ModalScreen { background: transparent; }
    """

    def __init__(
        self, client: Client, source: FrameSource, terminal: Terminal, read_machine: Callable[[], Reading]
    ) -> None:
        super().__init__(driver_class=TerminalDriver)
        self._painted = Painted()
        self._is_told_to_leave = False
        self.workspace = Workspace(client, source, terminal, read_machine)

    def on_mount(self) -> None:
        if self._is_told_to_leave:
            self.exit()
        self.app_resume_signal.subscribe(self, lambda _: self._paint_everything())
        if isinstance(self._driver, TerminalDriver):
            self._driver.farewell = self._farewell
            self._driver.last_question = self._last_question
        self.push_screen(self.workspace)

    def leave(self) -> None:
        """Leave as soon as possible. In the main thread, in the midst of anything or before the app has begun."""
        self._is_told_to_leave = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.exit)

    async def on_event(self, event: events.Event) -> None:
        """As Textual's, but an open question gets the keys at once, see `AskLine`."""
        if isinstance(event, events.Key) and self.workspace.is_current:
            line = self.workspace.ask_line
            if line.is_open and not event.is_forwarded:
                with self.workspace.refusals_told():
                    await line.take(event)
                return
        await super().on_event(event)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """As Textual's, but what is on the screen already is not sent again, and nothing to a link that hangs."""
        if isinstance(self._driver, TerminalDriver) and self._driver.is_behind:
            renderable = None
        elif isinstance(renderable, (ChopsUpdate, LayoutUpdate)):
            renderable = self._painted.lessened(renderable, self.size)
        super()._display(screen, renderable)

    @on(TerminalDriver.CaughtUp)
    def _send_newest(self) -> None:
        self.screen.refresh()
        for canvas in self.workspace.query(Canvas):
            canvas.catch_up()

    @on(Canvas.Overdrawn)
    def _paint_covers(self, message: Canvas.Overdrawn) -> None:
        for cover, region in zip(message.placement.covers, message.placement.covered, strict=True):
            self._painted.overdrawn(region)
            cover.refresh()

    def _paint_everything(self) -> None:
        self._painted.forget()
        self.screen.refresh()
        for canvas in self.workspace.query(Canvas):
            canvas.start_over()

    def _farewell(self) -> str:
        return "".join(canvas.farewell() for canvas in self.workspace.query(Canvas))

    def _last_question(self) -> str:
        return "".join(canvas.last_question() for canvas in self.workspace.query(Canvas))

    def action_redraw(self) -> None:
        """Paint everything again, after another program has written over it or reset the terminal."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.start_over()

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        """An answer to what the canvas asked."""
        self.workspace.query_one(Canvas).answered(event.x, event.y)

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """As Textual's, with a refusal shown as a sentence, and the workspace told beforehand."""
        target, name, parameters = self._parse_action(action, default_namespace or self, namespaces)
        if target.check_action(name, parameters):
            self.workspace.about_to(name)
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except InputError as error:
            self.workspace.warn(str(error))
            return True

    async def action_quit(self) -> None:
        self.workspace.action_quit()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The workspace's actions that can be done now, from its bindings."""
        for binding in BINDINGS:
            _, name, parameters = self._parse_action(binding.action, self.workspace)
            if self.workspace.check_action(name, parameters):
                run = partial(self.run_action, binding.action, self.workspace)
                yield SystemCommand(binding.tooltip, f"{binding.description} · {self._keys(binding)}", run)

    def _keys(self, binding: Binding) -> str:
        return ", ".join(self.get_key_display(each) for each in Binding.make_bindings([binding]))


def run_app(
    session: Session,
    source: FrameSource,
    graphics: Requested,
    first_deed: Callable[[Workspace], None] | None = None,
) -> None:
    """Annotate until the person leaves.

    When it returns, a run has been ended cleanly and the view is kept; the session and the source are the
    caller's to close.

    Args:
        graphics: "auto" or a protocol's name, see `graphics.terminal`.
        first_deed: carried out when the workspace has been painted; what it refuses is told there.

    Raises:
        InputError: those graphics do not work here.
        JobError: the screen broke down; Textual has printed why.
    """
    terminal = choose(graphics, probe())
    if terminal.answers.colours == "truecolor":
        os.environ["COLORTERM"] = "truecolor"  # What Textual goes by, and SSH does not forward.
    client = Client(session)
    monitor = Monitor(session.folder)
    remember(session.folder)
    app = SamannotApp(client, source, terminal, monitor.read)
    app.workspace.first_deed = first_deed
    with leaving_on_signals(app.leave):
        try:
            app.run()
            if app.return_code:
                raise JobError("The screen broke down; everything that it had shown as done is saved.")
        finally:
            client.close(app.workspace.place.kept)
            monitor.close()
