"""Actions on who is who: labels that were mistaken for each other."""

from samannot_tui.tui.actions.base import ActionScreen
from samannot_tui.tui.screens.identity import IdentityScreen


class IdentityActions(ActionScreen):
    """Swaps, merges and splits are one undo step each, named by it."""

    async def action_identity(self) -> None:
        self.require_writable()
        dialog = IdentityScreen(self.client, self.place, self.require_label())
        # Waited for, so that keys which follow at once are the dialog's.
        await self.app.push_screen(dialog, self._say_what_was_done)

    def _say_what_was_done(self, sentence: str | None) -> None:
        if sentence is not None:
            self.say(f"Done, u undoes it: {sentence}")
