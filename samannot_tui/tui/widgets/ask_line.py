"""One line of input that takes the message line's place, so that the picture stays in sight."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

from samannot_tui.tui.widgets.message_line import MessageLine


class AskLine(Horizontal):
    """Hidden until `ask` is called; Enter answers; Escape, or Enter on nothing, gives up."""

    DEFAULT_CSS = """
    AskLine { height: 1; display: none; background: $boost;
        & Label { padding: 0 1; text-style: bold; }
        & Input { border: none; height: 1; padding: 0; background: $boost; width: 1fr; }
        & Input:focus { border: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Give up", id="ask.give_up", tooltip="Close the input line")
    ]

    @dataclass
    class Answered(Message):
        """`topic` is what `ask` was given; `text` what was typed, as typed."""

        topic: str
        text: str

    def __init__(self) -> None:
        super().__init__()
        self._topic = self._last_topic = ""

    def compose(self) -> ComposeResult:
        yield Label(markup=False)
        yield Input(compact=True, select_on_focus=False)

    @property
    def is_open(self) -> bool:
        return bool(self._topic)

    def ask(self, topic: str, question: str, value: str = "", example: str = "") -> None:
        """Open with a question; `value` can be edited, `example` is shown while it is empty."""
        self._topic = topic
        self._show(True)
        self.query_one(Label).update(question)
        field = self.query_one(Input)
        field.value = value
        field.placeholder = example
        field.cursor_position = len(value)
        field.focus()
        self.app.refresh_bindings()

    def reopen(self, text: str) -> None:
        """Ask the last question again: its answer was refused and can be mended."""
        field = self.query_one(Input)
        self.ask(self._last_topic, str(self.query_one(Label).content), text, field.placeholder)

    def action_give_up(self) -> None:
        self._close()

    @on(Input.Submitted)
    def _answer(self, event: Input.Submitted) -> None:
        event.stop()
        self._last_topic = self._topic
        self._close()
        if event.value.strip():
            self.post_message(self.Answered(self._last_topic, event.value))

    def _close(self) -> None:
        self._topic = ""
        self._show(False)
        self.screen.set_focus(None)
        self.app.refresh_bindings()

    def _show(self, is_open: bool) -> None:
        self.display = is_open
        self.screen.query_one(MessageLine).display = not is_open
