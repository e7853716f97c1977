"""The import dialog: which format, which file, as what; then what it will do, and at a second Enter that is done."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Label, ProgressBar, RadioSet, Static

from samannot_tui.errors import InputError, JobError
from samannot_tui.formats.registry import READABLE
from samannot_tui.text import printable
from samannot_tui.tui.client import Client
from samannot_tui.tui.confirming import after_keys_before
from samannot_tui.tui.typed_path import typed_path
from samannot_tui.tui.widgets.choice import Choice
from samannot_tui.tui.widgets.field import Field

if TYPE_CHECKING:
    from samannot_tui.jobs.importing import Import

KINDS = (("any", "masks as masks, the rest as prompts"), ("prompts", "all as prompts"), ("masks", "masks alone"))
KIND_OF = {"any": None, "prompts": True, "masks": False}
FIRST = "Enter looks through the file and says what it would do. More options: samannot-tui import --help"


class ImportScreen(ModalScreen[str]):
    """Ends with a sentence about what was imported, or with None where nothing was."""

    DEFAULT_CSS = """
    ImportScreen { align: center middle;
        & > Vertical { width: 95%; max-width: 90; height: auto; max-height: 95%; border: round $primary;
                       padding: 0 1; background: $surface; overflow-y: auto; }
        & Horizontal { height: auto; }
        & Horizontal > Label { width: 10; }
        & Input { width: 1fr; background: $boost; }
        & ProgressBar { display: none; width: 100%; }
        & #told { height: auto; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "go_on", "Go on", id="import.go_on", tooltip="Look through the file; then import", priority=True
        ),
        Binding("escape", "leave", "Close", id="import.close", tooltip="Cancel the import, or close the dialog"),
        # With priority: the lists of choices would take them for themselves.
        Binding("pagedown", "page(1)", "Down", id="import.down", tooltip="Scroll down", priority=True),
        Binding("pageup", "page(-1)", "Up", id="import.up", tooltip="Scroll up", priority=True),
    ]

    @dataclass
    class Progressed(Message):
        """Masks done and masks to do."""

        done: int
        total: int

    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client
        self._found: Import | None = None
        self._is_busy = False
        self._is_altered = False
        """Since what is being looked through was asked for."""
        self._cancelled = threading.Event()

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Import"
            box.border_subtitle = "Tab next · arrows choose · PgUp PgDn scroll · Enter goes on · Esc closes"
            with Horizontal():
                yield Label("File")
                yield Field(placeholder="the file, or the folder, of the annotation", id="path", compact=True)
            with Horizontal():
                yield Label("Format")
                yield Choice(((name, f"{name}: {each.what}") for name, each in READABLE.items()), "coco", "format")
            with Horizontal():
                yield Label("Take")
                yield Choice(KINDS, "any", "kind")
            yield ProgressBar(show_eta=False)
            yield Static(FIRST, id="told", markup=False)

    @on(Input.Changed)
    @on(RadioSet.Changed)
    def _look_again(self, event: Input.Changed | RadioSet.Changed) -> None:
        event.stop()
        self._is_altered = True
        if self._found is not None:
            self._found = None
            self._tell(FIRST)

    def action_leave(self) -> None:
        if self._is_busy:
            self._cancelled.set()
        else:
            self.dismiss(None)

    def action_page(self, direction: int) -> None:
        box = self.query_one(Vertical)
        box.scroll_relative(y=direction * (box.size.height - 1), animate=False)

    def action_go_on(self) -> None:
        after_keys_before(self, self._confirm)

    def _confirm(self) -> None:
        if not self._is_busy and self.query_one(Field).value.strip():
            self._is_busy = True
            self._cancelled.clear()
            self.run_worker(self._go_on())

    async def _go_on(self) -> None:
        try:
            if self._found is None:
                await self._look_through()
            else:
                await self._carry_out(self._found)
        except (InputError, JobError) as error:
            self._found = None
            self._tell(str(error))
        finally:
            self._is_busy = False

    async def _look_through(self) -> None:
        from samannot_tui.jobs.importing import Wishes

        self._tell("Looking through it; Esc cancels.")
        self._is_altered = False
        path, name = typed_path(self.query_one(Field).value), self.query_one("#format", Choice).value
        wishes = Wishes(as_prompts=KIND_OF[self.query_one("#kind", Choice).value])
        found = await self._client.look_through_import(name, path, wishes, self._cancelled.is_set)
        if self._is_altered:
            self._tell("Something else was chosen meanwhile: Enter looks through the file again.")
            return
        self._tell("Enter imports this; Esc leaves everything as it is.", *found.plan.sentences())
        self._found = found

    async def _carry_out(self, found: "Import") -> None:
        self.query_one(ProgressBar).display = True
        await self._client.carry_out_import(found, lambda done, total: _post(self, self.Progressed(done, total)))
        self.dismiss(f"Imported {found.plan.amount}. u takes all of it back.")

    @on(Progressed)
    def _show_progress(self, message: Progressed) -> None:
        self.query_one(ProgressBar).update(total=message.total, progress=message.done)

    def _tell(self, *sentences: str) -> None:
        self.query_one("#told", Static).update("\n".join(map(printable, sentences)))


def _post(screen: ImportScreen, message: Message) -> None:
    screen.post_message(message)
