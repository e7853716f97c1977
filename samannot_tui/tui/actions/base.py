"""What every group of actions builds on: the place, the client, and ways to tell the person something."""

from abc import abstractmethod
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from textual.screen import Screen

from samannot_tui.errors import InputError, JobError
from samannot_tui.session.state import Label
from samannot_tui.text import printable
from samannot_tui.tui.client import Client
from samannot_tui.tui.place import Place
from samannot_tui.tui.widgets.ask_line import Answer, AskLine
from samannot_tui.tui.widgets.message_line import MessageLine

WARNING_SECONDS = 10.0


class ActionScreen(Screen[None]):
    """The workspace, as its actions see it."""

    client: Client
    place: Place
    ask_line: AskLine

    @abstractmethod
    def show_place(self) -> None:
        """Bring all widgets and the picture to where `place` now is."""

    def carry_out(self, work: Coroutine[Any, Any, None]) -> None:
        """Start something that waits for the session; a refusal becomes a sentence on the screen."""
        self.run_worker(self._carried_out(work))

    async def _carried_out(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (InputError, JobError) as error:
            self.warn(str(error))

    @contextmanager
    def refusals_told(self) -> Iterator[None]:
        """Turn a refusal of something done at once into a sentence on the screen."""
        try:
            yield
        except InputError as error:
            self.warn(str(error))

    def say(self, message: str) -> None:
        """Tell in the message line; what does not fit there is shown whole above it."""
        line = self.query_one(MessageLine)
        line.say(message)
        if len(message) > line.size.width - 2:
            self.notify(printable(message), markup=False)

    def warn(self, sentence: str) -> None:
        """Tell what went wrong or was refused."""
        self.notify(printable(sentence), severity="warning", timeout=WARNING_SECONDS, markup=False)

    def ask(self, question: str, answer: Answer, value: str = "", example: str = "") -> None:
        """Ask in the input line; see `AskLine.ask`."""
        self.ask_line.ask(question, answer, value, example)

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
