"""Actions that go to another frame."""

from samannot_tui.engine.blocks import block_after, block_before, block_of, block_span
from samannot_tui.errors import InputError
from samannot_tui.session.queries import Mark, next_marked, previous_marked
from samannot_tui.session.view import MAX_TIMELINE_ZOOM
from samannot_tui.text import printable
from samannot_tui.tui.actions.base import ActionScreen
from samannot_tui.tui.tracks import window_size
from samannot_tui.tui.typed_number import whole_number
from samannot_tui.tui.widgets.timeline import Timeline

MARKED: dict[Mark, str] = {"prompt": "prompted frame", "mask": "masked frame", "gap": "gap", "barrier": "barrier"}


class MovingActions(ActionScreen):
    """Frames are counted from 0, as in prompts files and exports."""

    def go_to(self, frame: int) -> None:
        """Show a frame, the nearest one where it does not exist; a half-made box does not come along."""
        frame = min(max(frame, 0), self.place.frame_count - 1)
        if frame == self.place.frame:
            return
        self.client.give_way()
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

    def action_seek_marked(self, mark: Mark, way: int) -> None:
        """To the next (`way` 1) or previous (-1) frame with such a mark, of the active label where there is one."""
        place = self.place
        find = next_marked if way > 0 else previous_marked
        frame = find(mark, place.state, place.live, place.frame, place.label)
        if frame is not None:
            self.go_to(frame)
            return
        whose = f" of {place.name_of(place.label)}" if place.label is not None and mark != "barrier" else ""
        self.say(f"There is no {MARKED[mark]}{whose} {'after' if way > 0 else 'before'} this frame.")

    def action_zoom_timeline(self, steps: int) -> None:
        """Twice as large or half for each step, about the cursor; the first row goes on to show the whole video."""
        place = self.place
        zoom = min(max(int(place.kept.timeline_zoom * 2.0**steps), 1), MAX_TIMELINE_ZOOM)
        if window_size(zoom, place.frame_count) != window_size(place.kept.timeline_zoom, place.frame_count):
            place.keep(timeline_zoom=zoom)
        window = self.query_one(Timeline).window
        self.show_place()
        last = window.first + window.count - 1
        whole = "the whole video" if window.count == place.frame_count else f"frames {window.first} to {last}"
        self.say(f"The timeline shows {whole}.")

    def action_goto(self) -> None:
        last = self.place.frame_count - 1
        self.ask("Go to frame", self._answer_goto, example=f"0 to {last}")

    def action_goto_block(self) -> None:
        self.ask("Go to block", self._answer_goto_block, example=f"1 to {self.place.block_count}")

    def _answer_goto_block(self, text: str) -> None:
        """To the block's first frame. Raises InputError where the answer is no block's number."""
        place, block = self.place, whole_number(text)
        if block is None or not 1 <= block <= place.block_count:
            raise InputError(
                f"“{printable(text.strip())}” is not a block; type a number from 1 to {place.block_count}."
            )
        self.go_to(block_span(block - 1, place.state.settings.block_size, place.frame_count).first)

    def _answer_goto(self, text: str) -> None:
        """Raises InputError where the answer is no frame's number."""
        last, frame = self.place.frame_count - 1, whole_number(text)
        if frame is None or frame > last:
            raise InputError(f"“{printable(text.strip())}” is not a frame; type a number from 0 to {last}.")
        self.go_to(frame)
