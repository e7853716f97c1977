"""Actions that go to another frame."""

from samannot_tui.engine.blocks import block_after, block_before, block_of, block_span
from samannot_tui.errors import InputError
from samannot_tui.text import printable
from samannot_tui.tui.actions.base import ActionScreen


class MovingActions(ActionScreen):
    """Frames are counted from 0, as in prompts files and exports."""

    def go_to(self, frame: int) -> None:
        """Show a frame, the nearest one where it does not exist; a half-made box does not come along."""
        frame = min(max(frame, 0), self.place.frame_count - 1)
        if frame == self.place.frame:
            return
        self.place.keep(frame=frame)
        self.place.drop_corner()
        self.show_place()

    def action_step(self, frames: int) -> None:
        self.go_to(self.place.frame + frames)

    def action_seek(self, where: str) -> None:
        self.go_to(0 if where == "first" else self.place.frame_count - 1)

    def action_step_block(self, blocks: int) -> None:
        """To the first frame of a neighbouring block; back goes to the start of this one first."""
        place = self.place
        where = place.frame, place.state.settings.block_size, place.frame_count
        start = block_of(*where).first
        if blocks < 0 and place.frame > start:
            self.go_to(start)
        elif neighbour := block_before(*where) if blocks < 0 else block_after(*where):
            self.go_to(neighbour.first)

    def action_goto(self) -> None:
        last = self.place.frame_count - 1
        self.ask("Go to frame", self._answer_goto, example=f"0 to {last}")

    def action_goto_block(self) -> None:
        self.ask("Go to block", self._answer_goto_block, example=f"1 to {self.place.block_count}")

    def _answer_goto_block(self, text: str) -> None:
        """To the block's first frame. Raises InputError where the answer is no block's number."""
        place, typed = self.place, text.strip()
        if not (typed.isascii() and typed.isdigit() and 1 <= int(typed) <= place.block_count):
            raise InputError(f"“{printable(typed)}” is not a block; type a number from 1 to {place.block_count}.")
        self.go_to(block_span(int(typed) - 1, place.state.settings.block_size, place.frame_count).first)

    def _answer_goto(self, text: str) -> None:
        """Raises InputError where the answer is no frame's number."""
        last = self.place.frame_count - 1
        if not (text.strip().isascii() and text.strip().isdigit() and int(text) <= last):
            raise InputError(f"“{printable(text.strip())}” is not a frame; type a number from 0 to {last}.")
        self.go_to(int(text))
