"""The status line: which video, where in it, who is active, and what draws and computes."""

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from samannot_tui.masks.palette import voc_color
from samannot_tui.text import printable
from samannot_tui.tui.place import Place
from samannot_tui.tui.widgets.resources import run_line

GAP = 3


class StatusLine(Widget):
    """Left: media, frame, block, view, active label, run. Right: engine and graphics, if there is room."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; }
    """

    def __init__(self, place: Place, media_name: str, means: str, is_read_only: bool) -> None:
        """`means` says what computes and what draws, such as "flow · sixel"."""
        super().__init__()
        self._place = place
        self._media_name = printable(media_name)
        self._means = printable(means)
        self._is_read_only = is_read_only

    def render(self) -> Content:
        left = Content("   ").join(self._parts())
        room = self.size.width - left.cell_length - cell_len(self._means) - 2
        if room < GAP:
            return Content.assemble(" ", left).truncate(self.size.width, ellipsis=True)
        return Content.assemble(" ", left, " " * room, (self._means, "dim"))

    def _parts(self) -> list[Content]:
        place = self._place
        parts = [
            Content.styled(self._media_name, "bold"),
            Content(f"frame {place.frame}/{place.frame_count - 1}"),
            Content(f"block {place.block + 1}/{place.block_count}"),
            Content(place.kept.view),
        ]
        if place.active is not None:
            swatch = "rgb({},{},{})".format(*voc_color(place.active.id))
            name = printable(place.active.name)
            parts.append(Content.assemble(("█", swatch), f" {place.active.id} {name}"))
        if place.frame in place.state.barriers:
            parts.append(Content.styled("┃ barrier", "bold red"))
        if self._is_read_only:
            parts.append(Content.styled("read-only", "bold yellow"))
        if place.run is not None:
            parts.append(Content.styled(f"run {run_line(place.run)}", "bold"))
        return parts
