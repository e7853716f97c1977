"""Actions that start, pause and end runs, and set barriers."""

from dataclasses import replace

from samannot_tui.engine.foresee import in_words
from samannot_tui.engine.planner import RunRequest
from samannot_tui.session.commands import ClearBarrier, SetBarrier
from samannot_tui.session.plan import Direction
from samannot_tui.tui.actions.base import ActionScreen


class RunningActions(ActionScreen):
    """A run goes over the active block from the frame that is shown."""

    def action_run(self, direction: Direction) -> None:
        self.require_writable()
        self.carry_out(self._run(self.place.frame, direction))

    async def _run(self, frame: int, direction: Direction) -> None:
        request = RunRequest(frame, direction)
        self.say(in_words(await self.client.foresee(request), self.place.state))
        await self.client.run(request)

    def action_pause_run(self) -> None:
        self.carry_out(self.client.pause())

    def action_resume_run(self) -> None:
        self.carry_out(self.client.resume())

    def action_end_run(self) -> None:
        if self.place.run is not None:
            self.place.run = replace(self.place.run, ending=True)
            self.show_place()
            self.carry_out(self.client.end_run())

    def action_toggle_barrier(self) -> None:
        frame = self.place.frame
        self.carry_out(self._set_barrier(frame, frame not in self.place.state.barriers))

    async def _set_barrier(self, frame: int, is_set: bool) -> None:
        await self.client.submit(SetBarrier(frame) if is_set else ClearBarrier(frame))
        self.say(f"Barrier at frame {frame}." if is_set else f"No barrier at frame {frame} any more.")
