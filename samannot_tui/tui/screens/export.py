"""The export dialog: which format, into which folder; then how far it is, and what was written."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, ProgressBar, RadioButton, RadioSet, Static

from samannot_tui.errors import InputError, JobError
from samannot_tui.formats.registry import FORMATS
from samannot_tui.text import printable
from samannot_tui.tui.client import Client
from samannot_tui.tui.typed_path import typed_path
from samannot_tui.tui.widgets.field import Field

if TYPE_CHECKING:
    from samannot_tui.formats.export import ExportSummary


class ExportScreen(ModalScreen[None]):
    """Enter in the folder's field starts; Escape cancels an export under way, else closes."""

    DEFAULT_CSS = """
    ExportScreen { align: center middle;
        & Vertical { width: 90%; max-width: 90; height: auto; border: round $primary; padding: 0 1;
                     background: $surface; }
        & RadioSet { width: 100%; border: none; height: auto; }
        & Input { margin-top: 1; }
        & ProgressBar { display: none; width: 100%; }
        & #told { height: auto; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="export.close", tooltip="Cancel the export, or close the dialog"),
    ]

    @dataclass
    class Progressed(Message):
        """Frames done and frames to do."""

        done: int
        total: int

    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client
        self._is_running = False
        self._cancelled = threading.Event()

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Export"
            box.border_subtitle = "Tab next field · Enter starts · Esc closes"
            with RadioSet():
                for at, (name, format_) in enumerate(FORMATS.items()):
                    yield RadioButton(Content(f"{name}: {format_.what}"), value=at == 0, name=name)
            yield Field(str(self._default_folder()), placeholder="folder")
            yield ProgressBar(show_eta=False)
            yield Static(id="told", markup=False)

    def _default_folder(self) -> Path:
        folder = self._client.folder.resolve()
        return folder.parent / f"{folder.stem}-export"

    def action_close(self) -> None:
        if self._is_running:
            self._cancelled.set()
        else:
            self.dismiss()

    @on(Input.Submitted)
    @on(RadioSet.Changed)
    def _stop(self, event: Input.Submitted | RadioSet.Changed) -> None:
        event.stop()
        if isinstance(event, Input.Submitted) and event.value.strip() and not self._is_running:
            self._is_running = True
            self._cancelled.clear()
            self.query_one(ProgressBar).display = True
            self.run_worker(self._export(typed_path(event.value)))

    async def _export(self, out: Path) -> None:
        pressed = self.query_one(RadioSet).pressed_button
        assert pressed is not None and pressed.name is not None, "one of the buttons always is pressed"
        self._tell(f"Writing {pressed.name} into {out}")
        try:
            summary = await self._client.export(
                pressed.name,
                out,
                lambda done, total: _post(self, self.Progressed(done, total)),
                self._cancelled.is_set,
            )
            self._tell(summary_in_words(summary))
        except (InputError, JobError) as error:
            self._tell(str(error))
        self._is_running = False

    @on(Progressed)
    def _show_progress(self, message: Progressed) -> None:
        self.query_one(ProgressBar).update(total=message.total, progress=message.done)

    def _tell(self, sentence: str) -> None:
        self.query_one("#told", Static).update(printable(sentence))


def summary_in_words(summary: "ExportSummary") -> str:
    """What an export wrote, and what its format could not hold."""
    told = f"Wrote {summary.frames} frames, {summary.labels} labels, {summary.files} files: {summary.folder}"
    hidden = sum(summary.hidden_pixels.values())
    if hidden:
        told += f" ({hidden} pixels lie under a smaller instance; the format keeps one label per pixel)"
    return " ".join([f"{told}.", *summary.notices])


def _post(screen: ExportScreen, message: Message) -> None:
    screen.post_message(message)
