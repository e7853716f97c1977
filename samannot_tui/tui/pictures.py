"""Which picture is made next, how good, and when: as the link to the terminal can bear it.

While frames fly by, each is as good as fits into the time of one; those that the link has no room for are never
made. At rest the picture becomes as good as it gets, and then the frames that lie ahead are sent unseen.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from time import monotonic
from typing import TYPE_CHECKING

from samannot_tui.graphics.link import Link
from samannot_tui.graphics.quality import LADDER, Quality, Sizes
from samannot_tui.graphics.stripes import next_bound, rows_of
from samannot_tui.tui.drawing import Drawn, PictureRequest
from samannot_tui.tui.newest import Newest

if TYPE_CHECKING:
    # It imports OpenCV, which must not hold up the first paint.
    from samannot_tui.graphics.pictures import Encoded

A_PICTURE = 0.05
"""Seconds of the link that a picture may take while others may follow it: 12 and more a second."""
REST = 0.2
"""Seconds without anything new after which the eye rests."""
A_STRIPE = 0.15
"""Seconds of the link that a picture may take at rest: the key pressed next must not wait for longer."""
UNKNOWN_LINK: Quality = LADDER[1]
"""Enough bytes to measure the link by, and not too many for a thin one."""
SENT_AHEAD = 0.15
"""Seconds of the link at most for a picture that nobody has asked for yet."""
AHEAD = (1, 2, 3, 4, -1, 5, 6, 7, 8, -2)
"""Which frames are made ready, in this order: steps in the direction of the last move."""
SOON = 0.001
"""Seconds; a timer need not be more exact."""
TOLD_EVERY = 2.0
"""Seconds; telling costs bytes itself."""
NEWS = 0.3
"""How much the last picture's making counts against those before it."""
LONGEST_MAKING = 0.1
"""Seconds; the first picture takes far longer than any other, because libraries are loaded for it."""


@dataclass(frozen=True)
class Screen:
    """What pictures are shown on; called on the event loop.

    Attributes:
        show: put a picture on the screen.
        preload: send a picture without showing it.
        ask: have the terminal answer, or the link told that it will not.
        after: call something on the event loop after so many seconds, unless the screen is gone by then.
        told: something about the link has changed that may be told.
    """

    show: Callable[["Encoded"], None]
    preload: Callable[["Encoded"], None]
    ask: Callable[[], None]
    after: Callable[[float, Callable[[], None]], object]
    told: Callable[[], None]


