"""The action that looks for what a person should be asked about."""

from samannot_tui.tui.actions.moving import MovingActions
from samannot_tui.tui.screens.proposals import ProposalsScreen, Search


class ProposingActions(MovingActions):
    """What was found is kept until it is looked for again: from each of them, the next is a key away."""

    _search: Search

    async def action_proposals(self) -> None:
        dialog = ProposalsScreen(self.client, self.place, self.submit, self._search)
        # Waited for, so that keys which follow at once are the dialog's.
        await self.app.push_screen(dialog, self._go_to_proposal)

    def _go_to_proposal(self, frame: int | None) -> None:
        if frame is not None:
            self.go_to(frame)
