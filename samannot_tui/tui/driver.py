"""The terminal as the apps drive it: writing to it never waits, and it is left clean whatever way out is taken."""

import os
from collections.abc import Callable
from threading import Event
from typing import Any

from textual import events
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from samannot_tui.tui.outbox import Outbox
from samannot_tui.tui.widgets.canvas_graphics import is_last_answer

ROOM = 8192
"""Unwritten bytes beyond which nothing is to be added: the link hangs, or a picture is under way on a slow one."""
LAST_ANSWER = 3.0
"""Seconds to wait for what the terminal has yet to answer: a large picture may still be on its way."""
LAST_WORDS = 2.0
"""Seconds to wait until the last commands are written."""
FOCUS_OFF, PLAIN_KEYS, POP_KEYS = "\x1b[?1004l", "\x1b[=0u", "\x1b[<u"


class TerminalDriver(LinuxDriver):
    """Textual's driver with a queue that never blocks, and one way to leave: for quitting, crashes and suspension.

    Textual's own queue holds 30 pieces and then stops the event loop, and with it the handling of keys, until the
    terminal takes more. Here the queue has no end, and those who write much ask `is_behind` first and put off what
    they have; `CaughtUp` then tells them to write the newest state.

    Attributes:
        farewell: returns what to write so that nothing of the app's is left in the terminal.
        last_question: returns what the terminal will answer as `is_last_answer` tells; "" where it does not answer.
    """

    class CaughtUp(events.Event):
        """The terminal has taken everything, after it was behind."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.farewell: Callable[[], str] = str
        self.last_question: Callable[[], str] = str
        self._outbox: Outbox | None = None
        self._has_answered_last = Event()

    @property
    def is_behind(self) -> bool:
        """Should nothing more be written for now?"""
        return self._outbox is not None and self._outbox.is_beyond(ROOM)

    def write(self, data: str) -> None:
        """Send this; what comes after the app has left the terminal is dropped."""
        if self._outbox is not None:
            self._outbox.put(data)

    def start_application_mode(self) -> None:
        if self._outbox is None:
            assert self._file is not None
            self._outbox = Outbox(self._file.fileno(), lambda: self.send_message(self.CaughtUp()))
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        outbox = self._outbox
        if outbox is None:
            return
        try:
            self._part(outbox)
        finally:
            super().stop_application_mode()
            self._outbox = None
            outbox.close(LAST_WORDS)

    def start_over(self) -> None:
        """Set the terminal up anew and have everything painted again: another program has changed it."""
        if self._outbox is None or not os.isatty(self.fileno):
            return
        self.write(POP_KEYS)
        self._end_input()
        self.close()
        self._must_signal_resume = True
        shell_attributes = self.attrs_before
        self.start_application_mode()
        self.attrs_before = shell_attributes

    def process_message(self, message: Message) -> None:
        """Called in the thread that reads the terminal."""
        if isinstance(message, events.CursorPosition) and is_last_answer(message.x, message.y):
            self._has_answered_last.set()
        else:
            super().process_message(message)

    def _part(self, outbox: Outbox) -> None:
        """Take everything back that makes the terminal talk, and hear it out: the shell would get the rest."""
        self.write(self.farewell() + FOCUS_OFF + PLAIN_KEYS)
        self._disable_mouse_support()
        question = self.last_question()
        if question and not outbox.is_over:
            self._has_answered_last.clear()
            self.write(question)
            self._has_answered_last.wait(LAST_ANSWER)

    def _end_input(self) -> None:
        if self._key_thread is not None:
            self.exit_event.set()
            # It may be reading what the shell has taken from it meanwhile: an answer lets it go on.
            self.write(self.last_question())
            self._key_thread.join()
            self.exit_event.clear()

    def _sigcont_application(self, *_: object) -> None:
        """As Textual's, but a process that was stopped without warning is still set up, a closed link cannot be."""
        if self._outbox is None:
            super()._sigcont_application()
        else:
            self.start_over()
