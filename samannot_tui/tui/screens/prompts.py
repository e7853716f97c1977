"""The list of a frame's prompts, of all labels."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from samannot_tui.errors import InputError, JobError
from samannot_tui.masks.palette import voc_color
from samannot_tui.session.placed import PlacedPrompt
from samannot_tui.text import printable
from samannot_tui.tui.place import Place
from samannot_tui.tui.prompting import describe


class PromptsScreen(ModalScreen[PlacedPrompt | None]):
    """Ends with the prompt to select, or with None."""

    DEFAULT_CSS = """
    PromptsScreen { align: center middle;
        & > Vertical { width: 90%; max-width: 70; height: auto; max-height: 80%; border: round $primary; padding: 0 1;
                       background: $surface; }
        & OptionList { border: none; height: auto; max-height: 20; background: $surface; padding: 0; }
        & OptionList:focus { border: none; }
        & #told { height: auto; color: $warning; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Close", id="prompts.close", tooltip="Close the list"),
        Binding("delete,backspace,d", "remove", "Remove", id="prompts.remove", tooltip="Remove this prompt"),
        Binding("j", "move(1)", "Down", id="prompts.down", tooltip="Next prompt", show=False),
        Binding("k", "move(-1)", "Up", id="prompts.up", tooltip="Previous prompt", show=False),
    ]

    def __init__(self, place: Place, remove: Callable[[PlacedPrompt], Awaitable[None]]) -> None:
        """`remove` returns when the place knows that the prompt is gone."""
        super().__init__()
        self._place = place
        self._remove = remove
        self._prompts: list[PlacedPrompt] = []

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = f"Prompts of frame {self._place.frame}"
            box.border_subtitle = "Enter selects · Delete removes · Esc closes"
            yield OptionList()
            yield Static(id="told", markup=False)

    def on_mount(self) -> None:
        self._fill()

    def _fill(self) -> None:
        place, options = self._place, self.query_one(OptionList)
        row = options.highlighted or 0
        self._prompts = [each for label in place.state.labels for each in place.state.prompts_on(place.frame, label)]
        options.clear_options()
        options.add_options([Option(self._line(each)) for each in self._prompts])
        picked = [at for at, each in enumerate(self._prompts) if each == place.selected]
        if self._prompts:
            options.highlighted = min((picked or [row])[0], len(self._prompts) - 1)
        else:
            self._tell("There is no prompt on this frame; p places points, b boxes.")

    def _line(self, placed: PlacedPrompt) -> Content:
        swatch = "rgb({},{},{})".format(*voc_color(placed.label))
        hidden = " (hidden)" if self._place.state.labels[placed.label].hidden else ""
        by = "" if placed.auto is None else "  handed over by a run"
        name = self._place.name_of(placed.label)
        return Content.assemble(("█", swatch), f" {placed.label} {name}{hidden}  {describe(placed.prompt)}{by}")

    @on(OptionList.OptionSelected)
    def _select(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._prompts[event.option_index])

    def action_move(self, rows: int) -> None:
        options = self.query_one(OptionList)
        options.action_cursor_down() if rows > 0 else options.action_cursor_up()

    async def action_remove(self) -> None:
        row = self.query_one(OptionList).highlighted
        if row is None:
            return
        try:
            await self._remove(self._prompts[row])
        except (InputError, JobError) as error:
            self._tell(str(error))
        self._fill()

    def _tell(self, sentence: str) -> None:
        self.query_one("#told", Static).update(printable(sentence))
