"""What a picture is encoded for: a terminal's ways and an area of cells."""

from dataclasses import dataclass

from samannot_tui.graphics.terminal import Blending, Protocol, Size, Terminal

SIXEL_BAND = 6
COLOURS_IN_TEXT = {"truecolor": None, "256": 256, "16": 16}


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
        blending: how it blends layers, None where it is not known to blend any.
        by_library: textual-image encodes it.
    """

    protocol: Protocol
    columns: int
    rows: int
    cell: Size
    limit: Size | None = None
    colours: int | None = None
    blending: Blending | None = None
    by_library: bool = False

    @classmethod
    def on(cls, terminal: Terminal, columns: int, rows: int, cell: Size) -> "Target":
        """An area of a terminal, whose cells may by now have another size than it told."""
        answers = terminal.answers
        limit, colours, blending = None, None, None
        match terminal.protocol:
            case "sixel":
                limit, colours = answers.sixel_limit, answers.sixel_colours
            case "kitty":
                blending = answers.blending
            case "cells":
                colours = COLOURS_IN_TEXT[answers.colours]
        return cls(terminal.protocol, columns, rows, cell, limit, colours, blending, terminal.by_library)

    @property
    def stacks(self) -> bool:
        """Do masks and marks lie on the frame as layers of their own? Else they are drawn into the picture."""
        return self.protocol == "kitty" and not self.by_library

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
