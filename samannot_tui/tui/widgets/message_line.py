"""The line under the timeline: what is being done and how, or what happened last."""

from textual.content import Content
from textual.widget import Widget

from samannot_tui.review.progress import tally
from samannot_tui.text import printable
from samannot_tui.tui.painting import PaintMode
from samannot_tui.tui.place import Place
from samannot_tui.tui.prompting import PromptMode
from samannot_tui.tui.review_hint import review_hint
from samannot_tui.tui.reviewing import progress_in_words, sample_in_words


class MessageLine(Widget):
    """The latest message; in a mode the crosshair, in a review how far it is, and beside that the keys, or a message
    until something is moved.
    """

    DEFAULT_CSS = """
    MessageLine { height: 1; }
    """

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._message = ""
        self._said_in: object = None

    def say(self, message: str) -> None:
        """Show a message until the next one."""
        self._message, self._said_in = printable(message), self._topic
        self.refresh()

    @property
    def text(self) -> str:
        """What is shown, without style."""
        return self.render().plain.strip()

    def render(self) -> Content:
        width = max(1, self.size.width)
        if self._place.mode is None and not self._place.is_reviewing:
            return Content(f" {self._message}").truncate(width, ellipsis=True)
        if self._said_in != self._topic:
            self._message = ""  # also when what was moved comes back
        beside = self._message or self._hint()
        head = self._mode() if self._place.mode else self._review()
        return Content.assemble((f" {head} ", "reverse bold"), f" {beside}").truncate(width, ellipsis=True)

    @property
    def _topic(self) -> object:
        """What a message is about: said of one, it makes room for the hint in another."""
        place = self._place
        if place.review is None or not place.review.is_on:
            return place.mode
        review = place.review
        return place.frame, place.label, review.asks, place.part_from, review.sheet is None

    def _review(self) -> str:
        place, review = self._place, self._place.review
        assert review is not None
        if review.asks:
            return "why"
        if review.sample is not None:
            return sample_in_words(
                review.sample, place.frame, place.label, tally(place.state, place.live, review.sample)
            )
        return progress_in_words(review.tracks(place.state, place.live), place.label, place.spots)

    def _mode(self) -> str:
        mode = self._place.mode
        assert mode is not None
        at = f"at {mode.x:g},{mode.y:g}"
        if isinstance(mode, PaintMode):
            name = mode.kind if mode.paint else "eraser" if mode.kind == "brush" else "cut-out"
            return f"{name} {at}" + (f", radius {mode.radius:g}" if mode.kind == "brush" else "")
        sign = ("+" if mode.positive else "−") if mode.kind == "point" else "▭"
        return f"{mode.kind} {sign} {at}"

    def _hint(self) -> str:
        mode = self._place.mode
        if mode is None:
            return review_hint(self._place)
        steps = f"arrows {self._place.extent.coarse_step} px, ctrl 5, shift 1"
        keys = _paint_keys(mode) if isinstance(mode, PaintMode) else _prompt_keys(mode)
        return f"{keys} · {steps}"


def _prompt_keys(mode: PromptMode) -> str:
    done = "places it" if mode.kind == "point" else "second corner" if mode.corner else "first corner"
    sign = "s sign · " if mode.kind == "point" else ""
    return f"Enter {done} · {sign}t type"


def _paint_keys(mode: PaintMode) -> str:
    other = "eraser" if mode.paint else "paint"
    if mode.kind == "brush":
        return f"Enter {'lifts' if mode.stroke else 'draws'} · s {other} · [ ] size · f fill"
    if not mode.corners:
        return f"Enter first corner · s {other} · f fill"
    return "Enter corner, twice closes · Backspace takes back"
