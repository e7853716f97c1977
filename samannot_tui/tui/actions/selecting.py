"""Actions that pick out a prompt or a mask that is there already: by the pointer, or from a list."""

import asyncio
from dataclasses import replace

from samannot_tui.masks.rle import area, covers
from samannot_tui.session.placed import PlacedPrompt
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.state import Label
from samannot_tui.tui.actions.labelling import LabellingActions
from samannot_tui.tui.actions.prompting import PromptingActions
from samannot_tui.tui.prompting import describe, prompt_under
from samannot_tui.tui.screens.prompts import PromptsScreen


class SelectingActions(LabellingActions, PromptingActions):
    """What is selected is the active label's; Delete removes a selected prompt."""

    async def action_list_prompts(self) -> None:
        # Waited for, so that keys which follow at once are the dialog's.
        await self.app.push_screen(PromptsScreen(self.place, self.remove_prompt), self._select_from_list)

    def _select_from_list(self, prompt: PlacedPrompt | None) -> None:
        if prompt is not None:
            self.select_prompt(prompt)

    def action_deselect(self) -> None:
        self.place.picked = None
        self.refresh_bindings()
        self.show_picture()

    def select_prompt(self, prompt: PlacedPrompt) -> None:
        """Make a prompt of this frame the selected one, and its label the active one."""
        self.pick_label(prompt.label)
        self.place.picked = prompt.seq
        match self.place.mode, prompt.prompt:
            case mode, PointPrompt(x=x, y=y) if mode is not None and mode.kind == "point":
                self.set_mode(replace(mode, x=x, y=y))
                self.follow_crosshair()
        self.refresh_bindings()
        self.show_place()
        name = self.place.name_of(prompt.label)
        self.say(f"Selected: {describe(prompt.prompt)} of {name}; Delete removes it, Esc lets it go.")

    def select_at(self, x: float, y: float) -> bool:
        """Ctrl+click at frame pixel (x, y); False where that means something else."""
        if self.place.mode is None:
            if (found := self._prompt_at(x, y)) is not None:
                self.select_prompt(found)
            else:
                self.carry_out(self._select_mask(round(x), round(y)))
            return True
        found = self._prompt_at(x, y) if self.place.mode.kind == "point" else None
        if found is None or not isinstance(found.prompt, PointPrompt):
            return False
        self.select_prompt(found)
        return True

    def remove_at(self, x: float, y: float) -> None:
        """Right click at frame pixel (x, y) outside prompt modes."""
        self.require_writable()
        if (found := self._prompt_at(x, y)) is not None:
            self.carry_out(self.remove_prompt(found))
        else:
            self.say("There is no prompt to remove here.")

    def _prompt_at(self, x: float, y: float) -> PlacedPrompt | None:
        """The prompt that is shown under the pointer; the active label's before others'."""
        state, frame = self.place.state, self.place.frame
        if self.place.view not in ("prompts", "overlay"):
            return None
        shown = sorted((label for label in state.labels.values() if not label.hidden), key=self._is_other)
        reach = self.place.extent.coarse_step / 2
        under = (prompt_under(state.prompts_on(frame, label.id), x, y, reach) for label in shown)
        return next((prompt for prompt in under if prompt is not None), None)

    def _is_other(self, label: Label) -> bool:
        return label.id != self.place.label

    async def _select_mask(self, x: int, y: int) -> None:
        frame, labels = self.place.frame, self.place.state.labels
        records = self.place.live.on_frame(frame)
        shown = {label: record for label, record in records.items() if not labels[label].hidden}
        label = await asyncio.to_thread(self._topmost, shown, x, y)
        if frame != self.place.frame:
            return
        if label is None:
            self.say("There is no prompt and no mask here.")
            return
        self.pick_label(label)
        self.say(f"{self.place.name_of(label)} is the active label.")

    def _topmost(self, records: dict[int, int], x: int, y: int) -> int | None:
        """Of the masks over a pixel, the label of the smallest, which is drawn on top."""
        masks = {label: self.client.follower.read(record).rle for label, record in records.items()}
        under = [label for label, mask in masks.items() if covers(mask, x, y)]
        return min(under, key=lambda label: area(masks[label]), default=None)
