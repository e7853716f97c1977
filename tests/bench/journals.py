"""A long annotation's session, written at once: its journal is what weeks of work on one video leave behind."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from samannot_tui.appendlog import seal
from samannot_tui.masks.log import MaskRecord, SourceName
from samannot_tui.masks.rle import encode
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent, EngineInfo
from samannot_tui.session.manifest import Manifest
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.session.prompts import BoxPrompt, PointPrompt, Prompt
from samannot_tui.session.store import make_folder

BEGUN = datetime(2026, 1, 1, 9, tzinfo=UTC)
WIDTH, HEIGHT, FRAMES, LABELS = 320, 180, 20_000, 10
BLOCK, COMMIT = 100, 4
"""Frames of a run, and frames between two of its commits."""
STRAYED = 20
"""Of so many runs one is undone; half of those are redone."""


class _Writer:
    """Events and mask records in the order in which they would come, a second and more between a person's deeds."""

    def __init__(self) -> None:
        self.events: list[AnyEvent] = []
        self.masks: list[bytes] = []
        self.log_length = 0
        self._rng = random.Random(1)
        self._milliseconds = 0
        shape = np.zeros((HEIGHT, WIDTH), np.bool_)
        shape[40:120, 60:200] = True
        self._rle = encode(shape)

    def tell(self, event: AnyEvent, seconds: float = 1.0) -> int:
        """Append an event so many seconds after the one before; returns its seq."""
        seq = len(self.events) + 1
        self._milliseconds += int(seconds * 1000)
        at = (BEGUN + timedelta(milliseconds=self._milliseconds)).isoformat(timespec="milliseconds")
        self.events.append(msgspec.structs.replace(event, seq=seq, at=at))
        return seq

    def mask(self, frame: int, label: int, source: SourceName, run: int | None = None) -> int:
        """Append a mask; returns its record id."""
        record = MaskRecord(
            id=len(self.masks) + 1,
            frame=frame,
            label=label,
            rle=self._rle,
            object_score=4.0,
            quality=0.9,
            source=source,
            run=run,
        )
        line = seal(msgspec.json.encode(record))
        self.masks.append(line)
        self.log_length += len(line)
        return record.id

    def work(self, count: int) -> None:
        """Annotate until there are so many events."""
        for label in range(1, LABELS + 1):
            self.tell(ev.LabelAdded(label=label, name=f"instance {label}"))
        while len(self.events) < count:
            self._round()
        del self.events[count:]

    def _round(self) -> None:
        """Prompt two labels on a frame, correct one, run over the block, and now and then something else."""
        rng = self._rng
        block = rng.randrange(FRAMES // BLOCK) * BLOCK
        start = block + rng.randrange(BLOCK // 2)
        labels = tuple(sorted(rng.sample(range(1, LABELS + 1), 2)))
        prompts = {label: self._prompt(label, start) for label in labels}
        if rng.random() < 0.3:
            self.tell(ev.PromptRemoved(prompt=prompts.pop(labels[0])))
            prompts[labels[0]] = self._prompt(labels[0], start)
        if rng.random() < 0.2:
            self.tell(ev.FeatureSet(label=labels[0], name="posture", frame=start, value=rng.choice(["sits", "stands"])))
        if rng.random() < 0.1:
            self.tell(ev.BarrierSet(frame=rng.randrange(FRAMES)))
        run = self._run(labels, prompts, start, block + BLOCK - 1)
        if rng.random() < 1 / STRAYED:
            self.tell(ev.Undone(target=run), seconds=3)
            if rng.random() < 0.5:
                self.tell(ev.Redone(target=run), seconds=3)
        if rng.random() < 0.3:
            frame = rng.randrange(start, block + BLOCK)
            record = self.mask(frame, labels[0], "edited")
            self.tell(ev.MaskEdited(label=labels[0], frame=frame, record=record), seconds=8)

    def _prompt(self, label: int, frame: int) -> int:
        x, y = self._rng.randrange(WIDTH // 2), self._rng.randrange(HEIGHT // 2)
        prompt: Prompt = PointPrompt(x, y) if self._rng.random() < 0.7 else BoxPrompt(x, y, x + 80, y + 60)
        seq = self.tell(ev.PromptAdded(label=label, frame=frame, prompt=prompt), seconds=4)
        record = self.mask(frame, label, "prompted")
        self.tell(ev.MaskPredicted(label=label, frame=frame, record=record, prompts=(seq,)), seconds=0.2)
        return seq

    def _run(self, labels: tuple[int, ...], prompts: dict[int, int], first: int, last: int) -> int:
        planned = tuple(
            LabelPlan(label, first, (Source(first, (prompts[label],)),), (Span(first, last),)) for label in labels
        )
        plan = Plan("forward", first, (Pass("forward", first, last, planned),), (), "carry", None, (), ())
        run = self.tell(ev.RunStarted(plan=plan, engine=EngineInfo(name="bench", version="1")), seconds=2)
        for start in range(first, last + 1, COMMIT):
            for frame in range(start, min(start + COMMIT, last + 1)):
                for label in labels:
                    self.mask(frame, label, "propagated", run)
            self.tell(ev.RunProgressed(run=run, log_length=self.log_length), seconds=0.25)
        self.tell(ev.RunEnded(run=run, outcome="finished"), seconds=0.05)
        return run


def _lines(events: list[AnyEvent]) -> Iterator[bytes]:
    return (seal(msgspec.json.encode(event)) for event in events)


def long_session(folder: Path, events: int) -> None:
    """Make a session with so many events: labels, prompts, runs, edits, features, undo and redo."""
    writer = _Writer()
    writer.work(events)
    manifest = Manifest(
        version=1,
        media_path="../clip.mp4",
        kind="video",
        fingerprint="0" * 16,
        frame_count=FRAMES,
        fps=25,
        width=WIDTH,
        height=HEIGHT,
    )
    make_folder(folder, manifest, b"".join(_lines(writer.events)), b"".join(writer.masks))
