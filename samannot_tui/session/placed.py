"""The prompts of an annotation, where they stand: by their seq, by frame and label, and by label."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace

from samannot_tui.session.events import MasksReassigned
from samannot_tui.session.prompts import Prompt


@dataclass(frozen=True)
class PlacedPrompt:
    """A prompt where it stands; `seq` names it.

    `auto` is the run that handed it over to this block, None where a person gave it or has touched the
    label's prompts on this frame since.
    """

    seq: int
    label: int
    frame: int
    prompt: Prompt
    base: int | None
    auto: int | None = None


@dataclass
class PlacedPrompts:
    """Read it freely; only the fold changes it. `by_seq` holds them all."""

    by_seq: dict[int, PlacedPrompt] = field(default_factory=dict)
    _cells: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    _frames: dict[int, list[int]] = field(default_factory=dict)

    def copy(self) -> "PlacedPrompts":
        frames = {label: known.copy() for label, known in self._frames.items()}
        return PlacedPrompts(self.by_seq.copy(), self._cells.copy(), frames)

    def on(self, frame: int, label: int) -> tuple[PlacedPrompt, ...]:
        """A label's prompts on one frame, in the order in which they were made."""
        return tuple(self.by_seq[seq] for seq in self._cells.get((frame, label), ()))

    def frames(self, label: int) -> list[int]:
        """Frames on which the label has a prompt, rising; not to be changed."""
        return self._frames.get(label, [])

    def add(self, placed: PlacedPrompt) -> None:
        cell = self._cells.get((placed.frame, placed.label), ())
        self.by_seq[placed.seq] = placed
        self._put(placed.frame, placed.label, (*cell, placed.seq))

    def remove(self, seq: int) -> PlacedPrompt:
        """Raises:
        KeyError: there is no such prompt.
        """
        gone = self.by_seq.pop(seq)
        cell = self._cells[gone.frame, gone.label]
        self._put(gone.frame, gone.label, tuple(each for each in cell if each != seq))
        return gone

    def adopt(self, frame: int, label: int) -> None:
        """A person has touched the label's prompts on this frame, so that none of them is a run's any more."""
        for seq in self._cells.get((frame, label), ()):
            self.by_seq[seq] = replace(self.by_seq[seq], auto=None)

    def reassign(self, event: MasksReassigned) -> None:
        """Move prompts as the event says. On a frame with a union, that is what the merged prompts refine."""
        moved = {*self._frames_within(event.label, event), *self._frames_within(event.other, event)}
        for frame in moved:
            mine, others = (self._cells.get((frame, label), ()) for label in (event.label, event.other))
            if event.kind == "swap":
                self._put(frame, event.label, others)
                self._put(frame, event.other, mine)
            elif mine:
                self._put(frame, event.label, ())
                self._put(frame, event.other, tuple(sorted(mine + others)))
                if any(self.by_seq[seq].auto is None for seq in mine + others):
                    self.adopt(frame, event.other)
        for union in event.unions:
            for seq in self._cells.get((union.frame, event.other), ())[:1]:
                self.by_seq[seq] = replace(self.by_seq[seq], base=union.record)

    def _frames_within(self, label: int, event: MasksReassigned) -> list[int]:
        frames = self.frames(label)
        return frames[bisect_left(frames, event.first) : bisect_right(frames, event.last)]

    def _put(self, frame: int, label: int, cell: tuple[int, ...]) -> None:
        """Make `cell` all the prompts of a label on a frame."""
        frames = self._frames.setdefault(label, [])
        at = bisect_left(frames, frame)
        present = at < len(frames) and frames[at] == frame
        if not cell:
            self._cells.pop((frame, label), None)
            if present:
                del frames[at]
            return
        if not present:
            frames.insert(at, frame)
        self._cells[frame, label] = cell
        for seq in cell:
            if self.by_seq[seq].label != label:
                self.by_seq[seq] = replace(self.by_seq[seq], label=label)
