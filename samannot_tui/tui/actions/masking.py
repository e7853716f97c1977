"""Actions on masks over a range of frames, and on a frame's prompts as a whole."""

import re
from functools import partial

from samannot_tui.errors import InputError
from samannot_tui.session.commands import ClearMasks, CopyPrompts, MarkAbsent
from samannot_tui.session.events import PromptAdded
from samannot_tui.session.situation import frames_in_words
from samannot_tui.text import printable
from samannot_tui.tui.actions.prompting import PromptingActions
from samannot_tui.tui.frame_range import FRAMES_EXAMPLE, parse_frames

_TARGET = re.compile(r"\s*(all\s+)?(\d{1,9})\s*", re.ASCII | re.IGNORECASE)


class MaskingActions(PromptingActions):
    """The active label is meant, unless more is asked for."""

    def action_clear_masks(self) -> None:
        self.require_writable()
        label = self.require_label().id
        question = f"Clear masks of {self.place.name_of(label)} on"
        self.ask(question, partial(self._answer_clear, label), example=FRAMES_EXAMPLE, takes_nothing=True)

    def _answer_clear(self, label: int, text: str) -> None:
        span = parse_frames(text, self.place)
        command = ClearMasks((label,), span.first, span.last)
        done = f"Cleared {self.place.name_of(label)} on {frames_in_words(span.first, span.last)}; u undoes it."
        self.carry_out(self.submit_and_say(command, done))

    def action_mark_absent(self) -> None:
        self.require_writable()
        label = self.require_label().id
        question = f"{self.place.name_of(label)} is absent on"
        self.ask(question, partial(self._answer_absent, label), example=FRAMES_EXAMPLE, takes_nothing=True)

    def _answer_absent(self, label: int, text: str) -> None:
        span = parse_frames(text, self.place)
        command = MarkAbsent(label, span.first, span.last)
        done = f"{self.place.name_of(label)} is absent on {frames_in_words(span.first, span.last)}; u undoes it."
        self.carry_out(self.submit_and_say(command, done))

    def action_copy_prompts(self) -> None:
        self.require_writable()
        label, frame = self.require_label().id, self.place.frame
        if not any(self.place.state.prompts_on(frame, each) for each in self.place.state.labels):
            raise InputError(f"There is no prompt on frame {frame} to copy.")
        question = f"Copy prompts of {self.place.name_of(label)} to frame"
        self.ask(question, partial(self._answer_copy, label, frame), example="40 · all 40 for those of all labels")

    def _answer_copy(self, label: int, source: int, text: str) -> None:
        """Raises InputError where the answer names no frame."""
        match = _TARGET.fullmatch(text)
        if match is None:
            raise InputError(f"“{printable(text.strip())}” names no frame: type 40, or all 40 for all labels.")
        labels = tuple(self.place.state.labels) if match[1] else (label,)
        self.carry_out(self._copy(CopyPrompts(labels, source, int(match[2]))))

    async def _copy(self, command: CopyPrompts) -> None:
        copies = [event for event in await self.submit(command) if isinstance(event, PromptAdded)]
        count = "1 prompt" if len(copies) == 1 else f"{len(copies)} prompts"
        self.say(f"Copied {count} from frame {command.source} to frame {command.target}; u undoes it.")
        for label in dict.fromkeys(copy.label for copy in copies):
            await self.predict(command.target, label)
