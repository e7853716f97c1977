"""What an open question may be answered with, in the footer's place: no key of that does anything meanwhile."""

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from samannot_tui.text import printable


class Suggestions(Widget):
    """One line: the suggestions that fit what is typed; the chosen one stands out."""

    DEFAULT_CSS = """
    Suggestions { dock: bottom; height: 1; display: none; background: $boost; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._all: Sequence[str] = ()
        self._fitting: list[str] = []
        self._at: int | None = None

    def offer(self, suggestions: Sequence[str]) -> None:
        """Suggestions for another question."""
        self._all = suggestions
        self.narrow("")

    def narrow(self, typed: str) -> None:
        """Keep those that hold what is typed, first those that begin with it; none is chosen."""
        wanted = typed.strip().casefold()
        holding = [each for each in self._all if wanted in each.casefold()]
        self._fitting = sorted(holding, key=lambda each: not each.casefold().startswith(wanted))
        self._at = None
        self.refresh()

    def choose(self, rows: int) -> str | None:
        """Choose the next one (-1: the one before), round and round; None where nothing fits."""
        if not self._fitting:
            return None
        self._at = (self._at + rows if self._at is not None else min(rows, 0)) % len(self._fitting)
        self.refresh()
        return self._fitting[self._at]

    def render(self) -> Content:
        chosen = self._at or 0
        parts: list[Content | tuple[str, str] | str] = [(" Tab ", "bold"), " " if self._fitting else " nothing fits"]
        for at in range(chosen, len(self._fitting)):
            parts += [(printable(self._fitting[at]), "reverse" if at == self._at else ""), " · "]
        return Content.assemble(*parts[:-1] if self._fitting else parts).truncate(
            max(1, self.size.width), ellipsis=True
        )
