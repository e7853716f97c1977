"""A dialog that says beforehand what its Enter will do."""

import asyncio
from abc import abstractmethod
from typing import Generic, TypeVar

from textual.screen import ModalScreen
from textual.visual import VisualType
from textual.widgets import Static

from samannot_tui.errors import InputError, JobError
from samannot_tui.text import printable

SECONDS_OF_REST = 0.15
"""Looked ahead is once nothing more has been changed for so long."""
Result = TypeVar("Result")
Asked = TypeVar("Asked")


class ForeseeingScreen(ModalScreen[Result], Generic[Result, Asked]):
    """Shows in its Static `#foreseen` what the fields ask for, or why that cannot be done.

    A subclass calls `look_ahead` when a field has changed, and `order` for Enter.
    """

    @abstractmethod
    async def foresee(self) -> tuple[Asked, VisualType]:
        """What the fields ask for, and what that will do, in words.

        Raises:
            InputError, JobError: it cannot be done, and why.
        """

    @abstractmethod
    def carry_out(self, asked: Asked) -> None:
        """Enter was pressed, and this can be done."""

    def look_ahead(self) -> None:
        self.run_worker(self._look_ahead(), group="foresee", exclusive=True)

    def order(self) -> None:
        # Not among those that look ahead: a field's last change, told only now, would end it.
        self.run_worker(self._order(), group="order", exclusive=True)

    async def _look_ahead(self) -> None:
        await asyncio.sleep(SECONDS_OF_REST)
        if self.is_current:  # not on its way out, without its fields
            await self._foreseen()

    async def _order(self) -> None:
        if (asked := await self._foreseen()) is not None:
            self.carry_out(asked)

    async def _foreseen(self) -> Asked | None:
        told = self.query_one("#foreseen", Static)
        try:
            asked, words = await self.foresee()
        except (InputError, JobError) as refusal:
            told.add_class("refused")
            told.update(printable(refusal))
            return None
        told.remove_class("refused")
        told.update(words)
        return asked
