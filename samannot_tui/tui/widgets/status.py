"""The status line: which video, where in it, who is active, and what draws and computes."""

from collections.abc import Callable, Iterator

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from samannot_tui.masks.palette import voc_color
from samannot_tui.session.view import View
from samannot_tui.text import printable
from samannot_tui.tui.place import Place
from samannot_tui.tui.widgets.resources import run_line

GAP = 3
SHORT_NAME = 8
DISPENSABLE = ("block", "view", "media", "label")


class StatusLine(Widget):
    """Left: media, frame, block, view, active label, run, and an engine that is not up.

    Right: engine and graphics, or the engine alone, or no more than its name, for which names on the left are
    shortened. Where even the left does not fit, what is least needed is left out.
    """

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; }
    """

    def __init__(self, place: Place, media_name: str, graphics: Callable[[], str], is_read_only: bool) -> None:
        """`graphics` says what draws, such as "sixel", and how fast it gets there."""
        super().__init__()
        self._place = place
        self._media_name = printable(media_name)
        self._graphics = graphics
        self._is_read_only = is_read_only

    def render(self) -> Content:
        whole, short, *rest = self._versions()
        for left in (whole, short):
            for means in self._means():
                room = self.size.width - left.cell_length - cell_len(means) - 2
                if room >= GAP:
                    return Content.assemble(" ", left, " " * room, (means, "dim"))
        left = next((each for each in (whole, short, *rest) if each.cell_length < self.size.width), rest[-1])
        return Content.assemble(" ", left).truncate(self.size.width, ellipsis=True)

    def _means(self) -> Iterator[str]:
        """What computes and draws, from whole to as short as it gets."""
        engine = printable(self._place.engine.words)
        yield " · ".join(filter(None, [engine, self._graphics()]))
        if engine:
            yield engine
            yield printable(self._place.engine.name)

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
            "view": Content(_view_in_words(place)),
        }
        if place.active is not None:
            swatch = "rgb({},{},{})".format(*voc_color(place.active.id))
            name = Content(printable(place.active.name)).truncate(longest_name, ellipsis=True)
            parts["label"] = Content.assemble(("█", swatch), f" {place.active.id} ", name)
        if place.frame in place.state.barriers:
            parts["barrier"] = Content.styled("┃ barrier", "bold red")
        if self._is_read_only:
            parts["read-only"] = Content.styled("read-only", "bold yellow")
        if place.engine.alert:
            parts["engine"] = Content.styled(printable(place.engine.alert), "bold yellow")
        if place.run is not None:
            parts["run"] = Content.styled(f"run {run_line(place.run)}", "bold")
        return parts


def _view_in_words(place: Place) -> str:
    """Such as "overlay 30 % one label", of which only what differs from how it is at first is told."""
    if place.kept.compare:
        return f"original, not {place.kept.view}"
    words: list[str] = [place.view]
    if place.view == "overlay" and place.kept.opacity != View().opacity:
        words.append(f"{place.kept.opacity} %")
    if place.view != "original" and place.kept.only_active:
        words.append("one label")
    return " ".join(words)
