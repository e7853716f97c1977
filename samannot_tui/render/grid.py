"""Where the crops of a contact sheet lie. Without OpenCV, for the event loop asks it too."""

from dataclasses import dataclass

from samannot_tui.render.viewport import PixelRect

Size = tuple[int, int]


@dataclass(frozen=True)
class Grid:
    """Places for crops in a picture.

    Attributes:
        size: (width, height) of the picture in pixels.
        columns, rows: of crops.
    """

    size: Size
    columns: int
    rows: int

    @property
    def crop_size(self) -> Size:
        """(width, height) of each crop, its edge included."""
        return max(1, self.size[0] // self.columns), max(1, self.size[1] // self.rows)

    def place(self, number: int) -> PixelRect:
        """Where a crop lies; they are counted row by row."""
        width, height = self.crop_size
        return PixelRect(number % self.columns * width, number // self.columns * height, width, height)

    def number_at(self, x: float, y: float) -> int:
        """The number of the place at a position of the picture, the nearest one beside the grid."""
        width, height = self.crop_size
        column, row = int(x // width), int(y // height)
        return min(max(row, 0), self.rows - 1) * self.columns + min(max(column, 0), self.columns - 1)
