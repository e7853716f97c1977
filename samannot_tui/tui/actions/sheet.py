"""Actions on the contact sheet: a cursor over crops of the track, page by page."""

from samannot_tui.errors import InputError
from samannot_tui.graphics.target import Target
from samannot_tui.tui.actions.reviewing import ReviewActions
from samannot_tui.tui.sheet import Sheet, grid_for, number_of, sparse
from samannot_tui.tui.sheet_page import sheet_frames, sheet_page
from samannot_tui.tui.widgets.canvas import Canvas

SHEET_ALONE = ("sheet_move", "sheet_page", "sheet_density", "open_there")
ON_SHEET = (
    *SHEET_ALONE,
    *("sheet", "judge_good", "judge_bad", "mark_part", "take_back", "next_spot", "leave_review", "seek", "goto"),
    *("toggle_panes", "resize_panes", "information", "help", "quit"),
)
"""All that can be done on a sheet."""


class SheetActions(ReviewActions):
    """The cursor is the frame that the person is at: what judges, judges there."""

    def action_sheet(self) -> None:
        """Show the whole track on one page, or the frame again."""
        review = self._review()
        if review.sheet is not None:
            self.action_open_there()
            return
        review.sheet = sparse(self._track(), self._places())
        self._move_to(number_of(sheet_frames(self.place), self.place.frame))
        self.refresh_bindings()

    def action_open_there(self) -> None:
        self._review().sheet = None
        self.refresh_bindings()
        self.show_place()

    def action_leave_review(self) -> None:
        """The sheet first."""
        if self.place.sheet is not None and self.place.part_from is None:
            self.action_open_there()
        else:
            super().action_leave_review()

    def action_sheet_move(self, crops: int, rows: int) -> None:
        columns = grid_for(self._target())[0]
        self._move_to(number_of(sheet_frames(self.place), self.place.frame) + crops + rows * columns)

    def action_sheet_page(self, pages: int) -> None:
        self._move_to(number_of(sheet_frames(self.place), self.place.frame) + pages * self._places())

    def action_sheet_density(self, steps: int) -> None:
        """Twice as many frames of the track, or half."""
        sheet = self._sheet()
        every = max(1, int(sheet.every * 2.0**-steps))
        widest = max(1, len(self._track().frames))
        sheet.every = min(every, widest)
        self._move_to(number_of(sheet_frames(self.place), self.place.frame))
        self.say("Every frame." if sheet.every == 1 else f"One frame of {sheet.every}.")

    def pick_on_sheet(self, x: float, y: float) -> None:
        """A click on a position of the page."""
        page = sheet_page(self.place, self._target())
        if page is not None:
            number = page.grid(self._target().pixel_size).number_at(x, y)
            if number < len(page.cells):
                self.go_to(page.cells[number].frame)

    def ask_again(self) -> None:
        """Not all crops of the page were there yet."""
        if self.place.sheet is not None:
            self.place.sheet.asked += 1
            self.show_picture()

    def _move_to(self, number: int) -> None:
        frames = sheet_frames(self.place)
        if frames:
            self.place.keep(frame=frames[min(max(number, 0), len(frames) - 1)])
        self.show_place()

    def _places(self) -> int:
        columns, rows = grid_for(self._target())
        return columns * rows

    def _target(self) -> Target:
        target = self.query_one(Canvas).target
        if target is None:
            raise InputError("There is no room for the picture; make the terminal larger.")
        return target

    def _sheet(self) -> Sheet:
        sheet = self._review().sheet
        assert sheet is not None, "its keys are there on a sheet alone"
        return sheet
