"""What every widget of the workspace shows: the annotation, and the place in it where the person is."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from textual.content import Content

from samannot_tui.engine.blocks import block_count
from samannot_tui.masks.edits import MaskEdit
from samannot_tui.review.flags.board import Board
from samannot_tui.review.flags.flag import Flag, Thresholds
from samannot_tui.review.progress import spots
from samannot_tui.session.follower import Follower
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.placed import PlacedPrompt
from samannot_tui.session.state import Label, State
from samannot_tui.session.view import View, ViewName
from samannot_tui.text import printable
from samannot_tui.tui.engine_status import EngineStatus
from samannot_tui.tui.painting import CellEdit, PaintMode
from samannot_tui.tui.prompting import Extent, Mode
from samannot_tui.tui.reviewing import Review
from samannot_tui.tui.sheet import Sheet

LONGEST_NAME = 24


@dataclass(frozen=True)
class RunStatus:
    """A run as the screen shows it: the one with that `number` (from 1) `of` a chain of them."""

    direction: str
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    number: int = 1
    of: int = 1
    paused: bool = False
    ending: bool = False


@dataclass
class Place:
    """Widgets read it; the workspace alone changes it and then tells them.

    `pending` are (frame, label) whose mask the engine is making now; `edits` are on their way into the session;
    `mode` is None while browsing; `picked` is the seq of the prompt that was selected last; `runs_foreseen` is how
    many runs the last request was to lead to. `review` is None outside one. `flags` is what was found of flags last;
    None before that.
    """

    follower: Follower
    kept: View
    mode: Mode | None = None
    picked: int | None = None
    run: RunStatus | None = None
    runs_foreseen: int = 1
    pending: set[tuple[int, int]] = field(default_factory=set)
    edits: tuple[CellEdit, ...] = ()
    engine: EngineStatus = field(default_factory=EngineStatus)
    review: Review | None = None
    flags: Board | None = None

    def __post_init__(self) -> None:
        self.keep(frame=min(self.kept.frame, self.frame_count - 1))
        if self.kept.label not in self.state.labels:
            self.keep(label=next(iter(self.state.labels), None))

    @property
    def state(self) -> State:
        return self.follower.state

    @property
    def live(self) -> LiveMasks:
        return self.follower.live

    @property
    def frame(self) -> int:
        return self.kept.frame

    @property
    def label(self) -> int | None:
        """The active label's ID."""
        return self.kept.label

    @property
    def active(self) -> Label | None:
        return self.state.labels.get(self.kept.label) if self.kept.label is not None else None

    @property
    def view(self) -> ViewName:
        """The view shown: the one chosen, or the original while that is compared."""
        return "original" if self.kept.compare else self.kept.view

    @property
    def selected(self) -> PlacedPrompt | None:
        """The prompt that is selected: the one picked, for as long as it is the active label's on this frame."""
        found = self.state.prompts.get(self.picked) if self.picked is not None else None
        return found if found and (found.frame, found.label) == (self.frame, self.label) else None

    @property
    def is_reviewing(self) -> bool:
        """Do keys judge, and not annotate?"""
        return self.review is not None and self.review.is_on

    @property
    def part_from(self) -> int | None:
        """The frame where a part of the active label's track was begun, to be judged by itself."""
        marked = self.review.marked if self.review is not None else None
        return marked[1] if marked is not None and marked[0] == self.label else None

    @property
    def sheet(self) -> Sheet | None:
        """The contact sheet, where it is shown in place of the frame."""
        return self.review.sheet if self.review is not None and self.review.is_on else None

    @property
    def spots(self) -> list[int]:
        """The active label's doubtful spots: frames, rising."""
        label = self.label
        if self.flags is None or label is None or label not in self.flags.doubts:
            return []
        frames = self.flagged(label)
        return spots(frames, self.flags.doubts[label][frames])

    def why_doubtful(self, frame: int) -> str:
        """Why the active label's mask on a frame is doubtful, in words; "" where it is not."""
        flag = self.flag_at(self.label, frame) if self.label is not None else None
        return flag.words if flag else ""

    @property
    def frame_count(self) -> int:
        return self.follower.manifest.frame_count

    @property
    def extent(self) -> Extent:
        return Extent(self.follower.manifest.width, self.follower.manifest.height, self.kept.zoom)

    @property
    def block(self) -> int:
        """The active block, counted from 0."""
        return self.frame // self.state.settings.block_size

    @property
    def block_count(self) -> int:
        return block_count(self.state.settings.block_size, self.frame_count)

    @property
    def thresholds(self) -> Thresholds:
        """What it takes to flag a mask."""
        return Thresholds(self.state.settings.flag_doubt / 100)

    def flagged(self, label: int) -> npt.NDArray[np.intp]:
        """Frames on which the label's mask is flagged, rising.

        Not those where it, or that of the frame before, which it is compared with, has changed since.
        """
        if self.flags is None:
            return np.zeros(0, np.intp)
        frames = self.flags.frames(label, self.thresholds)
        if not frames.size:
            return frames
        then, now = self.flags.annotation.records[label], self.live.records(label)
        before = np.maximum(frames - 1, 0)
        standing: npt.NDArray[np.intp] = frames[(then[frames] == now[frames]) & (then[before] == now[before])]
        return standing

    def flag_at(self, label: int, frame: int) -> Flag | None:
        """The flag of a label's mask, if it has one."""
        if self.flags is None or frame not in self.flagged(label):
            return None
        return self.flags.flag(label, frame, self.thresholds)

    def keep(self, **fields: Any) -> None:
        """Change the part of the place that `view.json` keeps."""
        self.kept = msgspec.structs.replace(self.kept, **fields)

    def name_of(self, label: int) -> str:
        """A label's name, safe to show in a sentence; its number where an undo has taken it away."""
        known = self.state.labels.get(label)
        return Content(printable(known.name)).truncate(LONGEST_NAME, ellipsis=True).plain if known else f"label {label}"

    def edits_of(self, label: int) -> tuple[MaskEdit, ...]:
        """What is drawn on the label's mask of this frame and not in the session yet, the stroke in the making last."""
        edits = tuple(each.edit for each in self.edits if (each.frame, each.label) == (self.frame, label))
        mode = self.mode
        making = label == self.label and isinstance(mode, PaintMode) and mode.stroke
        return (*edits, making) if making else edits

    def drop_corner(self) -> None:
        """Forget a box's or a polygon's corners: they belong to one frame and one label."""
        if self.mode is not None:
            self.mode = self.mode.settled
