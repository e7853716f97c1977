"""Actions on the whole session and on the screen itself."""

import asyncio

from samannot_tui.errors import InputError
from samannot_tui.session.commands import Redo, Undo
from samannot_tui.tui.actions.base import ActionScreen
from samannot_tui.tui.engine_choices import engine_offer
from samannot_tui.tui.screens.engine import EngineScreen
from samannot_tui.tui.screens.export import ExportScreen
from samannot_tui.tui.screens.help import HelpScreen

NARROWEST_PANES = 20
WIDEST_PANES = 60
NARROW_SCREEN = 100
WIDE_SCREEN = 160


class SessionActions(ActionScreen):
    """Undo and redo tell what they did when their event comes back."""

    def pane_width(self) -> int:
        """Columns of the side panes: as chosen, else by the size of the screen; 0 hides them."""
        chosen = self.place.kept.side_width
        if chosen is None:
            return 0 if self.size.width < NARROW_SCREEN else 30 if self.size.width < WIDE_SCREEN else 40
        return min(chosen, self.size.width // 2)

    def action_toggle_panes(self) -> None:
        self.place.keep(side_width=0 if self.pane_width() else 30)
        self.show_place()

    def action_resize_panes(self, columns: int) -> None:
        width = min(max(self.pane_width() + columns, NARROWEST_PANES), WIDEST_PANES)
        self.place.keep(side_width=width)
        self.show_place()

    def action_undo(self) -> None:
        self.carry_out(self._submit_step(Undo()))

    def action_redo(self) -> None:
        self.carry_out(self._submit_step(Redo()))

    async def _submit_step(self, command: Undo | Redo) -> None:
        await self.client.submit(command)

    def action_export(self) -> None:
        self.app.push_screen(ExportScreen(self.client))

    async def action_engine(self) -> None:
        self.require_writable()
        if self.place.run is not None:
            raise InputError("A run is going on: end it with x before you change the engine.")
        settings = self.place.state.settings
        # Waited for, so that keys which follow at once are the dialog's.
        offer = await asyncio.to_thread(engine_offer, settings)
        self.app.push_screen(EngineScreen(self.client, settings, offer), self._say_which_engine)

    def _say_which_engine(self, sentence: str | None) -> None:
        if sentence is not None:
            self.say(sentence)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self.TOPICS, self.NOTES))
