"""The help screen, made from the bindings alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import ClassVar

from rich.table import Column, Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from samannot_tui.tui.bindings import Topic
from samannot_tui.tui.widgets.timeline_rows import legend

KEY_COLUMNS = 18


class HelpScreen(ModalScreen[None]):
    """Every key of the workspace, by topic."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle;
        & VerticalScroll { width: 90%; max-width: 100; height: 90%; border: round $primary; padding: 0 1;
                           background: $surface; }
        & .title { text-style: bold underline; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "Close", id="help.close", tooltip="Close the help"),
        Binding("down,j", "scroll(1)", "Down", id="help.down", tooltip="Scroll down", show=False),
        Binding("up,k", "scroll(-1)", "Up", id="help.up", tooltip="Scroll up", show=False),
    ]

    def __init__(self, topics: Sequence[Topic], notes: str) -> None:
        super().__init__()
        self._topics = topics
        self._notes = notes

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False) as pane:
            pane.border_title = "Keys"
            pane.border_subtitle = "Esc closes"
            yield Static(self._notes, markup=False)
            yield Static(legend())
            for topic in self._topics:
                yield Static(topic.title, markup=False, classes="title")
                # One widget a topic: one a key took half a second to open.
                table = Table.grid(Column(width=KEY_COLUMNS, style="bold"), Column(ratio=1), padding=(0, 1, 0, 0))
                for keys, what in self.rows(topic):
                    table.add_row(Text(keys), Text(what))
                yield Static(table)

    def rows(self, topic: Topic) -> Iterator[tuple[str, str]]:
        """The lines of a topic: keys, and what they do."""
        for what, bindings in groupby(topic.bindings, key=_line_of):
            yield self._keys(bindings), what

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def _keys(self, bindings: Iterable[Binding]) -> str:
        """The keys of a line; a modifier that they share is named once."""
        each_key = Binding.make_bindings([replace(binding, key_display=None) for binding in bindings])
        keys = [self.app.get_key_display(each) for each in each_key]
        return keys[0] + "".join(f" {key.removeprefix('shift+')}" for key in keys[1:])


def _line_of(binding: Binding) -> str:
    return binding.group.description if binding.group and not binding.show else binding.tooltip
