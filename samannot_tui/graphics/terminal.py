"""What the terminal can show, as plain data, and the choice of a protocol from it."""

from dataclasses import dataclass
from typing import Literal, get_args

from samannot_tui.errors import InputError

Protocol = Literal["kitty", "sixel", "cells"]
Requested = Literal["auto", "kitty", "sixel", "cells"]
Colours = Literal["truecolor", "256", "16"]
REQUESTS: tuple[Requested, ...] = get_args(Requested)

Size = tuple[int, int]


@dataclass(frozen=True)
class Answers:
    """What a terminal answered to the probe (`graphics.probe`); nothing here is guessed.

    Attributes:
        kitty: it said OK to a kitty graphics query.
        sixel: it lists sixel graphics in its primary device attributes.
        cell: (width, height) of a cell in pixels, as it reported or as its window size gives; None unknown.
        window_cell: the cell size that the window size (TIOCGWINSZ) alone gave, None where it has no pixels.
        name: its name and version (XTVERSION), "" when it told none.
        sixel_colours: how many sixel colour registers it has; None unknown.
        sixel_limit: largest (width, height) in pixels of a sixel picture; None unknown.
        multiplexer: "tmux" or "screen" when one is in between, else None.
        colours: how many text colours, from COLORTERM and TERM.
        answered: it answered in time; False also when there is no terminal at all.
    """

    kitty: bool = False
    sixel: bool = False
    cell: Size | None = None
    window_cell: Size | None = None
    name: str = ""
    sixel_colours: int | None = None
    sixel_limit: Size | None = None
    multiplexer: Literal["tmux", "screen"] | None = None
    colours: Colours = "256"
    answered: bool = False


@dataclass(frozen=True)
class Terminal:
    """How pictures go to this terminal: the protocol chosen, why (a sentence), and the answers."""

    protocol: Protocol
    reason: str
    answers: Answers

    @property
    def cell(self) -> Size:
        """(width, height) of a cell in the pixels that pictures are made of; half blocks have 1 x 2."""
        return (1, 2) if self.protocol == "cells" else self.answers.cell or (1, 2)


def choose(requested: Requested, answers: Answers) -> Terminal:
    """Pick the protocol: what was asked for, or the best that is certain to work.

    Raises:
        InputError: the protocol asked for cannot work here.
    """
    if requested == "cells":
        return Terminal("cells", "Unicode cells were asked for.", answers)
    if requested != "auto":
        _refuse(requested, answers)
        return Terminal(requested, f"{requested} graphics were asked for.", answers)
    if not answers.answered:
        return Terminal("cells", "The terminal did not answer the probe.", answers)
    if answers.multiplexer is not None:
        return Terminal("cells", f"{answers.multiplexer} passes no pictures on.", answers)
    if answers.cell is None:
        return Terminal("cells", "The terminal does not tell its cell size in pixels.", answers)
    if answers.kitty:
        return Terminal("kitty", "The terminal speaks the kitty graphics protocol.", answers)
    if answers.sixel:
        return Terminal("sixel", "The terminal shows sixel graphics.", answers)
    return Terminal("cells", "The terminal shows neither kitty nor sixel graphics.", answers)


def _refuse(requested: Requested, answers: Answers) -> None:
    if answers.multiplexer is not None and not (requested == "sixel" and answers.sixel):
        raise InputError(
            f"--graphics {requested} does not work inside {answers.multiplexer}, which passes no such pictures"
            f" on: use --graphics cells, or start samannot-tui outside {answers.multiplexer}."
        )
    if answers.cell is None:
        raise InputError(
            f"--graphics {requested} needs the size of a cell in pixels, which this terminal does not tell:"
            " use --graphics cells."
        )
