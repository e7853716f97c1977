"""Enter in a dialog, with which no field may do something of its own."""

from collections.abc import Callable
from typing import Any

from textual.message import Message
from textual.screen import Screen


class Confirmed(Message):
    """Bubbles up to the app, which then has it carried out."""

    def __init__(self, dialog: Screen[Any], do: Callable[[], object]) -> None:
        super().__init__()
        self._dialog = dialog
        self._do = do

    def carry_out(self) -> None:
        """Nothing, where an Enter before this one has closed the dialog."""
        if self._dialog.is_current:
            self._do()


def after_keys_before(dialog: Screen[Any], do: Callable[[], object]) -> None:
    """Call when all keys that were typed before this one have done what they do.

    A binding with priority acts at once, any other key takes the way up from the field that has the focus: whoever
    types fast would have their Enter overtake the tick before it. This takes the same way.
    """
    (dialog.focused or dialog).post_message(Confirmed(dialog, do))
