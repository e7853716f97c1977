"""One line of input that takes the message line's place, so that the picture stays in sight."""

from collections.abc import Awaitable, Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Input, Label

from samannot_tui.errors import InputError
from samannot_tui.tui.widgets.field import Field
from samannot_tui.tui.widgets.key_footer import KeyFooter
from samannot_tui.tui.widgets.message_line import MessageLine
from samannot_tui.tui.widgets.suggestions import Suggestions

CHOOSING = {"tab": 1, "down": 1, "shift+tab": -1, "up": -1}
EDITING = {binding.key: binding for binding in Binding.make_bindings(Input.BINDINGS)}
Answer = Callable[[str], Awaitable[None] | None]


class AskLine(Horizontal):
    """Hidden until `ask` is called; Enter answers; Escape gives up, and so does Enter on nothing if that is no answer.

    While it is open the app gives it every key by `take`, one after the other. Left to themselves, a field and
    the screen handle keys side by side, and those that a slow link delivers in one go miss what they were for.
    """

    DEFAULT_CSS = """
    AskLine { height: 1; display: none; background: $boost;
        & Label { padding: 0 1; text-style: bold; }
        & Input { border: none; height: 1; padding: 0; background: $boost; width: 1fr; }
        & Input:focus { border: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._answer: Answer | None = None
        self._has_suggestions = False
        self._takes_nothing = False

    def compose(self) -> ComposeResult:
        yield Label(markup=False)
        yield Field(compact=True, select_on_focus=False)

    @property
    def is_open(self) -> bool:
        return self._answer is not None

    def ask(
        self,
        question: str,
        answer: Answer,
        value: str = "",
        example: str = "",
        suggestions: Sequence[str] = (),
        takes_nothing: bool = False,
    ) -> None:
        """Open with a question; `value` can be edited, `example` is shown while it is empty.

        Tab and the arrows up and down fill in one of the `suggestions` that fit what is typed. `takes_nothing` where
        Enter on nothing is an answer, too. `answer` gets the text as typed; where it raises InputError, the line
        stays open to mend it. The next key waits for what it returns.
        """
        self.query_one(Label).update(question)
        field = self.query_one(Input)
        field.value = value
        field.placeholder = example
        field.cursor_position = len(value)
        self._has_suggestions = bool(suggestions)
        self._takes_nothing = takes_nothing
        line = self.screen.query_one(Suggestions)
        line.offer(suggestions)
        line.narrow(value)
        self._open(answer)

    async def take(self, event: events.Key) -> None:
        """Handle a key press to its end.

        Raises:
            InputError: it was Enter, and the answer is refused.
        """
        if event.key == "enter":
            await self._give_answer()
        elif event.key == "escape":
            self._close()
        elif event.key in CHOOSING:
            self._fill_in(self.screen.query_one(Suggestions).choose(CHOOSING[event.key]))
        else:
            await self._edit(event)

    async def _edit(self, event: events.Key) -> None:
        field = self.query_one(Input)
        before = field.value
        if event.key in EDITING:
            await self.app.run_action(EDITING[event.key].action, field)
        elif event.is_printable and event.character is not None:
            field.insert_text_at_cursor(event.character)
        if field.value != before:
            self.screen.query_one(Suggestions).narrow(field.value)

    def _fill_in(self, text: str | None) -> None:
        if text is not None:
            field = self.query_one(Input)
            field.value, field.cursor_position = text, len(text)

    async def _give_answer(self) -> None:
        answer, text = self._answer, self.query_one(Input).value
        self._close()
        if answer is not None and (text.strip() or self._takes_nothing):
            try:
                if (done := answer(text)) is not None:
                    await done
            except InputError:
                self._open(answer)
                raise

    def _close(self) -> None:
        self._answer = None
        self._show(False)
        self.screen.set_focus(None)

    def _open(self, answer: Answer) -> None:
        self._answer = answer
        self._show(True)
        self.screen.set_focus(self.query_one(Input))

    def _show(self, is_open: bool) -> None:
        self.display = is_open
        self.screen.query_one(MessageLine).display = not is_open
        has_suggestions = is_open and self._has_suggestions
        self.screen.query_one(Suggestions).display = has_suggestions
        self.screen.query_one(KeyFooter).display = not has_suggestions
        self.app.refresh_bindings()
