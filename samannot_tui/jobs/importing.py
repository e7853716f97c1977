"""Importing a foreign annotation: looked through and told first, then taken in as one undo step.

The file is read twice, so that nothing of it is held: once to see that all of it is right and what it will do, then to
write its masks to the mask log, some at a time. Until the one event at the end names them, they count for nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from samannot_tui.errors import InputError, JobError
from samannot_tui.formats.reading import FoundObject
from samannot_tui.formats.registry import require_readable
from samannot_tui.jobs.import_names import LabelNames
from samannot_tui.jobs.opening import Opened
from samannot_tui.masks.index import RecordSource
from samannot_tui.masks.log import MaskLog, NewMask
from samannot_tui.masks.rle import Rle, area, union
from samannot_tui.session import commands as cmd
from samannot_tui.session.crowding import CROWDED, MANY_POINTS
from samannot_tui.session.decide import require_as_planned
from samannot_tui.session.decide_masks import ABSENT_SCORE
from samannot_tui.session.editing import PRESENT_SCORE
from samannot_tui.session.events import RecordSpan
from samannot_tui.session.live import NO_RECORD
from samannot_tui.session.paths import encode_path
from samannot_tui.session.prompts import BoxPrompt, MaskPrompt, PointPrompt, Prompt
from samannot_tui.session.situation import frames_in_words
from samannot_tui.session.store import Session
from samannot_tui.text import printable

MOST_PROMPTS = 20_000
MASKS_AT_A_TIME = 256
LOWEST_SCORE, HIGHEST_SCORE = 1e-6, 1e6
"""Of what is there: in the 32 bits of the mask index a smaller one would be 0, as of what is absent."""


@dataclass(frozen=True)
class Wishes:
    """How to import.

    Attributes:
        as_prompts: true: masks become mask prompts; false: masks alone are taken; None: what has a mask becomes one,
            boxes and points become prompts.
        mapping: name in the file -> label's name.
        first, last: frames, both included; `last` None for the video's last one.
        every: take each so-manieth frame, counted from `first`.
        minimum_score: what a model was less sure of is left out; None for what the format takes by default.
        by_person: whose the masks are where the format does not say.
        replace: what the session has in the same places gives way, a person's work too.
    """

    as_prompts: bool | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    first: int = 0
    last: int | None = None
    every: int = 1
    minimum_score: float | None = None
    by_person: bool = False
    replace: bool = False


@dataclass(frozen=True)
class PlannedLabel:
    """What a label will get: so many masks, "absent" among them, and prompts. `theirs` are its names in the file."""

    id: int
    name: str
    new: bool
    theirs: tuple[str, ...]
    masks: int
    prompts: int

    @property
    def sentence(self) -> str:
        theirs = ", ".join(printable(name) for name in self.theirs if name != self.name)
        whence = f" (from {theirs})" if theirs else ""
        kind = "new label" if self.new else "label"
        return f"{kind} {self.id} {printable(self.name)}{whence}: {_amount(self.masks, self.prompts)}"


@dataclass(frozen=True)
class ImportPlan:
    """What an import will do.

    `skipped`: why objects of the file are left out -> how many. `replaced`: what of the session gives way -> on how
    many frames of a label. `frames`: the first and the last. `crowded`: on how many frames a label gets more points
    than do it good.
    """

    labels: tuple[PlannedLabel, ...]
    masks: int
    prompts: int
    frames: tuple[int, int]
    skipped: Mapping[str, int]
    replaced: Mapping[str, int]
    crowded: int

    @property
    def amount(self) -> str:
        """For people, as in "12 masks and 3 prompts"."""
        return _amount(self.masks, self.prompts)

    def sentences(self) -> list[str]:
        """For people, before it is done, what matters most first; safe to show."""
        return [
            f"to import: {self.amount} on {frames_in_words(*self.frames)}",
            *(f"left out: {count} {why}" for why, count in self.skipped.items()),
            *(f"will be replaced: {count} {what}" for what, count in self.replaced.items()),
            *([f"on {self.crowded} frames of a label: {CROWDED}"] if self.crowded else []),
            *(label.sentence for label in self.labels),
        ]


class _Cells:
    """Frames of labels, a byte each."""

    def __init__(self, frame_count: int) -> None:
        self._frame_count = frame_count
        self._by_label: dict[int, npt.NDArray[np.bool_]] = {}

    def add(self, label: int, frame: int) -> None:
        self.of(label)[frame] = True

    def of(self, label: int) -> npt.NDArray[np.bool_]:
        """Which frames of the video."""
        return self._by_label.setdefault(label, np.zeros(self._frame_count, np.bool_))


class Import:
    """One import into an opened session; nothing is written before `carry_out`.

    Attributes:
        plan: what it will do.
    """

    def __init__(
        self,
        opened: Opened,
        format_name: str,
        path: Path,
        wishes: Wishes,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Read all of the file; `cancelled` is asked at each object, here and in `carry_out`.

        Raises:
            JobError: cancelled.
            InputError: no such format, the file is not right, names that cannot be labels' names or are in doubt,
                too many labels or prompts, no such frames, or nothing in it to import.
        """
        self._session: Session = opened.session
        self._source = opened.source
        known = require_readable(format_name)
        self._reader = known.load()
        self._minimum_score = known.minimum_score if wishes.minimum_score is None else wishes.minimum_score
        self._format, self._path, self._wishes = format_name, path, wishes
        self._cancelled = cancelled
        self._planned_at = self._session.state.last_seq
        self._names = LabelNames(self._session.state, wishes.mapping, printable(path))
        count = opened.source.info.frame_count
        self._frames = _frames(wishes, count)
        self._masks, self._prompts = _Cells(count), _Cells(count)
        self.plan = self._look_through()

    def carry_out(self, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Take it in, as one undo step.

        Args:
            progress: called with (masks written, masks to write).

        Raises:
            InputError: the session is read-only or has changed since, or the file has.
            JobError: cancelled, or the disk failed. Whatever it is, the annotation is as it was.
        """
        require_as_planned(self._planned_at, self._session.state)  # or the mask log would grow by all masks in vain
        writer = _MaskWriter(self._session, self._source.info.frame_count)
        prompts: list[cmd.NewPrompt] = []
        for found, label, what in self._taken(Counter()):
            foreseen = self._masks if isinstance(what, Rle) else self._prompts
            if not foreseen.of(label)[found.frame]:
                raise InputError(f"{printable(self._path)} changed while it was read; import it again.")
            if isinstance(what, Rle):
                writer.add(self._new_mask(found, label, what))
                progress(writer.written, self.plan.masks)
            else:
                prompts += (cmd.NewPrompt(label, found.frame, each) for each in what)
        removed, cleared = self._giving_way()
        self._session.submit(
            cmd.Import(
                planned_at=self._planned_at,
                format=self._format,
                path=encode_path(self._path),
                new_labels=tuple(self._names.new),
                labels=tuple(label.id for label in self.plan.labels),
                removed=removed,
                cleared=cleared,
                prompts=tuple(prompts),
                records=writer.finish(),
            )
        )

    def _look_through(self) -> ImportPlan:
        prompts: Counter[int] = Counter()
        points: Counter[tuple[int, int]] = Counter()
        skipped: Counter[str] = Counter()
        labels: set[int] = set()
        for found, label, what in self._taken(skipped):
            labels.add(label)
            if isinstance(what, Rle):
                self._masks.add(label, found.frame)
            else:
                self._prompts.add(label, found.frame)
                prompts[label] += len(what)
                points[label, found.frame] += sum(isinstance(each, PointPrompt) for each in what)
            if prompts.total() > MOST_PROMPTS:
                raise InputError(
                    f"{printable(self._path)} holds more than {MOST_PROMPTS} prompts; import some --frames of them."
                )
        self._names.check_all_used()
        if not labels:
            why = "; ".join(f"{count} {reason}" for reason, count in skipped.items())
            raise InputError(f"{printable(self._path)} holds nothing to import{f' (left out: {why})' if why else ''}.")
        crowded = sum(count > MANY_POINTS for count in points.values())
        return self._planned(sorted(labels), prompts, skipped, crowded)

    def _planned(self, labels: Sequence[int], prompts: Counter[int], skipped: Counter[str], crowded: int) -> ImportPlan:
        names = {label.id: label.name for label in self._session.state.labels.values()}
        names |= {label: name for name, label in self._names.new.items()}
        planned, frames, replaced = [], np.zeros(self._source.info.frame_count, np.bool_), Counter[str]()
        for label in labels:
            theirs, masks = tuple(self._names.theirs[label]), int(self._masks.of(label).sum())
            new = label not in self._session.state.labels
            planned.append(PlannedLabel(label, names[label], new, theirs, masks, prompts[label]))
            taken = self._masks.of(label) | self._prompts.of(label)
            frames |= taken
            if not new:
                for frame in np.flatnonzero(taken).tolist():
                    replaced.update(self._had(label, frame))
        first, last = np.flatnonzero(frames)[[0, -1]].tolist()
        masks = sum(label.masks for label in planned)
        # As plain ones: `dataclasses.asdict` makes other mappings of counters.
        return ImportPlan(tuple(planned), masks, prompts.total(), (first, last), dict(skipped), dict(replaced), crowded)

    def _taken(self, skipped: Counter[str]) -> Iterator[tuple[FoundObject, int, Rle | list[Prompt]]]:
        """The objects to import, each with its label and what it becomes; the others are counted."""
        for found in self._reader(self._path, self._source):
            if self._cancelled():
                raise JobError("The import was cancelled; the session is as it was.")
            if found.frame not in self._frames:
                skipped["on other frames"] += 1
                continue
            if _is_below(found.score, self._minimum_score):
                skipped["with a lower score"] += 1
                continue
            what = self._becomes(found)
            if isinstance(what, str):
                skipped[what] += 1
                continue
            label = self._names.label(found.name)
            if not self._wishes.replace and (present := self._had(label, found.frame)):
                skipped[f"where the label has {present[0]} already (--replace would take the file's)"] += 1
                continue
            yield found, label, what

    def _becomes(self, found: FoundObject) -> Rle | list[Prompt] | str:
        """A mask, prompts, or why nothing."""
        if found.mask is not None and not self._wishes.as_prompts:
            return found.mask
        if found.box is None and not found.points and found.mask is None:
            return "without a pixel in the frame"
        if self._wishes.as_prompts is False:
            return "without a mask (--as prompts takes boxes and points)"
        if found.mask is not None:
            return [MaskPrompt(found.mask)] if area(found.mask) else "that say “absent”, which no prompt says"
        info = self._source.info
        prompts = list(_inside(found, info.width, info.height))
        return prompts or "outside the frame, or boxes without area"

    def _had(self, label: int, frame: int) -> list[str]:
        """What the session has for a label on a frame, in words: a mask, prompts, both or nothing."""
        state, live = self._session.state, self._session.live
        record = live.record(frame, label) or NO_RECORD
        whose = "a person's" if live.index.source[record] == RecordSource.EDITED else "a model's"
        what = "mask" if live.index.object_score[record] > 0 else "“absent”"
        mask = [f"{whose} {what}"] if record else []
        return [*mask, "prompts"] if state.prompts_on(frame, label) else mask

    def _giving_way(self) -> tuple[tuple[int, ...], tuple[cmd.ClearMasks, ...]]:
        """Prompts and masks of the session that the imported ones replace; a mask is replaced by a mask anyway."""
        removed: list[int] = []
        cleared: list[cmd.ClearMasks] = []
        state, live = self._session.state, self._session.live
        for label in (each.id for each in self.plan.labels if not each.new):
            masks, prompts = self._masks.of(label), self._prompts.of(label)
            frames = np.flatnonzero(masks | prompts).tolist()
            removed += (placed.seq for frame in frames for placed in state.prompts_on(frame, label))
            stale = prompts & ~masks & (live.records(label) != NO_RECORD)
            cleared += (cmd.ClearMasks((label,), first, last) for first, last in _stretches(stale))
        return tuple(removed), tuple(cleared)

    def _new_mask(self, found: FoundObject, label: int, mask: Rle) -> NewMask:
        person = self._wishes.by_person if found.person is None else found.person
        # A score of a detector is a probability, one of ours a logit: both are above 0 for what is there.
        score = found.score if found.score is not None and found.score > 0 else PRESENT_SCORE
        present = min(max(score, LOWEST_SCORE), HIGHEST_SCORE)
        return NewMask(
            frame=found.frame,
            label=label,
            rle=mask,
            object_score=present if area(mask) else ABSENT_SCORE,
            quality=1.0,
            source="edited" if person else "propagated",
            run=None,
            imported=True,
        )


class _MaskWriter:
    """Appends masks to the mask log; masks of one label and frame are united.

    Attributes:
        written: masks so far.
    """

    def __init__(self, session: Session, frame_count: int) -> None:
        self.written = 0
        self._session = session
        self._log: MaskLog = session.masks
        self._frame_count = frame_count
        self._records: dict[int, npt.NDArray[np.int32]] = {}
        self._waiting: dict[tuple[int, int], NewMask] = {}
        self._spans: list[RecordSpan] = []

    def add(self, mask: NewMask) -> None:
        """Raises as `Session.append_masks`."""
        cell = mask.label, mask.frame
        if mask.label not in self._records:
            self._records[mask.label] = np.zeros(self._frame_count, np.int32)
        record = int(self._records[mask.label][mask.frame])
        before = self._waiting.get(cell) or (self._log.read(record) if record else None)
        self._waiting[cell] = mask if before is None else _united(before, mask)
        self.written += before is None
        if len(self._waiting) >= MASKS_AT_A_TIME:
            self._write()

    def finish(self) -> tuple[RecordSpan, ...]:
        """Write the rest; gives the records, rising. Raises as `Session.append_masks`."""
        self._write()
        return tuple(self._spans)

    def _write(self) -> None:
        if not self._waiting:
            return
        records = self._session.append_masks(list(self._waiting.values()))
        for (label, frame), record in zip(self._waiting, records, strict=True):
            self._records[label][frame] = record
        self._waiting = {}
        first = records[0]
        if self._spans and self._spans[-1].last == first - 1:
            first = self._spans.pop().first
        self._spans.append(RecordSpan(first, records[-1]))


def _united(one: NewMask, other: NewMask) -> NewMask:
    """Two masks of one label and frame as one: a person's where either is."""
    return NewMask(
        frame=one.frame,
        label=one.label,
        rle=union([one.rle, other.rle]),
        object_score=max(one.object_score, other.object_score),
        quality=min(one.quality, other.quality),
        source="edited" if "edited" in (one.source, other.source) else "propagated",
        run=None,
        imported=True,
    )


def _frames(wishes: Wishes, frame_count: int) -> range:
    """The frames to import.

    Raises:
        InputError: a video of so many has not all of these.
    """
    last = frame_count - 1 if wishes.last is None else wishes.last
    if not 0 <= wishes.first <= last < frame_count:
        raise InputError(f"There are no frames {wishes.first}..{last}; the video has 0..{frame_count - 1}.")
    return range(wishes.first, last + 1, wishes.every)


def _is_below(score: float | None, minimum: float | None) -> bool:
    return score is not None and minimum is not None and score < minimum


def _inside(found: FoundObject, width: int, height: int) -> Iterator[Prompt]:
    """The prompts of an object's box and points that the session takes: inside the frame, and with area."""
    if found.box is not None:
        x0, y0, x1, y1 = found.box
        x0, x1 = (min(max(x, 0), width - 1) for x in (x0, x1))
        y0, y1 = (min(max(y, 0), height - 1) for y in (y0, y1))
        if x0 < x1 and y0 < y1:
            yield BoxPrompt(x0, y0, x1, y1)
    for x, y in found.points:
        if -0.5 <= x < width - 0.5 and -0.5 <= y < height - 0.5:
            yield PointPrompt(x, y)


def _stretches(frames: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and last frame of each stretch of true ones."""
    ends = np.flatnonzero(np.diff(frames, prepend=False, append=False))
    yield from ((int(first), int(end) - 1) for first, end in ends.reshape(-1, 2))


def _amount(masks: int, prompts: int) -> str:
    amounts = ((masks, "mask"), (prompts, "prompt"))
    return " and ".join(f"{number} {what}{'' if number == 1 else 's'}" for number, what in amounts if number)
