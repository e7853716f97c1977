"""What the terminal can show, as plain data, and the choice of a protocol from it."""

import re
from dataclasses import dataclass, replace
from typing import Literal, get_args

from samannot_tui.errors import InputError

Protocol = Literal["kitty", "sixel", "iterm", "cells"]
Requested = Literal["auto", "kitty", "sixel", "iterm", "cells", "textual-image"]
Colours = Literal["truecolor", "256", "16"]
Blending = Literal["gamma", "linear"]
REQUESTS: tuple[Requested, ...] = get_args(Requested)

Size = tuple[int, int]

HALF_BLOCKS: Size = (1, 2)
QUADRANTS: Size = (2, 4)
"""Pixels are square: a quadrant is half as wide as it is high, hence two of them."""

ITERM_NAMES = ("iTerm2", "WezTerm", "Konsole")
"""Terminals that show iTerm2's inline images by default, as they name themselves (XTVERSION)."""
XTERM_JS = "xterm.js"
"""What VS Code's terminal is made of. It has inline images only together with sixel graphics, in one add-on."""
KITTY_VERSION = re.compile(r"kitty\((\d+)\.(\d+)")
LINEAR_FROM = (0, 28)
"""The kitty that began to blend in linear light (kovidgoyal/kitty#5969); 0.26 and 0.41 were looked at."""
ANCHORS_FROM = (0, 31)
"""The kitty that began to place images relative to a character, which a multiplexer moves like any other."""


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
        passes_on: the multiplexer hands on what is wrapped for the terminal behind it.
        colours: how many text colours, from COLORTERM and TERM, or more as it told itself.
        synchronized: it shows several writes at once when told to (mode 2026); None if it does not tell.
        attributes: its primary device attributes, as numbers between semicolons; the multiplexer's, if there is one.
        round_trip: seconds from a question to its answer, None without one.
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
    passes_on: bool = False
    colours: Colours = "256"
    synchronized: bool | None = None
    attributes: str = ""
    round_trip: float | None = None
    answered: bool = False

    @property
    def iterm(self) -> bool:
        """Does it show iTerm2's inline images (OSC 1337)? They cannot be asked for."""
        return self.name.startswith(ITERM_NAMES) or (self.name.startswith(XTERM_JS) and self.sixel)

    @property
    def blending(self) -> Blending | None:
        """The space in which it blends kitty images; None where that is unknown.

        Those that blend in linear light scale images smoothly in it, the others take the nearest pixel.
        """
        if self.name.startswith("Konsole"):
            return "gamma"
        version = self._kitty_version
        if version is None:
            return None
        return "linear" if version >= LINEAR_FROM else "gamma"

    @property
    def anchors(self) -> bool:
        """Can images be placed relative to a character? That cannot be asked for."""
        version = self._kitty_version
        return version is not None and version >= ANCHORS_FROM

    @property
    def _kitty_version(self) -> tuple[int, int] | None:
        version = KITTY_VERSION.match(self.name)
        return (int(version[1]), int(version[2])) if version else None


@dataclass(frozen=True)
class Terminal:
    """How pictures go to this terminal: the protocol chosen, why (a sentence), and the answers.

    `by_library` leaves encoding to textual-image, the last resort where our own pictures come out wrong.
    `requested` is what was to be chosen from.
    """

    protocol: Protocol
    reason: str
    answers: Answers
    by_library: bool = False
    requested: Requested = "auto"

    @property
    def anchored(self) -> bool:
        """Do pictures hang on a character that a multiplexer draws?"""
        return self.protocol == "kitty" and self.answers.multiplexer is not None

    def given(self, answers: Answers) -> "Terminal":
        """The choice under other answers: of the same request, or of cells where that cannot work any more."""
        try:
            return choose(self.requested, answers)
        except InputError as error:
            return Terminal("cells", str(error), answers, requested=self.requested)

    @property
    def cell(self) -> Size:
        """(width, height) of a cell in the pixels that pictures are made of."""
        if self.protocol == "cells":
            return HALF_BLOCKS if self.answers.colours == "16" else QUADRANTS
        return self.answers.cell or QUADRANTS


def choose(requested: Requested, answers: Answers) -> Terminal:
    """Pick the protocol: what was asked for, or the best that is certain to work.

    Raises:
        InputError: the protocol asked for cannot work here.
    """
    return replace(_choice(requested, answers), requested=requested)


def _choice(requested: Requested, answers: Answers) -> Terminal:
    match requested:
        case "auto":
            return _best(answers)
        case "cells":
            return Terminal("cells", "Unicode cells were asked for.", answers)
        case "textual-image":
            return _by_library(answers)
        case _:
            _refuse(requested, answers)
            return Terminal(requested, f"{requested} graphics were asked for.", answers)


def _best(answers: Answers) -> Terminal:
    if not answers.answered:
        return Terminal("cells", "The terminal did not answer the probe.", answers)
    if answers.cell is None:
        return Terminal("cells", "The terminal does not tell its cell size in pixels.", answers)
    if answers.multiplexer is not None:
        return _best_behind(answers.multiplexer, answers)
    if answers.iterm:
        return Terminal("iterm", "The terminal shows iTerm2's inline images.", answers)
    if answers.kitty:
        return Terminal("kitty", "The terminal speaks the kitty graphics protocol.", answers)
    if answers.sixel:
        return Terminal("sixel", "The terminal shows sixel graphics.", answers)
    return Terminal("cells", "The terminal shows no kitty, sixel or iTerm2 graphics.", answers)


def _best_behind(multiplexer: str, answers: Answers) -> Terminal:
    if answers.passes_on and answers.anchors:
        return Terminal("kitty", f"{multiplexer} passes kitty graphics on.", answers)
    if answers.sixel:
        return Terminal("sixel", f"{multiplexer} shows sixel graphics.", answers)
    if answers.anchors:
        return Terminal("cells", f"{multiplexer} is not told to pass pictures on.", answers)
    return Terminal("cells", f"{multiplexer} passes on none of the pictures that this terminal shows.", answers)


def _by_library(answers: Answers) -> Terminal:
    _refuse("textual-image", answers)
    if not answers.kitty and not answers.sixel:
        raise InputError(
            "--graphics textual-image needs a terminal with kitty or sixel graphics, which this one does not"
            " offer: use --graphics cells."
        )
    protocol: Protocol = "kitty" if answers.kitty else "sixel"
    return Terminal(protocol, "Pictures by textual-image were asked for.", answers, by_library=True)


def _refuse(requested: Requested, answers: Answers) -> None:
    passed = (requested == "sixel" and answers.sixel) or (
        requested == "kitty" and answers.passes_on and answers.anchors
    )
    if answers.multiplexer is not None and not passed:
        raise InputError(
            f"--graphics {requested} does not work here inside {answers.multiplexer}, which passes no such pictures"
            f" on: use --graphics cells, start samannot-tui outside {answers.multiplexer}, or see what"
            " `samannot-tui doctor` advises."
        )
    if answers.cell is None:
        raise InputError(
            f"--graphics {requested} needs the size of a cell in pixels, which this terminal does not tell:"
            " use --graphics cells."
        )
