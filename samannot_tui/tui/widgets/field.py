"""A field to type into."""

from textual.reactive import reactive
from textual.widgets import Input


class Field(Input):
    """Its cursor stands still: one that blinks writes to the terminal twice a second for as long as it is there."""

    cursor_blink = reactive(False, init=False)
