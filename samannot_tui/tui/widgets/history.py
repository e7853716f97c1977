"""What was done around the event that a replay is at."""

from collections.abc import Sequence

from textual.content import Content

from samannot_tui.session import events as ev
from samannot_tui.session.describe import describe
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.state import Label, State
from samannot_tui.tui.widgets.lines import Lines

BEFORE, AFTER = 6, 4


class HistoryPane(Lines):
    """A line for each event; how a run got on takes none, but for the event that is shown."""

    DEFAULT_CSS = """
    HistoryPane { border: round $surface-lighten-2; border-title-color: $text-muted; height: 13;
                  text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, history: Sequence[AnyEvent]) -> None:
        super().__init__()
        # All events, so that those to come can be told as well.
        self._all = State(history=list(history))
        self.border_title = "History"

    def words(self, seq: int, labels: dict[int, Label]) -> str:
        """What event `seq` was, labels named as they are then."""
        self._all.labels = labels
        return describe(self._all.event(seq), self._all)

    def show_event(self, seq: int, labels: dict[int, Label]) -> None:
        """Show what was done around event `seq`, 0 for the beginning."""
        before, after = self._told(range(seq - 1, 0, -1), BEFORE), self._told(range(seq + 1, self._count + 1), AFTER)
        seqs = [*reversed(before), *([seq] if seq else []), *after]
        lines = [Content(f" {each:>{len(str(self._count))}}  {self.words(each, labels)}") for each in seqs]
        styles = ["dim" if each > seq else "reverse" if each == seq else "" for each in seqs]
        styled = [line.stylize(style) if style else line for line, style in zip(lines, styles, strict=True)]
        self.show(Content("\n").join(styled))

    @property
    def _count(self) -> int:
        return len(self._all.history)

    def _told(self, seqs: range, most: int) -> list[int]:
        found: list[int] = []
        for seq in seqs:
            if len(found) == most:
                break
            if not isinstance(self._all.event(seq), ev.RunProgressed):
                found.append(seq)
        return found
