"""What a picture is encoded for: a protocol and an area of cells."""

from dataclasses import dataclass

from samannot_tui.graphics.terminal import Protocol, Size

SIXEL_BAND = 6


@dataclass(frozen=True)
class Target:
    """The area that a picture fills.

    Attributes:
        protocol: how it is sent.
        columns: width in cells.
        rows: height in cells.
        cell: (width, height) of one cell in picture pixels.
        limit: largest (width, height) in pixels that the terminal takes, or None.
        colours: how many colours the terminal's palette has, where it has one.
    """

    protocol: Protocol
    columns: int
    rows: int
    cell: Size
    limit: Size | None = None
    colours: int | None = None

    @property
    def pixel_size(self) -> Size:
        """(width, height) in pixels of the picture to make.

        A sixel picture is a whole number of six-pixel bands high: a band that reaches into the row below
        makes xterm scroll (facts/terminal.md).
        """
        width, height = self.columns * self.cell[0], self.rows * self.cell[1]
        if self.limit is not None:
            width, height = min(width, self.limit[0]), min(height, self.limit[1])
        if self.protocol == "sixel":
            height -= height % SIXEL_BAND
        return width, height

    @property
    def origin(self) -> Size:
        """(column, row) in the area of the picture's top left cell: not (0, 0) where `limit` keeps it small."""
        width, height = self.pixel_size
        used = -(-width // self.cell[0]), -(-height // self.cell[1])
        return (self.columns - used[0]) // 2, (self.rows - used[1]) // 2
