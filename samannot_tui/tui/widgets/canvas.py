"""The canvas: a composed picture, as large as it gets, in whatever way the terminal can show it."""

import os
from time import monotonic

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from samannot_tui.graphics.link import Link
from samannot_tui.graphics.pictures import CellPicture, Encoded
from samannot_tui.graphics.probe import window_cell
from samannot_tui.graphics.target import Target
from samannot_tui.graphics.terminal import Terminal
from samannot_tui.graphics.tmux import Pane, answers_through, look
from samannot_tui.render.viewport import Viewport
from samannot_tui.tui.driver import TerminalDriver
from samannot_tui.tui.widgets.canvas_cells import CellRows
from samannot_tui.tui.widgets.canvas_graphics import LAST_TICKET, KittyWire, StampWire, Wire, question, ticket_at
from samannot_tui.tui.widgets.canvas_hole import Hole
from samannot_tui.tui.widgets.canvas_layout import Placement, placement_of
from samannot_tui.tui.widgets.canvas_mouse import Pointer, nearest
from samannot_tui.tui.widgets.canvas_tmux import TmuxWire

LOOK_EVERY = 0.5
"""Seconds after which tmux is asked again who looks at the pane; when it tells of the focus, at once."""


class Canvas(Widget):
    """Shows one picture at a time and tells where on the frame the mouse is.

    Making a picture takes tens of milliseconds, so that it never happens on the event loop. The owner
    does it in a thread worker, for the `target` that the canvas has at that moment:

        @on(Canvas.Resized)                    # also posted once at the start
        def redraw(self) -> None:              # and call it whenever frame, masks or view change
            self.draw(self.canvas.target)

        @work(thread=True, exclusive=True)
        def draw(self, target: Target) -> None:
            from samannot_tui.graphics.encode import encode      # imports cv2: never at first paint
            from samannot_tui.render.compose import compose

            viewport = Viewport(frame_size, target.pixel_size, zoom, center)
            picture = compose(frame, layers, view, viewport, marks)
            encoded = encode(picture, viewport, target)
            if not get_current_worker().is_cancelled:
                self.app.call_from_thread(self.canvas.show, encoded)

    `show` is cheap. It drops a picture made for another target than the canvas has by now (the `Resized`
    that made it stale asks for a new one). Give the canvas neither border nor padding: put it into a
    container that has them. Widgets and screens over it hide the picture where they are, and it comes
    back by itself.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = "Canvas { width: 1fr; height: 1fr; background: black; }"

    class Resized(Message):
        """The canvas has another target: pictures must be made anew. `target` is the new one."""

        def __init__(self, canvas: "Canvas", target: Target) -> None:
            super().__init__()
            self.canvas = canvas
            self.target = target

        @property
        def control(self) -> "Canvas":
            return self.canvas

    class Answered(Message):
        """The terminal has drawn something that it was sent: `link` has been told."""

    class Overdrawn(Message):
        """The picture has been drawn over what covers the canvas, which must be painted again: for the app."""

        def __init__(self, placement: Placement) -> None:
            super().__init__()
            self.placement = placement

    class Looked(Message):
        """tmux has told about the pane."""

        def __init__(self, pane: Pane) -> None:
            super().__init__()
            self.pane = pane

    class MouseMessage(Message):
        """Something done with the mouse on the picture.

        `x`, `y` are source pixels as in `session.prompts` (round them for the pixel), never outside the
        frame. `button` is 1 left, 2 middle, 3 right. `viewport` is that of the picture that was on the screen.
        """

        def __init__(self, canvas: "Canvas", point: tuple[float, float], button: int, shift: bool, ctrl: bool) -> None:
            super().__init__()
            self.canvas = canvas
            self.x, self.y = point
            assert canvas.viewport is not None, "the mouse was on a picture"
            self.viewport = canvas.viewport
            self.button = button
            self.shift = shift
            self.ctrl = ctrl

        @property
        def control(self) -> "Canvas":
            return self.canvas

    class Pressed(MouseMessage):
        """A button went down on the frame; not posted for the black bars around it."""

    class Dragged(MouseMessage):
        """The pointer moved with the button of the last Pressed down; beside the frame, its nearest pixel."""

    class Released(MouseMessage):
        """The button of the last Pressed went up, anywhere; beside the frame, its nearest pixel."""

    class Wheel(MouseMessage):
        """The wheel turned over the frame by one notch; `button` is 0, `delta` 1 away from the hand, else -1."""

        def __init__(self, canvas: "Canvas", point: tuple[float, float], delta: int, shift: bool, ctrl: bool) -> None:
            super().__init__(canvas, point, 0, shift, ctrl)
            self.delta = delta

    def __init__(self, terminal: Terminal, link: Link) -> None:
        """`link` is told of all that is sent."""
        super().__init__()
        self._link = link
        self._terminal = terminal
        self._probed = terminal.answers
        self._pane: Pane | None = None
        self._has_keys = True
        self._cell = terminal.cell
        self._target: Target | None = None
        self._encoded: Encoded | None = None
        self._pressed: int | None = None
        self._pointer = Pointer(terminal.answers.cell)
        self._cells = CellRows(self._cells_painted)
        self._cell_bytes = 0
        self._wire = _wire_for(terminal)
        self._sync_due = False

    @property
    def terminal(self) -> Terminal:
        """How pictures go to the terminal now: behind tmux, it may be another one than at the start."""
        return self._terminal

    @property
    def target(self) -> Target | None:
        """What to make pictures for; None as long as the canvas has no room for any."""
        return self._target

    @property
    def pixel_size(self) -> tuple[int, int]:
        """(width, height) in pixels of the picture to make, (0, 0) without a target."""
        return self._target.pixel_size if self._target else (0, 0)

    @property
    def viewport(self) -> Viewport | None:
        """The viewport of the picture on the screen, None before the first."""
        return self._encoded.viewport if self._encoded else None

    def show(self, encoded: Encoded) -> None:
        """Put a picture on the screen in place of the last one. On the event loop only; returns at once."""
        if encoded.target != self._target:
            return
        self._encoded = encoded
        if isinstance(encoded, CellPicture):
            if changed := self._cells.replace(encoded):
                self.refresh(*changed)
        else:
            self._sync()

    def preload(self, encoded: Encoded) -> None:
        """Send a picture that may be shown later, where the terminal can keep it. On the event loop only."""
        if self._wire is not None and self._is_seen and not self._is_behind:
            self._send(self._wire.preload(encoded))

    def ask(self) -> None:
        """Have the terminal answer, to measure how far away it is, or because it should have answered before."""
        if not self._asks:
            self._link.abandon()
        elif not self._is_behind:
            self._write(self._question(self._link.send(0, monotonic())))

    def answered(self, x: int, y: int) -> None:
        """The terminal has told that its cursor is in this cell: the answer to what ends each picture."""
        ticket = ticket_at(x, y)
        if ticket is None:
            return
        if not self._link.answered(ticket, monotonic()) and self._terminal.anchored:
            # tmux passes nothing on while it draws the pane anew.
            self.start_over()
        self.post_message(self.Answered())

    def render_line(self, y: int) -> Strip:
        """A row of the picture as text (protocol "cells")."""
        return self._cells.strip(y, self.size.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Blanks for a picture that is sent beside Textual's text, which tell when they are painted."""
        if self._wire is None:
            rows = range(crop.y, crop.bottom)
            return [self.render_line(y).crop(crop.x, crop.right) for y in rows]
        self._sync_soon()
        lines: list[Strip] = [Hole(crop.width, self._wire.damage) for _ in range(crop.height)]
        if self._wire.anchor is not None and crop.offset == (0, 0) and lines:
            lines[0] = Hole(crop.width, self._wire.damage, self._wire.anchor)
        return lines

    def on_mount(self) -> None:
        if self._wire is not None:
            self._write(self._wire.open())
        if self._probed.multiplexer == "tmux":
            self.set_interval(LOOK_EVERY, self._look_around)
            self.watch(self.app, "app_focus", self._focus_changed, init=False)

    def start_over(self) -> None:
        """The terminal was somebody else's meanwhile: whatever it shows or holds is of no use."""
        self._write(self.farewell())
        if self._wire is not None:
            self._write(self._wire.open())
            self.refresh()

    def catch_up(self) -> None:
        """The terminal has taken all that it was sent: send what was put off."""
        self._sync_soon()

    def farewell(self) -> str:
        """What to write so that none of the pictures is left in the terminal; no answer is waited for any more."""
        self._link.abandon()
        return self._wire.clear() if self._wire is not None else ""

    def last_question(self) -> str:
        """The question that no other follows: its answer tells that all before it have come; "" where none would."""
        return self._question(LAST_TICKET) if self._asks else ""

    def on_resize(self) -> None:
        now, before = window_cell(), self._terminal.answers.window_cell
        resized = self._wire is not None and before is not None and now is not None and now != before
        self._cell = now if resized and now is not None else self._terminal.cell  # another font size
        if self._terminal.anchored:
            # The pane may have been split, and the new one have got the keys.
            self._has_keys = False
            self._look_around()
        self._retarget()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        if self._pressed is None and self._on_frame(event):
            self._pressed = event.button
            self.capture_mouse()
            self._post(self.Pressed, event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        event.stop()
        if self._pressed is not None:
            self._post(self.Dragged, event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        event.stop()
        if self._pressed is not None and event.button in (0, self._pressed):
            self._post(self.Released, event)
            self._pressed = None
            self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._post_wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._post_wheel(event, -1)

    def _post_wheel(self, event: events.MouseEvent, delta: int) -> None:
        event.stop()
        if self._encoded is not None and self._on_frame(event):
            point = self._point(event, self._encoded)
            self.post_message(self.Wheel(self, point, delta, event.shift, event.ctrl))

    def _post(self, kind: type[MouseMessage], event: events.MouseEvent) -> None:
        if self._encoded is not None and self._pressed is not None:
            point = self._point(event, self._encoded)
            self.post_message(kind(self, point, self._pressed, event.shift, event.ctrl))

    def _on_frame(self, event: events.MouseEvent) -> bool:
        if self._encoded is None or not self._fits:
            return False
        return self._encoded.viewport.shows(*self._pointer.position(event, self._encoded.target))

    def _point(self, event: events.MouseEvent, shown: Encoded) -> tuple[float, float]:
        return nearest(shown.viewport, *self._pointer.position(event, shown.target))

    @property
    def _fits(self) -> bool:
        """Was the picture made for the target that the canvas has now?"""
        return self._encoded is not None and self._encoded.target == self._target

    def _retarget(self) -> None:
        """Work out the target anew, and say so if it is another one."""
        # A sixel or an inline image that ends in the screen's last row makes some terminals scroll.
        keeps_off = self._terminal.protocol in ("sixel", "iterm") and self.region.bottom >= self.screen.size.height
        target = Target.on(self._terminal, self.size.width, self.size.height - keeps_off, self._cell)
        if min(target.pixel_size) < 1:
            self._target = None
        elif target != self._target:
            self._target = target
            self._cells.clear()
            if isinstance(self._encoded, CellPicture) and self._fits:
                self._cells.replace(self._encoded)  # back at a size before anybody asked for a picture of another
            self.post_message(self.Resized(self, target))

    @property
    def _is_seen(self) -> bool:
        """Does a terminal show the pane? Else tmux throws pictures away."""
        return self._pane is None or bool(self._pane.clients)

    @property
    def _asks(self) -> bool:
        """Is the terminal known to answer, and do answers come here? Through tmux, the active pane gets them."""
        return self._terminal.answers.answered and (not self._terminal.anchored or self._has_keys)

    def _focus_changed(self, has_focus: bool) -> None:
        self._has_keys = self._has_keys and has_focus
        self._look_around()

    def _look_around(self) -> None:
        self.run_worker(self._look, group="tmux", thread=True)

    def _look(self) -> None:
        pane = look(os.environ)
        if pane is not None:
            self.post_message(self.Looked(pane))

    def on_canvas_looked(self, message: Looked) -> None:
        """Another terminal, one that was away, or none?"""
        before, pane = self._pane, message.pane
        self._pane, self._has_keys = pane, pane.is_active
        if not pane.clients:
            return
        terminal = self._terminal.given(answers_through(pane, self._probed))
        if terminal != self._terminal:
            self._change(terminal)
        elif before is not None and before.clients != pane.clients:
            self._link.start_over()
            self.start_over()

    def _change(self, terminal: Terminal) -> None:
        """From now on, pictures go another way."""
        self._write(self.farewell())
        self._link.start_over()
        self._terminal, self._cell = terminal, terminal.cell
        self._pointer = Pointer(terminal.answers.cell)
        self._wire = _wire_for(terminal)
        if self._wire is not None:
            self._write(self._wire.open())
        self._retarget()
        self.screen.refresh()

    def _sync_soon(self) -> None:
        """Bring the terminal up to date once Textual has written what it is about to write."""
        if self._wire is not None and not self._sync_due:
            self._sync_due = True
            if self._wire.settle:
                self.set_timer(self._wire.settle, self._sync)
            else:
                self.call_later(self._sync)

    def _sync(self) -> None:
        self._sync_due = False
        if self._wire is None or not self.is_attached or not self._is_seen or self._is_behind:
            return
        self._retarget()
        placement = placement_of(self)
        text = self._wire.update(self._encoded if self._fits else None, placement)
        self._send(text)
        if text and placement is not None and placement.covers and self._wire.overdraws:
            self.app.post_message(self.Overdrawn(placement))

    def _cells_painted(self, size: int) -> None:
        """So many bytes of the picture are being written, as text, in one go with others."""
        if self._asks and not self._cell_bytes:
            self.call_next(self._ask_after_cells)
        self._cell_bytes += size

    def _ask_after_cells(self) -> None:
        size, self._cell_bytes = self._cell_bytes, 0
        self._write(self._question(self._link.send(size, monotonic())))

    def _question(self, ticket: int) -> str:
        return question(ticket) if self._wire is None else self._wire.question(ticket)

    def _send(self, text: str) -> None:
        """Write, and ask for an answer where the terminal is known to give any."""
        if text and self._asks:
            text += self._question(self._link.send(len(text), monotonic()))
        self._write(text)

    @property
    def _is_behind(self) -> bool:
        """Has the terminal more to take than it can for now? `catch_up` is called when it has taken it."""
        driver = self.app._driver
        return isinstance(driver, TerminalDriver) and driver.is_behind

    def _write(self, text: str) -> None:
        driver = self.app._driver
        if text and driver is not None and not self.app.is_headless:
            driver.write(text)


def _wire_for(terminal: Terminal) -> Wire | None:
    """None for pictures made of text."""
    match terminal.protocol:
        case "cells":
            return None
        case "kitty":
            return TmuxWire() if terminal.anchored else KittyWire()
        case _:
            return StampWire()
