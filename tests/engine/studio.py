"""A session on a tiny video, with runners that use the toy engine."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import psutil

from samannot_tui.engine.reports import RunnerEvent
from samannot_tui.engine.runner import Runner
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import BoolMask, decode, encode
from samannot_tui.media.open import open_media
from samannot_tui.session import commands as cmd
from samannot_tui.session.prompts import BoxPrompt, PointPrompt, Prompt
from samannot_tui.session.store import Session

WIDTH, HEIGHT, FRAMES = 64, 32, 50
# The worker with the toy engine; this process does not import either.
TOY_COMMAND = (
    sys.executable,
    "-c",
    "import sys; sys.path.insert(0, sys.argv[1]); from tests.engine.toy import main; main()",
    str(Path(__file__).parents[2]),
)


class Studio:
    """A session with two labels in blocks of ten frames, a runner with the toy engine, and what it reported."""

    def __init__(self, folder: Path, video: Path) -> None:
        self._source = open_media(video)
        self.command = TOY_COMMAND
        self.video = video
        self.session = Session.create(folder / "clip.samannot", video, self._source.info)
        self.reports: list[RunnerEvent] = []
        self.gate = folder / "gate"
        self._runners: list[Runner] = []
        self.session.submit(cmd.AddLabel("dog"))
        self.session.submit(cmd.AddLabel("cat"))
        self.session.submit(cmd.ChangeSetting("block_size", 10))

    def runner(self, engine: str = "toy", listener: Callable[[RunnerEvent], None] | None = None) -> Runner:
        runner = Runner(self.session, self.video, EngineSpec(engine), listener or self.reports.append, self.command)
        self._runners.append(runner)
        return runner

    def holding(self, frame: int) -> str:
        """The name of an engine that stops before `frame` until `gate.touch()`, and is slow from there on."""
        return f"toy:hold={frame},gate={self.gate},seconds=0.05"

    def prompt(self, label: int, frame: int, prompt: Prompt) -> int:
        """Its seq."""
        (event,) = self.session.submit(cmd.AddPrompt(label, frame, prompt))
        return event.seq

    def box(self, label: int, frame: int, x: int) -> int:
        """A box of 10 columns from `x` on; returns its seq."""
        return self.prompt(label, frame, BoxPrompt(x, 5, x + 9, 14))

    def point(self, label: int, frame: int, x: int, *, positive: bool = True) -> int:
        return self.prompt(label, frame, PointPrompt(x, 10, positive))

    def edit(self, label: int, frame: int) -> int:
        """A person's mask; returns its record."""
        made = NewMask(
            frame=frame,
            label=label,
            rle=encode(np.eye(HEIGHT, WIDTH, dtype=np.bool_)),
            object_score=1.0,
            quality=1.0,
            source="edited",
            run=None,
        )
        (record,) = self.session.append_masks([made])
        self.session.submit(cmd.EditMask(label, frame, record))
        return record

    def mask(self, label: int, frame: int) -> BoolMask:
        record = self.session.live.record(frame, label)
        assert record, f"label {label} has no live mask on frame {frame}"
        return decode(self.session.masks.read(record).rle)

    def columns(self, label: int, frame: int) -> list[int]:
        """Columns that the live mask touches."""
        return [int(x) for x in np.flatnonzero(self.mask(label, frame).any(axis=0))]

    def row(self, label: int, frame: int, y: int) -> list[int]:
        """Columns that the live mask covers in row `y`."""
        return [int(x) for x in np.flatnonzero(self.mask(label, frame)[y])]

    def left_edge(self, label: int, frame: int) -> int:
        return self.columns(label, frame)[0]

    def frames(self, label: int) -> list[int]:
        return [int(frame) for frame in self.session.live.frames(label)]

    def reported(self, *kinds: type) -> list[RunnerEvent]:
        return [report for report in self.reports if isinstance(report, kinds)]

    def worker_pid(self) -> int:
        """The process id of the one worker that is running."""
        (worker,) = [child for child in psutil.Process().children() if "tests.engine.toy" in " ".join(child.cmdline())]
        return worker.pid

    def after_appending(self, interfere: Callable[[], object]) -> None:
        """Have something happen between the next append to the mask log and the event that refers to it."""
        append = self.session.append_masks

        def append_then_interfere(masks: Sequence[NewMask]) -> list[int]:
            self.session.append_masks = append  # type: ignore[method-assign]
            records = append(masks)
            interfere()
            return records

        self.session.append_masks = append_then_interfere  # type: ignore[method-assign]

    def log(self) -> str:
        return (self.session.folder / "cache" / "engine.log").read_text()

    def close(self) -> None:
        for runner in self._runners:
            runner.close()
        self.session.close()
        self._source.close()
