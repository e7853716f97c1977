"""Predictions: the mask of one frame's prompts, asked of the worker and taken into the session if still wanted."""

from collections.abc import Callable
from dataclasses import dataclass

from samannot_tui.engine.annotation import Annotation
from samannot_tui.engine.job import JobPrompts, gather_prompts, read_rle
from samannot_tui.engine.protocol import LabelMask, Segment
from samannot_tui.engine.reports import Failed, Notice, PredictionDone, PredictionPending, RunnerEvent
from samannot_tui.engine.sources import computes
from samannot_tui.errors import InputError, JobError
from samannot_tui.masks.log import NewMask
from samannot_tui.session.commands import AddPrediction
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.store import Session
from samannot_tui.text import printable

Cell = tuple[int, int]


@dataclass(frozen=True)
class _AtWork:
    """What the worker has been asked: `prompts` are the seqs that it was given for the (frame, label) cell, with the
    mask `base` that they refine, which becomes another one where labels are merged."""

    ticket: int
    cell: Cell
    prompts: tuple[int, ...]
    base: int | None


@dataclass(frozen=True)
class _Gathered:
    seqs: tuple[int, ...]
    base: int | None
    prompts: JobPrompts


class Predictor:
    """Cells wait in the order in which they were first asked for; the worker gets one at a time.

    A cell that is asked for again while it waits waits once, with the prompts that it has when its turn comes.
    """

    def __init__(self, session: Session, annotation: Annotation, tell: Callable[[RunnerEvent], None]) -> None:
        self._session = session
        self._annotation = annotation
        self._tell = tell
        self._waiting: dict[Cell, None] = {}
        self._at_work: _AtWork | None = None
        self._tickets = 0

    @property
    def busy(self) -> bool:
        return bool(self._waiting) or self._at_work is not None

    def ask(self, frame: int, label: int) -> None:
        """Have the mask of this cell's prompts made."""
        self._waiting[frame, label] = None
        self._tell(PredictionPending(frame, label))

    def next_request(self) -> Segment | None:
        """What the worker is to do next; None where it has a request already or nothing waits."""
        while self._waiting and not self._at_work:
            cell = next(iter(self._waiting))
            del self._waiting[cell]
            gathered = self._gather(cell)
            if isinstance(gathered, _Gathered):
                self._tickets += 1
                self._at_work = _AtWork(self._tickets, cell, gathered.seqs, gathered.base)
                return Segment(self._tickets, gathered.prompts)
            if gathered:
                self._tell(gathered)
            self._done(cell)
        return None

    def _gather(self, cell: Cell) -> "_Gathered | Notice | Failed | None":
        """The cell's prompts as they are now, or why they compute nothing; None where there are none any more."""
        frame, label = cell
        with self._annotation.latest() as now:
            placed = now.state.prompts_on(frame, label)
            if not placed:
                return None
            if not computes(placed):
                name = printable(now.state.labels[label].name)
                return Notice(f"Only negative points on frame {frame}, which compute nothing: {name}.")
            try:
                base = None if placed[0].base is None else read_rle(placed[0].base, frame, now.read)
            except InputError as error:
                return Failed(str(error))
        prompts = gather_prompts(label, frame, [each.prompt for each in placed], base)
        return _Gathered(tuple(each.seq for each in placed), placed[0].base, prompts)

    def answer(self, ticket: int, mask: LabelMask, engine: EngineInfo) -> None:
        """Take the mask that the worker's engine made into the session, unless the prompts have changed since."""
        at_work = self._finish(ticket)
        if at_work is None:
            return
        frame, label = at_work.cell
        with self._annotation.latest() as now:
            placed = now.state.prompts_on(frame, label)
            wanted = tuple(each.seq for each in placed) == at_work.prompts and placed[0].base == at_work.base
        if wanted:
            self._store(at_work, mask, engine)
        self._done(at_work.cell)

    def _store(self, at_work: _AtWork, mask: LabelMask, engine: EngineInfo) -> None:
        frame, label = at_work.cell
        made = prompted_mask(frame, label, mask)
        try:
            (record,) = self._session.append_masks([made])
        except (InputError, JobError) as error:
            self._tell(Failed(str(error)))
            return
        try:
            self._session.submit(AddPrediction(label, frame, record, at_work.prompts, engine))
        except JobError as error:
            self._tell(Failed(str(error)))
        except InputError:
            # The prompts have changed since the look at them: the mask is not wanted any more.
            pass

    def fail(self, ticket: int, report: Notice | Failed) -> None:
        """The worker could not make a mask."""
        at_work = self._finish(ticket)
        if at_work:
            self._tell(report)
            self._done(at_work.cell)

    def lose(self, sentence: str) -> bool:
        """The worker died; what it was at is given up, for it may be the cause. Whether there was such a thing."""
        at_work, self._at_work = self._at_work, None
        if at_work:
            self._tell(Failed(f"{sentence} The mask that it was making is lost; ask for it again."))
            self._done(at_work.cell)
        return at_work is not None

    def give_up(self, sentence: str) -> None:
        """The worker cannot be had: drop everything."""
        cells = [*([self._at_work.cell] if self._at_work else []), *self._waiting]
        self._at_work = None
        self._waiting.clear()
        if cells:
            self._tell(Failed(sentence))
        for cell in dict.fromkeys(cells):
            self._done(cell)

    def _finish(self, ticket: int) -> _AtWork | None:
        if self._at_work is None or self._at_work.ticket != ticket:
            return None
        at_work, self._at_work = self._at_work, None
        return at_work

    def _done(self, cell: Cell) -> None:
        # Asked for again meanwhile: the mask that the person waits for is still to come.
        if cell not in self._waiting:
            self._tell(PredictionDone(*cell))


def prompted_mask(frame: int, label: int, mask: LabelMask) -> NewMask:
    """What an engine made of a frame's prompts, as the mask log keeps it."""
    return NewMask(
        frame=frame,
        label=label,
        rle=mask.rle,
        object_score=mask.object_score,
        quality=mask.quality,
        source="prompted",
        run=None,
    )
