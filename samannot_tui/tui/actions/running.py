"""Actions that start, pause and end runs, set barriers, and cut the video into blocks."""

from dataclasses import replace

from samannot_tui.engine.foresee import Foreseen, in_words
from samannot_tui.engine.planner import RunRequest
from samannot_tui.errors import InputError
from samannot_tui.session.commands import ClearBarrier, SetBarrier
from samannot_tui.session.plan import Direction
from samannot_tui.tui.actions.base import ActionScreen
from samannot_tui.tui.screens.options import OptionsScreen
from samannot_tui.tui.screens.run import Ordered, RunScreen


class RunningActions(ActionScreen):
    """A run goes on from the frame that is shown: over the active block, or as far as its dialog says."""

    def action_run(self, direction: Direction) -> None:
        self.require_writable()
        self.carry_out(self._run(self.place.frame, direction))

    async def _run(self, frame: int, direction: Direction) -> None:
        request = RunRequest(frame, direction)
        await self._start_run(request, await self.client.foresee(request))

    async def _start_run(self, request: RunRequest, foreseen: Foreseen) -> None:
        self.say(in_words(foreseen, self.place.state))
        self.place.runs_foreseen = foreseen.runs
        await self.client.run(request)

    def action_run_dialog(self) -> None:
        self.require_writable()
        self.require_label()
        if self.place.run is not None:
            raise InputError("A run is going on: wait for it, or end it with x, before you start another.")
        self.app.push_screen(RunScreen(self.client, self.place), self._start_ordered)

    def _start_ordered(self, ordered: Ordered | None) -> None:
        if ordered is not None:
            self.carry_out(self._start_run(*ordered))

    def action_options(self) -> None:
        self.require_writable()
        self.app.push_screen(OptionsScreen(self.client, self.place), self._tell_options)

    def _tell_options(self, told: str | None) -> None:
        if told is not None:
            self.say(told)

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
