"""The flags dialog: doubtful masks of all labels, the worst first, each with its reasons."""

import asyncio
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
from samannot_tui.review.flags.flag import Flag
from samannot_tui.session.commands import AnyCommand, ChangeSetting
from samannot_tui.text import printable
from samannot_tui.tui.place import Place

MOST = 300
"""Lines; who has looked at so many has changed the annotation meanwhile."""
STEP = 5


class FlagsScreen(ModalScreen[tuple[int, int] | None]):
    """Ends with the (label, frame) to go to, or with None."""

    DEFAULT_CSS = """
    FlagsScreen { align: center middle;
        & > Vertical { width: 95%; max-width: 110; height: auto; max-height: 90%; border: round $primary; padding: 0 1;
                       background: $surface; }
        & OptionList { border: none; height: auto; max-height: 1fr; background: $surface; padding: 0;
                       text-wrap: nowrap; text-overflow: ellipsis; }
        & OptionList:focus { border: none; }
        & Static { height: auto; }
        & #told { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Close", id="flags.close", tooltip="Close the list"),
        Binding("j", "move(1)", "Down", id="flags.down", tooltip="Next flag", show=False),
        Binding("k", "move(-1)", "Up", id="flags.up", tooltip="Previous flag", show=False),
        Binding(
            "minus", f"threshold(-{STEP})", "More", id="flags.more", tooltip="Flag masks that are less doubtful, too"
        ),
        Binding("plus", f"threshold({STEP})", "Fewer", id="flags.fewer", tooltip="Flag only more doubtful masks"),
    ]

    def __init__(self, place: Place, submit: Callable[[AnyCommand], Awaitable[object]]) -> None:
        """`submit` returns when the place knows the events."""
        super().__init__()
        self._place = place
        self._submit = submit
        self._flags: list[Flag] = []

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Doubtful masks, the worst first"
            box.border_subtitle = "Enter goes there · - more · + fewer · Esc closes"
            yield Static("Looking.", id="told", markup=False)
            yield OptionList()

    async def on_mount(self) -> None:
        await self._fill()

    async def _fill(self) -> None:
        board, thresholds, options = self._place.flags, self._place.thresholds, self.query_one(OptionList)
        # The reasons of hundreds of masks take a while.
        self._flags = await asyncio.to_thread(board.worst, MOST, thresholds) if board else []
        options.clear_options()
        options.add_options([Option(self._line(each)) for each in self._flags])
        options.highlighted = 0 if self._flags else None
        self._tell(self._summary())

    def _summary(self) -> str:
        board, percent = self._place.flags, self._place.state.settings.flag_doubt
        if board is None:
            return "The masks are being looked at; open this again in a moment."
        count = board.count(self._place.thresholds)
        shown = f"; the {len(self._flags)} worst are shown" if count > len(self._flags) else ""
        more = "" if board.is_complete else " The masks are still being looked at: there may be more."
        masks = "1 mask is" if count == 1 else f"{count} masks are"
        return f"{masks} {percent} % doubtful or more{shown}.{more}"

    def _line(self, flag: Flag) -> Content:
        swatch = "rgb({},{},{})".format(*voc_color(flag.label))
        name = self._place.name_of(flag.label)
        return Content.assemble(
            f"{flag.doubt:4.0%}  ", ("█", swatch), f" {name}  frame {flag.frame}: ", (flag.words, "dim")
        )

    @on(OptionList.OptionSelected)
    def _go_there(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        flag = self._flags[event.option_index]
        self.dismiss((flag.label, flag.frame))

    def action_move(self, rows: int) -> None:
        options = self.query_one(OptionList)
        options.action_cursor_down() if rows > 0 else options.action_cursor_up()

    async def action_threshold(self, percent: int) -> None:
        wanted = min(max(self._place.state.settings.flag_doubt + percent, STEP), 100 - STEP)
        try:
            await self._submit(ChangeSetting("flag_doubt", wanted))
        except (InputError, JobError) as error:
            self._tell(str(error))
        else:
            await self._fill()

    def _tell(self, sentence: str) -> None:
        self.query_one("#told", Static).update(printable(sentence))
