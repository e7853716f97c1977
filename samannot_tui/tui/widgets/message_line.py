"""The line under the timeline: what is being done and how, or what happened last."""

from textual.content import Content
from textual.widget import Widget

from samannot_tui.text import printable
from samannot_tui.tui.place import Place


class MessageLine(Widget):
    """In a prompt mode: the crosshair and the keys that move it; else the latest message."""

    DEFAULT_CSS = """
    MessageLine { height: 1; }
    """

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._message = ""

    def say(self, message: str) -> None:
        """Show a message until the next one."""
        self._message = printable(message)
        self.refresh()

    @property
    def text(self) -> str:
        """What is shown, without style."""
        return self.render().plain.strip()

    def render(self) -> Content:
        width = max(1, self.size.width)
        if self._place.mode is None:
            return Content(f" {self._message}").truncate(width, ellipsis=True)
        return Content.assemble((f" {self._mode()} ", "reverse bold"), f" {self._hint()}").truncate(
            width, ellipsis=True
        )

    def _mode(self) -> str:
        mode = self._place.mode
        assert mode is not None
        sign = ("+" if mode.positive else "−") if mode.kind == "point" else "▭"
        return f"{mode.kind} {sign} at {mode.x:g},{mode.y:g}"

    def _hint(self) -> str:
        mode, extent = self._place.mode, self._place.extent
        assert mode is not None
        done = "places it" if mode.kind == "point" else "second corner" if mode.corner else "first corner"
        steps = f"arrows {extent.coarse_step} px, ctrl 5, shift 1"
        sign = "s sign · " if mode.kind == "point" else ""
        return f"Enter {done} · {sign}t type · {steps}"
