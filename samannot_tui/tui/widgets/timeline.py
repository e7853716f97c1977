"""The timeline: where the prompts, masks and barriers are, and where we are. A click goes there."""

from dataclasses import dataclass
from functools import partial

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from samannot_tui.engine.stale import stale_blocks
from samannot_tui.masks.palette import voc_color
from samannot_tui.tui.place import Place
from samannot_tui.tui.tracks import Facts, Window, facts, spanned, tracks, window_size
from samannot_tui.tui.widgets.timeline_rows import (
    CURSOR,
    PLAIN,
    SHORT_TITLES,
    TITLES,
    Row,
    short_rows,
    tall_rows,
    video_row,
)

GUTTER = 10
REST = 0.4
"""Seconds without a change; a run that goes on makes one more often."""


class Timeline(Widget):
    """Eight tracks, on short screens three. Zoomed, the first goes on to show the whole video.

    What a step needs is kept: the facts until the annotation or the active label changes, the strips until other
    frames or another block are shown. A step then moves the cursor and nothing else. Stale blocks are looked for when
    the annotation has been left alone for a while, so that no key and no run waits for them.
    """

    DEFAULT_CSS = """
    Timeline { height: 8; width: 1fr; }
    """

    @dataclass
    class Seek(Message):
        """A click on a frame."""

        frame: int

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._window = self._whole
        self._facts: Facts | None = None
        self._facts_of: object = None
        self._stale: tuple[int, ...] = ()
        self._stale_of: int | None = None
        self._stale_timer: Timer | None = None
        self._strips: list[Strip] = []
        self._strips_of: object = None
        self._pressed_row: int | None = None

    @property
    def window(self) -> Window:
        """The frames shown, but for the first row, which always shows all."""
        place = self._place
        count = window_size(place.kept.timeline_zoom, place.frame_count)
        if count != self._window.count:
            self._window = self._window.resized(count, place.frame, place.frame_count)
        self._window = self._window.showing(place.frame, place.frame_count)
        return self._window

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(TITLES)

    @property
    def _whole(self) -> Window:
        return Window(0, self._place.frame_count)

    @property
    def _titles(self) -> tuple[str, ...]:
        return TITLES if self.size.height >= len(TITLES) else SHORT_TITLES

    @property
    def _columns(self) -> int:
        return max(1, self.size.width - GUTTER)

    def render_line(self, y: int) -> Strip:
        if y >= len(self._titles) or self.size.width <= GUTTER:
            return Strip.blank(self.size.width, self.rich_style)
        strip = self._bare_strips()[y]
        cursor = GUTTER + self._window_of(y).column_of(self._place.frame, self._columns)
        under = strip.crop(cursor, cursor + 1).text
        glyph = "▼" if y == 0 else "│" if under in " ·┊" else under
        with_cursor = [strip.crop(0, cursor), Strip([Segment(glyph, CURSOR)], 1), strip.crop(cursor + 1)]
        return Strip.join(with_cursor).apply_style(self.rich_style)

    def _window_of(self, row: int) -> Window:
        return self._whole if row == 0 else self.window

    def _bare_strips(self) -> list[Strip]:
        """All rows, without the cursor."""
        place, window, columns, titles = self._place, self.window, self._columns, self._titles
        facts = self._facts_now()
        key = facts, window, columns, place.block, titles
        if self._strips_of != key:
            rows = self._rows(facts, window, columns)
            self._strips = [
                Strip([Segment(f" {title}".ljust(GUTTER), PLAIN), *row.segments()], GUTTER + columns)
                for title, row in zip(titles, rows, strict=True)
            ]
            self._strips_of = key
        return self._strips

    def _facts_now(self) -> Facts:
        place = self._place
        key = place.state.last_seq, place.label, place.flags
        if self._facts is None or self._facts_of != key:
            known = facts(place.state, place.live, place.label, self._stale, place.flagged)
            self._facts, self._facts_of = known, key
        return self._facts

    def refresh_tracks(self) -> None:
        """The annotation or the place has changed."""
        self.refresh()
        if self._stale_of != self._place.state.last_seq:
            self._stale_of = self._place.state.last_seq
            if self._stale_timer is not None:
                self._stale_timer.stop()
            self._stale_timer = self.set_timer(REST, self._look_for_stale)

    def _look_for_stale(self) -> None:
        stale = stale_blocks(self._place.state, self._place.live)
        if stale != self._stale:
            self._stale, self._facts = stale, None
            self.refresh()

    def _rows(self, facts: Facts, window: Window, columns: int) -> tuple[Row, ...]:
        place, whole = self._place, self._whole
        size = facts.block_size
        is_zoomed = window != whole
        overview = tracks(facts, whole, columns)
        shown = tracks(facts, window, columns) if is_zoomed else overview
        across = partial(spanned, window=whole, columns=columns)
        own = Style(color="rgb({},{},{})".format(*voc_color(place.label or 0)))
        is_tall = self._titles is TITLES
        video = video_row(
            overview,
            across(place.block * size, place.block * size + size - 1),
            across(window.first, window.first + window.count - 1) if is_zoomed else None,
            barriers=not is_tall,
        )
        return (video, *(tall_rows if is_tall else short_rows)(shown, own))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._pressed_row = int(event.y)
        self._seek(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._pressed_row is not None:
            self._seek(event)

    def on_mouse_up(self) -> None:
        self.release_mouse()
        self._pressed_row = None

    def _seek(self, event: events.MouseEvent) -> None:
        event.stop()
        window = self._window_of(self._pressed_row or 0)
        self.post_message(self.Seek(window.frame_at(int(event.x) - GUTTER, self._columns)))
