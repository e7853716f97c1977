"""The status line: which video, where in it, who is active, and what draws and computes."""

from collections.abc import Iterator

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from samannot_tui.masks.palette import voc_color
from samannot_tui.text import printable
from samannot_tui.tui.place import Place
from samannot_tui.tui.widgets.resources import run_line

GAP = 3
SHORT_NAME = 8
DISPENSABLE = ("block", "view", "media", "label")


class StatusLine(Widget):
    """Left: media, frame, block, view, active label, run. Right: engine and graphics, if there is room.

    Where even the left does not fit, names are shortened, then what is least needed is left out.
    """

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
        versions = list(self._versions())
        left = next((each for each in versions if each.cell_length < self.size.width), versions[-1])
        room = self.size.width - left.cell_length - cell_len(self._means) - 2
        if room < GAP:
            return Content.assemble(" ", left).truncate(self.size.width, ellipsis=True)
        return Content.assemble(" ", left, " " * room, (self._means, "dim"))

    def _versions(self) -> Iterator[Content]:
        """The left side, from whole to as short as it gets."""
        yield Content(" " * GAP).join(self._parts(self.size.width).values())
        parts = self._parts(SHORT_NAME)
        yield Content(" " * GAP).join(parts.values())
        for name in DISPENSABLE:
            parts.pop(name, None)
            yield Content(" " * GAP).join(parts.values())

    def _parts(self, longest_name: int) -> dict[str, Content]:
        place = self._place
        parts = {
            "media": Content.styled(self._media_name, "bold").truncate(longest_name, ellipsis=True),
            "frame": Content(f"frame {place.frame}/{place.frame_count - 1}"),
            "block": Content(f"block {place.block + 1}/{place.block_count}"),
            "view": Content(place.kept.view),
        }
        if place.active is not None:
            swatch = "rgb({},{},{})".format(*voc_color(place.active.id))
            name = Content(printable(place.active.name)).truncate(longest_name, ellipsis=True)
            parts["label"] = Content.assemble(("█", swatch), f" {place.active.id} ", name)
        if place.frame in place.state.barriers:
            parts["barrier"] = Content.styled("┃ barrier", "bold red")
        if self._is_read_only:
            parts["read-only"] = Content.styled("read-only", "bold yellow")
        if place.run is not None:
            parts["run"] = Content.styled(f"run {run_line(place.run)}", "bold")
        return parts