class Pictures:
    """All methods belong to the event loop, but for `drawn`'s caller, who must bring it there."""

    def __init__(
        self,
        draw: Callable[[PictureRequest], Drawn],
        deliver: Callable[[PictureRequest, Drawn], None],
        fail: Callable[[Exception], None],
        screen: Screen,
        link: Link,
        frame_count: int,
    ) -> None:
        """`deliver` is called in a worker's thread and brings its arguments to `drawn`, `fail` likewise."""
        self._worker = Newest(draw, deliver, fail)
        self._screen = screen
        self._link = link
        self._frame_count = frame_count
        self._sizes = Sizes()
        self._making_takes = 0.0
        self._asked: PictureRequest | None = None
        self._asked_at = 0.0
        self._shown: PictureRequest | None = None
        """What the terminal shows or will soon, with its true quality."""
        self._striped: list[int] = []
        """Bytes of each stripe that it has."""
        self._made_for: PictureRequest | None = None
        self._is_ahead = False
        self._can_wait = False
        self._begun_at = 0.0
        self._direction = 1
        self._ahead: set[int] = set()
        self._told = ""
        self._told_at = 0.0
        self._wakes_at = inf

    @property
    def busy(self) -> bool:
        """Is what was asked for not on its way yet?"""
        return self._asked is not None and (self._shown is None or _unlike(self._shown, self._asked))

    def request(self, request: PictureRequest) -> None:
        """Show this, in a quality of our own choice; what was asked for before and not begun is dropped."""
        before = self._asked
        if before is not None and before.frame != request.frame:
            self._direction = 1 if request.frame > before.frame else -1
            self._ahead.clear()
        if before is not None and _view_of(before) != _view_of(request):
            self._ahead.clear()
        self._asked, self._asked_at = request, monotonic()
        self._measure()
        self.go_on()

    def drawn(self, request: PictureRequest, drawn: Drawn) -> None:
        """A picture is there."""
        now = monotonic()
        took = min(LONGEST_MAKING, now - self._begun_at)
        self._making_takes += NEWS * (took - self._making_takes)
        self._made_for = None
        # What was asked for meanwhile comes first.
        if not (self._can_wait and self.busy):
            self._send(request, drawn)
        self.go_on()

    def failed(self) -> None:
        """A picture could not be made."""
        if self._made_for is not None and not self._is_ahead:
            self._shown = replace(self._made_for, quality=LADDER[-1], stripes=())
        self._made_for = None
        self.go_on()

    def answered(self) -> None:
        """The terminal has drawn something that it was sent."""
        now = monotonic()
        if self._told != self._link.words and now - self._told_at >= TOLD_EVERY:
            self._told, self._told_at = self._link.words, now
            self._screen.told()
        self._measure()
        self.go_on()

    def close(self) -> None:
        self._worker.close()

    def go_on(self) -> None:
        """Begin with the picture that is due, if any is, or see to it that this is called again."""
        if self._made_for is not None or self._asked is None:
            return
        now = monotonic()
        if self._link.is_overdue(now):
            self._screen.ask()
        wait = self._link.free_in(now)
        if self.busy:
            wait -= self._making_takes
            if wait <= 0:
                self._make(self._first_of(self._asked), now)
            else:
                self._wake_in(wait)
            return
        better = self._better(self._asked)
        wait = max(wait, self._asked_at + REST - now)
        if wait > 0:
            self._wake_in(wait)
        elif better is not None:
            self._make(better, now, can_wait=True)
        elif not self._link.idle:
            self._wake_in(self._link.overdue_in(now))
        elif request := self._next_ahead(self._asked):
            self._make(request, now, can_wait=True, is_ahead=True)

    def _measure(self) -> None:
        if self._link.wants_a_trip:
            self._screen.ask()

    def _send(self, request: PictureRequest, drawn: Drawn) -> None:
        if not request.stripes:
            self._striped = []
            self._sizes.note(drawn.quality, drawn.size)
        elif self._shown is None or request.stripes != self._shown.stripes:
            self._striped.append(drawn.size)
        if self._is_ahead:
            self._screen.preload(drawn.encoded)
            return
        self._shown = replace(request, quality=drawn.quality)
        if drawn.quality == LADDER[-1] and self._striped:
            self._sizes.note(drawn.quality, sum(self._striped))
            self._shown = replace(self._shown, stripes=())
        self._screen.show(drawn.encoded)

    def _make(self, request: PictureRequest, now: float, *, can_wait: bool = False, is_ahead: bool = False) -> None:
        self._made_for, self._can_wait, self._is_ahead, self._begun_at = request, can_wait, is_ahead, now
        self._worker.request(request)

    def _affordable(self, seconds: float) -> Quality:
        if self._link.rate is None:
            return UNKNOWN_LINK
        return self._sizes.best_within(seconds * self._link.rate)

    def _first_of(self, asked: PictureRequest) -> PictureRequest:
        """What is shown at once: as good as can be afforded, or as the frame is in the terminal already."""
        shown = self._shown
        if shown and asked.target.stacks and (shown.frame, _view_of(shown)) == (asked.frame, _view_of(asked)):
            return replace(asked, quality=shown.quality, stripes=shown.stripes)
        return replace(asked, quality=self._affordable(A_PICTURE))

    def _better(self, asked: PictureRequest) -> PictureRequest | None:
        """The next step from what is shown, which is what was asked for, to the best quality."""
        shown, best = self._shown, LADDER[-1]
        if shown is None or shown.quality == best or not _has_frame(asked):
            return None
        rows, rate = rows_of(asked.target), self._link.rate
        top = shown.stripes[-1] if shown.stripes else 0
        a_row = self._striped[-1] / (top - (0, *shown.stripes)[-2]) if shown.stripes else self._sizes.of(best) / rows
        bound = rows if rate is None else next_bound(top, rows, a_row, A_STRIPE * rate)
        if not shown.stripes:
            whole = best if bound == rows else self._affordable(A_STRIPE)
            if LADDER.index(whole) > LADDER.index(shown.quality):
                return replace(asked, quality=whole)
        return replace(asked, quality=shown.quality, stripes=(*shown.stripes, bound))

    def _next_ahead(self, asked: PictureRequest) -> PictureRequest | None:
        """A frame that may be wanted soon and is not in the terminal yet, without what lies on it."""
        if not asked.target.stacks or self._link.rate is None or not _has_frame(asked) or asked.sheet is not None:
            return None
        for step in AHEAD:
            frame = asked.frame + step * self._direction
            if 0 <= frame < self._frame_count and frame not in self._ahead:
                self._ahead.add(frame)
                quality = self._affordable(SENT_AHEAD)
                return replace(
                    asked,
                    frame=frame,
                    quality=quality,
                    view="original",
                    labels=(),
                    crosshair=None,
                    draft=None,
                    brush=None,
                )
        return None

    def _wake_in(self, seconds: float) -> None:
        seconds = max(seconds, SOON)
        at = monotonic() + seconds
        if at < self._wakes_at:
            self._wakes_at = at
            self._screen.after(seconds, self._wake)

    def _wake(self) -> None:
        self._wakes_at = inf
        self.go_on()


def _view_of(request: PictureRequest) -> object:
    return request.target, request.zoom, request.center, request.sheet


def _has_frame(request: PictureRequest) -> bool:
    return request.view != "masks" or not request.target.stacks


def _unlike(shown: PictureRequest, asked: PictureRequest) -> bool:
    return replace(shown, quality=asked.quality, stripes=asked.stripes) != asked
