"""The timeline: where the prompts, masks and barriers are, and where we are. A click goes there."""

from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from samannot_tui.masks.palette import voc_color
from samannot_tui.tui.place import Place
from samannot_tui.tui.tracks import Columns, Tracks, column_of, frame_at, tracks

TITLES = ("video", "prompts", "· active", "masks", "· active", "barriers")
SHORT_TITLES = ("video", "prompts", "masks")
GUTTER = 10

PLAIN = Style(color="#6b7280")
DONE = Style(color="#2e9f4d")
BLOCK = Style(color="#e5e7eb")
PROMPT = Style(color="#4169ff", bold=True)
MASK = Style(color="#2e9f4d")
BARRIER = Style(color="#ff3b30", bold=True)
CURSOR = Style(color="#000000", bgcolor="#ffd60a")

Cell = tuple[str, Style]


class Timeline(Widget):
    """Six tracks. On short screens three: barriers cross the video's; the upper half of a mark says "any label",
    the lower half "the active one".
    """

    DEFAULT_CSS = """
    Timeline { height: 6; width: 1fr; }
    """

    @dataclass
    class Seek(Message):
        """A click on a frame."""

        frame: int

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._tracks: Tracks | None = None

    def refresh_tracks(self) -> None:
        """The annotation or the place has changed."""
        self._tracks = None
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(TITLES)

    @property
    def _titles(self) -> tuple[str, ...]:
        return TITLES if self.size.height >= len(TITLES) else SHORT_TITLES

    @property
    def _columns(self) -> int:
        return max(1, self.size.width - GUTTER)

    def render_line(self, y: int) -> Strip:
        titles = self._titles
        if y >= len(titles) or self.size.width <= GUTTER:
            return Strip.blank(self.size.width, self.rich_style)
        place = self._place
        if self._tracks is None:
            self._tracks = tracks(place.state, place.live, place.frame_count, place.label, place.frame, self._columns)
        cells = self._cells(y, self._tracks) if titles is TITLES else self._short_cells(y, self._tracks)
        cursor = column_of(place.frame, place.frame_count, self._columns)
        glyph = cells[cursor][0]
        cells[cursor] = ("▼" if y == 0 else "│" if glyph in " ·" else glyph, CURSOR)
        title = f" {titles[y]}".ljust(GUTTER)
        segments = [Segment(title, PLAIN), *(Segment(glyph, style) for glyph, style in cells)]
        return Strip(segments, self.size.width).simplify().apply_style(self.rich_style)

    @property
    def _own(self) -> Style:
        return Style(color="rgb({},{},{})".format(*voc_color(self._place.label or 0)))

    def _cells(self, row: int, shown: Tracks) -> list[Cell]:
        match row:
            case 0:
                return self._video_cells(shown)
            case 1:
                return _marked(shown.prompts, "◆", PROMPT)
            case 2:
                return _marked(shown.active_prompts, "◆", self._own)
            case 3:
                return _marked(shown.masks, "▬", MASK)
            case 4:
                return _marked(shown.active_masks, "▬", self._own)
            case _:
                return _marked(shown.barriers, "┃", BARRIER)

    def _short_cells(self, row: int, shown: Tracks) -> list[Cell]:
        match row:
            case 0:
                video = self._video_cells(shown)
                return [("┃", BARRIER) if at else cell for at, cell in zip(shown.barriers, video, strict=True)]
            case 1:
                return _halved(shown.prompts, shown.active_prompts, PROMPT, self._own)
            case _:
                return _halved(shown.masks, shown.active_masks, MASK, self._own)

    def _video_cells(self, shown: Tracks) -> list[Cell]:
        cells: list[Cell] = []
        for column in range(len(shown.done)):
            glyph = "█" if shown.done[column] else "▓" if shown.started[column] else "░"
            style = BLOCK if shown.block[column] else DONE if shown.done[column] else PLAIN
            cells.append(("▏" if shown.block_start[column] else glyph, style))
        return cells

    def on_resize(self) -> None:
        self._tracks = None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._seek(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if event.button:
            self._seek(event)

    def _seek(self, event: events.MouseEvent) -> None:
        event.stop()
        frame = frame_at(int(event.x) - GUTTER, self._place.frame_count, self._columns)
        self.post_message(self.Seek(frame))


def _marked(columns: Columns, glyph: str, style: Style) -> list[Cell]:
    return [(glyph, style) if marked else ("·", PLAIN) for marked in columns]


def _halved(every: Columns, active: Columns, upper: Style, lower: Style) -> list[Cell]:
    """Two tracks in one row of half blocks; the second is part of the first."""
    both = upper + Style(bgcolor=lower.color)
    return [
        ("▀", both if own else upper) if marked else ("·", PLAIN) for marked, own in zip(every, active, strict=True)
    ]
