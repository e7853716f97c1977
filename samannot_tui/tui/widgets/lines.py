"""A few lines of text that change often."""

from textual.content import Content
from textual.widgets import Static


class Lines(Static):
    """The screen is laid out anew only when the text takes another number of rows."""

    def __init__(self) -> None:
        super().__init__(Content(""))
        self._text = Content("")

    def show(self, text: Content) -> None:
        """Show this text in place of the last."""
        before, self._text = self._text, text
        if not text.is_same(before):
            self.update(text, layout=self._rows(text) != self._rows(before))

    def _rows(self, text: Content) -> int:
        return len(text.wrap(max(1, self.content_size.width)))
