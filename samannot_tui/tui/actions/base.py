"""What every group of actions builds on: the place, the client, and ways to tell the person something."""

import asyncio
from abc import abstractmethod
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from rich.cells import cell_len
from textual.screen import Screen

from samannot_tui.errors import InputError, JobError
from samannot_tui.session.commands import AnyCommand
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.state import Label
from samannot_tui.text import printable
from samannot_tui.tui.bindings import Topic
from samannot_tui.tui.client import Client
from samannot_tui.tui.place import Place
from samannot_tui.tui.widgets.ask_line import Answer, AskLine
from samannot_tui.tui.widgets.message_line import MessageLine

WARNING_SECONDS = 10.0


class ActionScreen(Screen[None]):
    """The workspace, as its actions see it."""

    TOPICS: ClassVar[tuple[Topic, ...]]
    NOTES: ClassVar[str]
    client: Client
    place: Place
    ask_line: AskLine
    _last_warning = ""

    @abstractmethod
    def show_place(self) -> None:
        """Bring all widgets and the picture to where `place` now is."""

    @abstractmethod
    def show_picture(self) -> None:
        """As `show_place`, where nothing but the picture depends on what has changed: less for the terminal."""

    def carry_out(self, work: Coroutine[Any, Any, None]) -> None:
        """Start something that waits for the session; a refusal becomes a sentence on the screen."""
        self.run_worker(self.carried_out(work))

    async def carried_out(self, work: Coroutine[Any, Any, None]) -> None:
        """As `carry_out`, for those who wait for the end."""
        try:
            await work
        except (InputError, JobError) as error:
            self.warn(str(error))

    async def submit(self, command: AnyCommand) -> tuple[AnyEvent, ...]:
        """As `Client.submit`; when it returns, the place knows the events as well."""
        submitted = await self.client.submit(command)
        await self.taken_in()
        return submitted

    async def submit_and_say(self, command: AnyCommand, done: str) -> None:
        """As `submit`, with a sentence once it is done."""
        await self.submit(command)
        self.say(done)

    async def taken_in(self) -> None:
        """Wait until the place knows the events of what has been waited for."""
        taken_in = asyncio.Event()
        self.call_later(taken_in.set)  # behind the events, which are among this screen's messages by now
        await taken_in.wait()

    @contextmanager
    def refusals_told(self) -> Iterator[None]:
        """Turn a refusal of something done at once into a sentence on the screen."""
        try:
            yield
        except InputError as error:
            self.warn(str(error))

    def say(self, message: str) -> None:
        """Tell in the message line; what does not fit there is shown whole above it."""
        self.query_one(MessageLine).say(message)
        # By the screen's width: the line has none while a question is in its place.
        if cell_len(printable(message)) > self.size.width - 2:
            self.notify(printable(message), markup=False)

    def warn(self, sentence: str) -> None:
        """Tell what went wrong or was refused."""
        if sentence == self._last_warning:
            self.app.clear_notifications()  # it is told again, not once more
        self._last_warning = sentence
        self.notify(printable(sentence), severity="warning", timeout=WARNING_SECONDS, markup=False)

    def ask(
        self,
        question: str,
        answer: Answer,
        value: str = "",
        example: str = "",
        suggestions: Sequence[str] = (),
        takes_nothing: bool = False,
    ) -> None:
        """Ask in the input line; see `AskLine.ask`."""
        self.ask_line.ask(question, answer, value, example, suggestions, takes_nothing)

    def require_writable(self) -> None:
        """Before a question is asked or the engine started whose result could not be kept.

        Raises:
            InputError: the session is read-only, and why.
        """
        if self.client.read_only is not None:
            raise InputError(self.client.read_only)

    def require_label(self) -> Label:
        """The active label.

        Raises:
            InputError: there is none yet.
        """
        if self.place.active is None:
            raise InputError("There is no label yet: press a to add one.")
        return self.place.active
