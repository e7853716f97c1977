"""Actions that start, pause and end runs, and set barriers."""

from dataclasses import replace

from samannot_tui.session.commands import ClearBarrier, SetBarrier
from samannot_tui.session.plan import Direction, Plan
from samannot_tui.tui.actions.base import ActionScreen
from samannot_tui.tui.place import Place


class RunningActions(ActionScreen):
    """A run goes over the active block from the frame that is shown."""

    def action_run(self, direction: Direction) -> None:
        self.require_writable()
        self.carry_out(self._run(self.place.frame, direction))

    async def _run(self, frame: int, direction: Direction) -> None:
        plan = await self.client.plan(frame, direction)
        self.say(" ".join((plan_in_words(plan, self.place), *plan.notices)))
        await self.client.run(frame, direction)

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


def plan_in_words(plan: Plan, place: Place) -> str:
    """What a run is about to do: its direction, frames and labels, and who is left alone."""
    first = min(sweep.first for sweep in plan.passes)
    last = max(sweep.last for sweep in plan.passes)
    labels = dict.fromkeys(planned.label for sweep in plan.passes for planned in sweep.labels)
    names = ", ".join(place.name_of(label) for label in labels)
    return f"Run {plan.direction}, frames {first} to {last}: {names}."
