"""Actions that place and remove prompts: crosshair, mouse and typed coordinates."""

from dataclasses import replace

from samannot_tui.errors import InputError
from samannot_tui.session.commands import AddPrompt, RemovePrompt
from samannot_tui.session.crowding import CROWDED, MANY_POINTS
from samannot_tui.session.placed import PlacedPrompt
from samannot_tui.session.prompts import PointPrompt, Prompt
from samannot_tui.tui.actions.viewing import ViewingActions
from samannot_tui.tui.prompting import (
    Mode,
    PromptKind,
    PromptMode,
    StepSize,
    box_between,
    describe,
    nearest_prompt,
    parse_prompt,
    placed,
)
from samannot_tui.tui.widgets.message_line import MessageLine

SAME_SPOT_PIXELS = 3


class PromptingActions(ViewingActions):
    """Prompts go to the active label, on the frame that is shown."""

    _crosshair: tuple[float, float] | None = None
    _box_is_new = False

    def set_mode(self, mode: Mode | None) -> None:
        """Enter, change or leave a mode; the crosshair's place is remembered."""
        before, self.place.mode = self.place.mode, mode
        if mode is not None:
            self._crosshair = (mode.x, mode.y)
        if mode is not None and before is not None and mode.kind == before.kind:
            self.query_one(MessageLine).refresh()
            self.show_picture()
        else:
            self.refresh_bindings()
            self.show_place()

    def action_prompt_mode(self, kind: PromptKind) -> None:
        self.require_writable()
        self.require_label()
        if self.place.mode is not None and self.place.mode.kind == kind:
            self.set_mode(None)
            return
        self.set_mode(PromptMode(kind, *self.in_view(self._crosshair)))
        self.carry_out(self.client.warm())

    def action_leave_mode(self) -> None:
        """Out of the box or polygon in the making, else out of the mode."""
        mode = self.place.mode
        if mode is not None:
            self.set_mode(mode.settled if mode.draft else None)

    def action_flip_sign(self) -> None:
        mode = self.place.mode
        if mode is not None:
            self.set_mode(mode.flipped())

    def action_crosshair(self, dx: int, dy: int, size: StepSize) -> None:
        if self.place.mode is not None:
            self.place.picked = None  # Delete is about the crosshair's place again
            self.set_mode(self.place.extent.moved(self.place.mode, dx, dy, size))
            self.follow_crosshair()

    def action_place(self) -> None:
        if isinstance(self.place.mode, PromptMode):
            mode, prompt = placed(self.place.mode)
            self.set_mode(mode)
            if prompt is not None:
                self.add_prompt(prompt)

    def action_type_prompt(self) -> None:
        self.require_writable()
        self.require_label()
        self.carry_out(self.client.warm())
        self.ask("Prompt", self._answer_type_prompt, example="120,340 point · -120,340 negative · 10,20 90,80 box")

    def _answer_type_prompt(self, text: str) -> None:
        """Raises InputError where the answer is no prompt inside the frame."""
        mode = self.place.mode
        positive = not isinstance(mode, PromptMode) or mode.positive
        self.add_prompt(parse_prompt(text, positive, self.place.extent))

    def action_remove_prompt(self) -> None:
        x, y = self._crosshair or (self.place.extent.width / 2, self.place.extent.height / 2)
        here = self.place.state.prompts_on(self.place.frame, self.require_label().id)
        found = self.place.selected or (nearest_prompt(here, x, y) if self.place.mode else here[-1] if here else None)
        if found is None:
            raise InputError("The active label has no prompt on this frame.")
        self.carry_out(self.remove_prompt(found))

    def action_mask_frame(self) -> None:
        self.require_writable()
        label, frame = self.require_label(), self.place.frame
        if not self.place.state.prompts_on(frame, label.id):
            raise InputError("The active label has no prompt on this frame; p places a point, b a box.")
        self.carry_out(self.predict(frame, label.id))

    def add_prompt(self, prompt: Prompt) -> None:
        """Give the active label a prompt on this frame, and have its mask made."""
        label, frame = self.require_label(), self.place.frame
        self.place.picked = None
        here = self.place.state.prompts_on(frame, label.id)
        points = [each for each in here if isinstance(each.prompt, PointPrompt)]
        if isinstance(prompt, PointPrompt) and len(points) >= MANY_POINTS:
            self.warn(f"{CROWDED.capitalize()}.")
        record = self.place.live.record(frame, label.id)
        if here and self.place.live.edited_at(record or 0):
            # A set of prompts is based on what was there before its first one, see PromptAdded.
            self.warn(
                f"What was drawn on frame {frame} gives way to the mask of the frame's prompts; u brings it back."
            )
        self.carry_out(self._add(prompt, frame, label.id))

    async def _add(self, prompt: Prompt, frame: int, label: int) -> None:
        await self.client.submit(AddPrompt(label, frame, prompt))
        self.say(f"{describe(prompt).capitalize()} on {self.place.name_of(label)}, frame {frame}.")
        await self.predict(frame, label)

    async def remove_prompt(self, prompt: PlacedPrompt) -> None:
        """Take a prompt away, and have the mask of those that stay made anew."""
        frame, label = prompt.frame, prompt.label
        await self.submit(RemovePrompt(prompt.seq))
        if self.place.state.prompts_on(frame, label):
            self.carry_out(self.predict(frame, label))

    async def predict(self, frame: int, label: int) -> None:
        """Have the engine make the mask of a frame's prompts; marked as pending meanwhile."""
        self.place.pending.add((frame, label))
        self.show_place()
        try:
            await self.client.predict(frame, label)
        except BaseException:
            self.place.pending.discard((frame, label))
            self.show_place()
            raise

    def press(self, x: float, y: float, opposite: bool) -> None:
        """A mouse button went down at frame pixel (x, y); `opposite` for the right button or with ctrl."""
        mode = self.place.mode
        if not self.place.extent.holds(x, y):
            return
        if not isinstance(mode, PromptMode):
            self.say("p places points, b boxes; then click. Ctrl+click selects a prompt or a mask.")
            return
        x, y = self.place.extent.clamp(round(x), round(y))
        if mode.kind == "point":
            self._press_point(replace(mode, x=x, y=y), opposite)
        else:
            self._box_is_new = mode.corner is None
            self.set_mode(replace(mode, x=x, y=y, corner=mode.corner or (x, y)))

    def _press_point(self, mode: PromptMode, opposite: bool) -> None:
        self.set_mode(mode)
        here = self.place.state.prompts_on(self.place.frame, self.require_label().id)
        hit = nearest_prompt(here, mode.x, mode.y)
        if opposite and hit is not None and self._is_under(hit.prompt, mode):
            self.carry_out(self.remove_prompt(hit))
        else:
            self.add_prompt(PointPrompt(mode.x, mode.y, mode.positive != opposite))

    def _is_under(self, prompt: Prompt, mode: PromptMode) -> bool:
        """Is a point's marker under the pointer? Within half a coarse step counts."""
        reach = self.place.extent.coarse_step / 2
        return isinstance(prompt, PointPrompt) and max(abs(prompt.x - mode.x), abs(prompt.y - mode.y)) <= reach

    def drag(self, x: float, y: float) -> None:
        """The mouse moved with a button down: a box's other corner follows it."""
        mode = self.place.mode
        if isinstance(mode, PromptMode) and mode.kind == "box" and mode.corner is not None:
            x, y = self.place.extent.clamp(round(x), round(y))
            self.set_mode(replace(mode, x=x, y=y))

    def release(self) -> None:
        """The mouse button went up: after a drag, or at the second click, the box is complete."""
        mode = self.place.mode
        if not isinstance(mode, PromptMode) or mode.kind != "box" or mode.corner is None:
            return
        moved = max(abs(mode.x - mode.corner[0]), abs(mode.y - mode.corner[1]))
        if self._box_is_new and moved < SAME_SPOT_PIXELS / self.place.extent.zoom:
            return
        self.set_mode(replace(mode, corner=None))
        self.add_prompt(box_between(mode.corner, (mode.x, mode.y)))
