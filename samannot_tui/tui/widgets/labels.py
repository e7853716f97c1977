"""The label pane: every instance with its colour, and how sure its mask on this frame is."""

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from samannot_tui.masks.index import RecordSource
from samannot_tui.masks.palette import voc_color
from samannot_tui.session.state import Label
from samannot_tui.text import printable
from samannot_tui.tui.place import Place

SOURCE_GLYPHS = {RecordSource.PROMPTED: "◆", RecordSource.PROPAGATED: "▸", RecordSource.EDITED: "✎"}
HINT = " a adds a label"


class LabelPane(ScrollView, can_focus=False):
    """One line a label: ID, colour, name, who made its mask (◆ prompts, ▸ a run, ✎ a person), quality."""

    DEFAULT_CSS = """
    LabelPane { border: round $surface-lighten-2; border-title-color: $text-muted; height: 1fr; min-height: 4;
                scrollbar-size-vertical: 1; }
    """

    @dataclass
    class Picked(Message):
        """A click on a label."""

        label: int

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self.border_title = "Labels"

    def refresh_labels(self) -> None:
        """Labels, masks or the place have changed."""
        labels = list(self._place.state.labels)
        self.virtual_size = Size(0, max(1, len(labels)))
        if self._place.label in labels:
            row = labels.index(self._place.label)
            self.scroll_to_region(Region(0, row, 1, 1), animate=False, x_axis=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        labels = list(self._place.state.labels.values())
        row = y + self.scroll_offset.y
        if not labels and row == 0:
            strip = Strip([Segment(HINT, Style(dim=True))])
        elif row < len(labels):
            strip = self._line(labels[row], width)
        else:
            strip = Strip([])
        return strip.apply_style(self.rich_style).adjust_cell_length(width, self.rich_style)

    def _line(self, label: Label, width: int) -> Strip:
        style = Style(reverse=label.id == self._place.label, dim=label.hidden)
        standing = "(hidden)" if label.hidden else self._standing(label.id)
        space = max(0, width - len("255 █  ") - cell_len(standing) - 1)
        name = set_cell_size(printable(label.name), space)
        return Strip(
            [
                Segment(f"{label.id:>3} ", style),
                Segment("█", Style(color="rgb({},{},{})".format(*voc_color(label.id)))),
                Segment(f" {name} {standing} ", style),
            ]
        )

    def _standing(self, label: int) -> str:
        """Who made the mask on this frame and how good it is predicted to be."""
        if (self._place.frame, label) in self._place.pending:
            return "…"
        record = self._place.live.record(self._place.frame, label)
        if record is None:
            return ""
        row = self._place.live.index.row(record)
        glyph = SOURCE_GLYPHS[RecordSource(row.source)]
        return f"{glyph} absent" if row.object_score <= 0 else f"{glyph}{row.quality:4.0%}"

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        labels = list(self._place.state.labels)
        row = offset.y + self.scroll_offset.y
        if row < len(labels):
            self.post_message(self.Picked(labels[row]))
