"""The options dialog: how the video is cut into blocks, and what one hands over to the next."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, RadioSet, Static

from samannot_tui.engine.blocks import block_count, block_of
from samannot_tui.errors import InputError, JobError
from samannot_tui.session.commands import ChangeSetting
from samannot_tui.session.plan import Transition
from samannot_tui.session.settings import MAX_BLOCK_SIZE
from samannot_tui.text import printable
from samannot_tui.tui.client import Client
from samannot_tui.tui.confirming import after_keys_before
from samannot_tui.tui.place import Place
from samannot_tui.tui.typed_number import whole_number
from samannot_tui.tui.widgets.choice import Choice
from samannot_tui.tui.widgets.field import Field

TRANSITIONS: dict[Transition, str] = {
    "carry": "the engine's memory, or else the mask",
    "mask": "the mask on the last frame of the block",
    "points": "up to 8 points of that mask, as prompts",
    "off": "nothing: a block begins with its own prompts alone",
}
MEANING = "Changing it moves the cuts and nothing else: masks, prompts and barriers stay."
IN_A_RUN = "A run goes on: its block stays as it was planned, later ones take what is set here."


class OptionsScreen(ModalScreen[str]):
    """Ends with a sentence about what has changed, or with None where all stays as it was."""

    DEFAULT_CSS = """
    OptionsScreen { align: center middle;
        & > Vertical { width: 95%; max-width: 90; height: auto; max-height: 95%; border: round $primary;
                       padding: 0 1; background: $surface; }
        & Horizontal { height: auto; }
        & Horizontal > Label { width: 12; }
        & Input { width: 10; background: $boost; }
        & .hint { color: $text-muted; padding-left: 12; height: auto; margin-bottom: 1; }
        & #told { color: $warning; height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "Apply", id="options.apply", tooltip="Take over what is set here", priority=True),
        Binding("escape", "leave", "Close", id="options.close", tooltip="Close the dialog; nothing changes"),
    ]

    def __init__(self, client: Client, place: Place) -> None:
        super().__init__()
        self._client = client
        self._place = place

    def compose(self) -> ComposeResult:
        settings = self._place.state.settings
        with Vertical() as box:
            box.border_title = "Options"
            box.border_subtitle = "Tab next field · arrows choose · Enter applies · Esc closes"
            with Horizontal():
                yield Label("Block size")
                yield Field(str(settings.block_size), id="block_size", compact=True)
            yield Static(self._cut(settings.block_size), id="cut", classes="hint", markup=False)
            with Horizontal():
                yield Label("Handed over")
                choices = ((name, f"{name}: {what}") for name, what in TRANSITIONS.items())
                yield Choice(choices, settings.transition, "transition")
            yield Static(IN_A_RUN if self._place.run else "", id="told", markup=False)

    @on(RadioSet.Changed)
    def _stop(self, event: RadioSet.Changed) -> None:
        event.stop()

    @on(Input.Changed)
    def _show_cut(self, event: Input.Changed) -> None:
        event.stop()
        try:
            cut = self._cut(self._block_size())
        except InputError as error:
            cut = str(error)
        self.query_one("#cut", Static).update(cut)

    def _cut(self, size: int) -> str:
        place = self._place
        blocks, here = block_count(size, place.frame_count), block_of(place.frame, size, place.frame_count)
        cut = "1 block" if blocks == 1 else f"{blocks} blocks"
        number = place.frame // size + 1
        return f"{cut}; this frame is in block {number}, frames {here.first} to {here.last}. {MEANING}"

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_apply(self) -> None:
        after_keys_before(self, self._confirm)

    def _confirm(self) -> None:
        self.run_worker(self._apply(), exclusive=True)

    async def _apply(self) -> None:
        settings, told = self._place.state.settings, []
        try:
            size, transition = self._block_size(), self.query_one("#transition", Choice).value
            if size != settings.block_size:
                await self._client.submit(ChangeSetting("block_size", size))
                told.append(f"Blocks of {size} frames.")
            if transition != settings.transition:
                await self._client.submit(ChangeSetting("transition", transition))
                told.append(f"Blocks hand over: {transition}.")
        except (InputError, JobError) as error:
            self.query_one("#told", Static).update(printable(error))
        else:
            self.dismiss(" ".join(told) or None)

    def _block_size(self) -> int:
        """The size as the field has it.

        Raises:
            InputError: it is no such number.
        """
        typed = self.query_one("#block_size", Input).value.strip()
        size = whole_number(typed)
        if size is None or not 1 <= size <= MAX_BLOCK_SIZE:
            raise InputError(f"“{typed}” is no block size; type a number of frames from 1 to {MAX_BLOCK_SIZE}.")
        return size
