"""The engine dialog: which engine and checkpoint, and how exact."""

from collections.abc import Iterable
from typing import ClassVar, get_args

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, RadioButton, RadioSet, Static

from samannot_tui.errors import InputError, JobError
from samannot_tui.session.settings import IMAGE_SIZES, Precision, Settings
from samannot_tui.text import printable
from samannot_tui.tui.client import Client
from samannot_tui.tui.engine_choices import Offer
from samannot_tui.tui.widgets.field import Field


class EngineScreen(ModalScreen[str]):
    """Ends with a sentence about the engine that is used from now on, or with None where all stays as it was."""

    DEFAULT_CSS = """
    EngineScreen { align: center middle;
        & > Vertical { width: 95%; max-width: 90; height: auto; max-height: 95%; border: round $primary;
                       padding: 0 1; background: $surface; }
        & RadioSet { border: none; padding: 0; width: 1fr; }
        & RadioSet:focus { border: none; }
        & RadioButton:disabled .toggle--label { color: $text-disabled; }
        & #engine { height: auto; max-height: 12; }
        & #problem { color: $warning; height: auto; }
        & Horizontal { height: 1; }
        & Horizontal Label { width: 13; }
        & Horizontal .hint { width: 1fr; color: $text-muted; padding-left: 1; }
        & Horizontal Input { width: 8; background: $boost; }
        & Horizontal RadioSet { layout: horizontal; height: 1; overflow: hidden; }
        & Horizontal RadioSet RadioButton { width: auto; margin-right: 2; }
        & #sizes { margin-top: 1; }
        & Button { margin-top: 1; }
        & #told { color: $warning; height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="engine.close", tooltip="Close the dialog; nothing changes"),
    ]

    def __init__(self, client: Client, settings: Settings, offer: Offer) -> None:
        super().__init__()
        self._client = client
        self._settings = settings
        self._offer = offer
        self._is_applying = False

    def compose(self) -> ComposeResult:
        settings = self._settings
        with Vertical() as box:
            box.border_title = "Engine"
            box.border_subtitle = "Tab next field · arrows, Space choose · Esc closes"
            with RadioSet(id="engine"):
                for choice in self._offer.choices:
                    is_set, is_off = choice.is_set(settings), not choice.can_run
                    yield RadioButton(Content(choice.text), value=is_set, disabled=is_off)
            if self._offer.problem:
                yield Static(self._offer.problem, id="problem", markup=False)
            with Horizontal(id="sizes"):
                yield Label("Image size")
                yield Field(str(settings.image_size), id="image_size", compact=True)
                yield Label(
                    f"a multiple of {IMAGE_SIZES.step} up to {IMAGE_SIZES[-1]}; smaller is faster", classes="hint"
                )
            yield from _one_of("Precision", "precision", get_args(Precision), settings.precision)
            yield Button("Apply", compact=True, variant="primary")
            yield Static(id="told", markup=False)

    @on(RadioSet.Changed)
    def _stop(self, event: RadioSet.Changed) -> None:
        event.stop()

    @on(Input.Submitted)
    @on(Button.Pressed)
    def _start(self, event: Input.Submitted | Button.Pressed) -> None:
        event.stop()
        if not self._is_applying:
            self._is_applying = True
            self.run_worker(self._apply())

    def action_leave(self) -> None:
        # What is being applied is not taken back by looking away.
        if not self._is_applying:
            self.dismiss(None)

    async def _apply(self) -> None:
        try:
            self.dismiss(await self._client.change_engine(self._chosen()))
        except (InputError, JobError) as error:
            self.query_one("#told", Static).update(printable(error))
        self._is_applying = False

    def _chosen(self) -> dict[str, object]:
        """The settings as the fields have them.

        Raises:
            InputError: the image size is no number.
        """
        choice = self._offer.choices[self.query_one("#engine", RadioSet).pressed_index]
        typed = self.query_one("#image_size", Input).value.strip()
        if not (typed.isascii() and typed.isdigit()):
            raise InputError(f"The image size “{typed}” is not a number of pixels.")
        checkpoint = self._settings.checkpoint if choice.engine == "flow" else choice.checkpoint
        return {
            "engine": choice.engine,
            "checkpoint": checkpoint,
            "image_size": int(typed),
            "precision": self._pressed("#precision"),
        }

    def _pressed(self, selector: str) -> str | None:
        pressed = self.query_one(selector, RadioSet).pressed_button
        return pressed.name if pressed is not None else None


def _one_of(title: str, setting: str, values: Iterable[str], value: str) -> ComposeResult:
    """A row of values, one of which is set."""
    with Horizontal():
        yield Label(title)
        with RadioSet(id=setting):
            for each in values:
                yield RadioButton(each, value=each == value, name=each)
