"""The contact sheet of a track: which frames it shows, on which page, and how one moves on it. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from samannot_tui.graphics.target import Target
from samannot_tui.render.grid import Grid
from samannot_tui.review.progress import Track
from samannot_tui.session.reviews import Standing

CROP_COLUMNS, CROP_ROWS = 16, 7
"""Cells of the terminal that a crop takes about."""


@dataclass
class Sheet:
    """A contact sheet that is shown.

    Attributes:
        every: each so-manieth frame of the track is on it, doubtful spots in any case.
        asked: how many times the page was asked for anew, since not all of it was there.
    """

    every: int
    asked: int = 0


@dataclass(frozen=True)
class SheetCell:
    """A crop: a frame, the mask's record id on it (None where there is none), what is said of it, is it doubtful?"""

    frame: int
    record: int | None
    standing: Standing
    doubtful: bool


@dataclass(frozen=True)
class SheetRequest:
    """A page: equal ones look the same, but for crops that were not there yet when it was `asked` for."""

    label: int
    name: str
    columns: int
    rows: int
    cells: tuple[SheetCell, ...]
    asked: int = 0

    def grid(self, size: tuple[int, int]) -> Grid:
        """Where its crops lie in a picture of (width, height) pixels."""
        return Grid(size, self.columns, self.rows)


def grid_for(target: Target) -> tuple[int, int]:
    """(columns, rows) of crops on a canvas."""
    return max(2, target.columns // CROP_COLUMNS), max(1, target.rows // CROP_ROWS)


def sparse(track: Track, places: int) -> Sheet:
    """The whole track on one page of so many places, as nearly as that goes."""
    return Sheet(max(1, -(-len(track.frames) // places)))


def frames_of(sheet: Sheet, track: Track, spots: Sequence[int]) -> list[int]:
    """The frames that it shows, rising."""
    shown: list[int] = np.union1d(track.frames[:: sheet.every], track.frames[np.isin(track.frames, spots)]).tolist()
    return shown


def number_of(frames: Sequence[int], frame: int) -> int:
    """Which of the rising `frames` the cursor is on: the last one not behind `frame`, else the first."""
    return max(0, bisect_right(frames, frame) - 1)


def page_of(frames: Sequence[int], frame: int, places: int) -> range:
    """The numbers of those on the page that holds the cursor."""
    first = number_of(frames, frame) // places * places
    return range(first, min(first + places, len(frames)))
