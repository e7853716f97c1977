"""Opening a large session: 20,000 frames x 10 instances, against reading the same bytes line by line.

Run: .venv/bin/python -m tests.bench.bench_session [frames] [labels]
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.media.source import MediaInfo
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.session.queries import next_marked
from samannot_tui.session.store import Session

WIDTH, HEIGHT = 854, 480
KEYS = 1000


def blob(rng: np.random.Generator) -> NewMask:
    """A wobbly disc of about 120 pixels radius: as many runs as a real instance has."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    angle = np.arctan2(y - 240, x - 400)
    radius = 120 + 15 * np.sin(angle * rng.integers(3, 9) + rng.random()) + rng.normal(0, 1, (HEIGHT, WIDTH))
    mask = np.hypot(y - 240, x - 400) < radius
    return NewMask(frame=0, label=1, rle=encode(mask), object_score=4.0, quality=0.9, source="propagated", run=None)


def fill(session: Session, frames: int, labels: int) -> None:
    """Make every frame and label a mask, by runs of 100 frames that commit every 4 frames."""
    shapes = [blob(np.random.default_rng(seed)).rle for seed in range(20)]
    for label in range(1, labels + 1):
        session.submit(cmd.AddLabel(f"instance {label}"))
    engine = EngineInfo(name="bench", version="1")
    for first in range(0, frames, 100):
        last = min(frames, first + 100) - 1
        planned = tuple(LabelPlan(n, first, (Source(first, (1,)),), (Span(first, last),)) for n in range(1, labels + 1))
        plan = Plan("forward", first, (Pass("forward", first, last, planned),), (), "carry", None, (), ())
        (started,) = session.submit(cmd.StartRun(plan, engine))
        for start in range(first, last + 1, 4):
            session.append_masks(
                [
                    NewMask(
                        frame=frame,
                        label=label,
                        rle=shapes[(frame + label) % len(shapes)],
                        object_score=4.0,
                        quality=0.9,
                        source="propagated",
                        run=started.seq,
                    )
                    for frame in range(start, min(start + 4, last + 1))
                    for label in range(1, labels + 1)
                ]
            )
            session.submit(cmd.ProgressRun(started.seq, session.masks.length))
        session.submit(cmd.EndRun(started.seq, "finished"))


def main() -> None:
    frames, labels = (int(arg) for arg in sys.argv[1:3]) if len(sys.argv) > 2 else (20_000, 10)
    info = MediaInfo(kind="video", frame_count=frames, fps=25, width=WIDTH, height=HEIGHT, fingerprint="0" * 16)
    with tempfile.TemporaryDirectory() as folder:
        session = Session.create(Path(folder) / "big.samannot", Path(folder) / "big.mp4", info)
        fill(session, frames, labels)
        session.close()
        size = (session.folder / "masks.jsonl").stat().st_size
        began = time.perf_counter()
        with (session.folder / "masks.jsonl").open("rb") as file:
            lines = sum(1 for _ in file)
        baseline = time.perf_counter() - began
        began = time.perf_counter()
        again = Session.open(session.folder)
        opened = time.perf_counter() - began
        began = time.perf_counter()
        again.submit(cmd.Undo())
        undone = time.perf_counter() - began
        assert len(again.live.annotated_frames()) in (frames, frames - 100)
        again.submit(cmd.Redo())
        began = time.perf_counter()
        again.submit(cmd.ReassignMasks("swap", 1, 2, 0, frames - 1))
        swapped = time.perf_counter() - began
        began = time.perf_counter()
        again.submit(cmd.Undo())
        unswapped = time.perf_counter() - began
        began = time.perf_counter()
        for frame in range(KEYS):
            next_marked("gap", again.state, again.live, frame, None)
            next_marked("mask", again.state, again.live, frame, 1)
        keys = (time.perf_counter() - began) / KEYS
        again.close()
    print(f"{frames} frames x {labels} labels, {lines} records, {size / 2**20:.0f} MiB of masks")
    print(f"read lines only (baseline)  {baseline:.2f} s")
    print(f"open the session            {opened:.2f} s   {opened / baseline:.1f} x baseline")
    print(f"undo the last run           {undone:.2f} s   {undone / baseline:.1f} x baseline")
    print(f"swap two whole instances    {swapped:.2f} s   {swapped / undone:.2f} x undo of the last run")
    print(f"undo the swap               {unswapped:.2f} s   {unswapped / undone:.2f} x undo of the last run")
    print(f"where the next mask and gap are  {keys * 1e6:.0f} us a key")


if __name__ == "__main__":
    main()
