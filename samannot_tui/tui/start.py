"""The start screen: what to open when no file was named."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from samannot_tui.errors import InputError
from samannot_tui.jobs.sample import sample_clip
from samannot_tui.text import printable
from samannot_tui.tui.recent import recent_sessions
from samannot_tui.tui.typed_path import typed_path
from samannot_tui.tui.widgets.field import Field


@dataclass(frozen=True)
class Choice:
    """Something that can be opened: a media file or folder, or a session."""

    path: Path
    text: str


def choices() -> tuple[Choice, ...]:
    """The recent sessions, then the sample clip where it is installed."""
    recent = [Choice(folder, f"{printable(folder.name)}  {printable(folder.parent)}") for folder in recent_sessions()]
    try:
        sample = [Choice(sample_clip(), "The sample clip")]
    except InputError:
        sample = []
    return (*recent, *sample)


class StartApp(App[Path | None]):
    """Ends with the path chosen, None where the person left."""

    TITLE = "samannot-tui"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { align: center middle; }
    #box { width: 80%; max-width: 100; height: auto; max-height: 90%; border: round $primary; padding: 1 2; }
    OptionList { height: auto; max-height: 12; border: none; margin-bottom: 1; }
    #problem { color: $warning; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+q", "leave", "Leave", id="start.leave", tooltip="Leave without opening anything"),
    ]

    def __init__(self, offered: Sequence[Choice]) -> None:
        super().__init__()
        self._offered = offered

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = "samannot-tui"
            yield Static(Content("A video, an image folder or a session, then Enter:"))
            yield Field(placeholder="path/to/video.mp4", id="path", select_on_focus=False)
            yield Static(id="problem", markup=False)
            if self._offered:
                yield Static(Content("or one of these:"))
                yield OptionList(*(Option(Content(choice.text)) for choice in self._offered))
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(OptionList if self._offered else Input).focus()

    async def on_event(self, event: events.Event) -> None:
        """As Textual's, but what is typed or pasted goes into the field, also while an offer is marked."""
        if isinstance(event, events.Paste) or (isinstance(event, events.Key) and event.is_printable):
            self.screen.set_focus(self.query_one(Input))
        await super().on_event(event)

    @on(OptionList.OptionSelected)
    def _open_offered(self, event: OptionList.OptionSelected) -> None:
        self.exit(self._offered[event.option_index].path)

    @on(Input.Submitted)
    def _open_typed(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            return
        path = typed_path(event.value)
        if path.exists():
            self.exit(path)
        else:
            self.query_one("#problem", Static).update(f"There is no file or folder {printable(path)}.")

    def action_leave(self) -> None:
        self.exit(None)


def run_start_screen() -> Path | None:
    """Ask what to open; None where the person left."""
    return StartApp(choices()).run()
