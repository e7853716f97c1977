"""The info screen: what works with what, and what that takes of the machine."""

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from samannot_tui.tui.widgets.lines import Lines

SECONDS = 1.0
COLOURS = {"warning": "bold yellow", "critical": "bold red"}

Tell = Callable[[], Awaitable[Iterable[tuple[str, str]]]]


class InfoScreen(ModalScreen[None]):
    """Lines of a title and a text, looked up anew every second."""

    DEFAULT_CSS = """
    InfoScreen { align: center middle;
        & VerticalScroll { width: 95%; max-width: 100; height: auto; max-height: 90%; border: round $primary;
                           padding: 0 1; background: $surface; }
        & Lines { height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,U", "dismiss", "Close", id="info.close", tooltip="Close the information"),
    ]

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell = tell

    def compose(self) -> ComposeResult:
        with VerticalScroll() as pane:
            pane.border_title = "Information"
            pane.border_subtitle = "Esc closes"
            yield Lines()

    def on_mount(self) -> None:
        self._look()
        self.set_interval(SECONDS, self._look)

    def _look(self) -> None:
        self.run_worker(self._show(), group="monitor", exclusive=True)

    async def _show(self) -> None:
        lines = [
            Content.assemble((f"{title:<11}", COLOURS.get(title, "bold")), text) for title, text in await self._tell()
        ]
        self.query_one(Lines).show(Content("\n").join(lines))
