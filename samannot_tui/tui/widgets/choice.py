"""One of several values, chosen by the arrows alone."""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Mount
from textual.widgets import RadioButton, RadioSet


class Choice(RadioSet):
    """As a RadioSet, but an arrow chooses at once, so that Enter is free to carry out what the dialog is for."""

    DEFAULT_CSS = """
    Choice { border: none; padding: 0; width: 1fr; height: auto;
        &:focus { border: none; }
        &.row { layout: horizontal; height: 1; overflow: hidden; }
        &.row RadioButton { width: auto; margin-right: 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "choose(1)", "Next", show=False),
        Binding("up,left", "choose(-1)", "Previous", show=False),
    ]

    def __init__(self, values: Iterable[tuple[str, str]], value: str, id: str, *, in_a_row: bool = False) -> None:
        """`values` are (value, its text); the text is shown as it is."""
        buttons = [RadioButton(Content(text), value=each == value, name=each) for each, text in values]
        super().__init__(*buttons, id=id, classes="row" if in_a_row else None)

    @property
    def value(self) -> str:
        """The value that is chosen."""
        assert self.pressed_button is not None and self.pressed_button.name is not None, "one of them always is"
        return self.pressed_button.name

    def choose(self, value: str) -> None:
        """As if the person had chosen it."""
        for button in self.query(RadioButton):
            if button.name == value:
                button.value = True

    def _on_mount(self, event: Mount) -> None:
        event.prevent_default()
        super()._on_mount(event)
        self._selected = self.pressed_index  # the base class stands on the first

    def action_choose(self, step: int) -> None:
        if step > 0:
            self.action_next_button()
        else:
            self.action_previous_button()
        assert self._selected is not None, "there are buttons, and all can be chosen"
        button = self._nodes[self._selected]
        assert isinstance(button, RadioButton)
        button.value = True
