"""The line of a replay: is it playing, how fast, and how far along the journal it is."""

from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from samannot_tui.session.times import local_time

NARROWEST_BAR = 5


@dataclass(frozen=True)
class PlayerStatus:
    """What the line shows: the event gone to last, when that happened (POSIX time), of how many."""

    seq: int
    last_seq: int
    moment: float | None
    speed: float
    is_playing: bool


class PlayerLine(Widget):
    """A click on the bar goes there."""

    DEFAULT_CSS = """
    PlayerLine { height: 1; }
    """

    @dataclass
    class Seek(Message):
        """A click on an event."""

        seq: int

    def __init__(self, status: PlayerStatus) -> None:
        super().__init__()
        self._status = status

    def show(self, status: PlayerStatus) -> None:
        if status != self._status:
            self._status = status
            self.refresh()

    def render(self) -> Content:
        before, after = self._before(), self._after()
        bar = self._bar_columns()
        if not bar:
            return Content(f"{before}{after}").truncate(self.size.width, ellipsis=True)
        done = self._column_of(self._status.seq, bar)
        return Content.assemble(
            (before, "bold"),
            ("━" * done, "bold $primary"),
            ("●", "bold yellow"),
            ("─" * (bar - done - 1), "dim"),
            after,
        )

    def _before(self) -> str:
        return f" {'▶' if self._status.is_playing else '‖'} {f'{self._status.speed:g}x':<5} "

    def _after(self) -> str:
        status = self._status
        when = "" if status.moment is None else f"  {local_time(status.moment)}"
        return f"  {status.seq}/{status.last_seq}{when} "

    def _bar_columns(self) -> int:
        """0 where there is no room for one."""
        room = self.size.width - cell_len(self._before()) - cell_len(self._after())
        return room if room >= NARROWEST_BAR else 0

    def _column_of(self, seq: int, columns: int) -> int:
        return seq * (columns - 1) // max(1, self._status.last_seq)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        columns, column = self._bar_columns(), int(event.x) - cell_len(self._before())
        if 0 <= column < columns:
            event.stop()
            self.post_message(self.Seek(round(column * self._status.last_seq / max(1, columns - 1))))
