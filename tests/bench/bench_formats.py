"""How fast each format is written and what it keeps in memory: `python -m tests.bench.bench_formats`.

Makes sessions of 2,000 and of 20,000 frames (or `--frames`) with ten instances each. Baseline for speed, measured in
the same run: pycocotools encoding the same masks from arrays, with area and box. Memory is flat where an export of
ten times as many frames needs no more; each export runs in a process of its own, which tells by how much its peak
lies above what it had when the session was open (Linux only). `overlay`, which draws and films every frame, takes
longer than all others together: `--formats overlay --frames 200 2000`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pycocotools import mask as coco

from samannot_tui.formats.coco import annotations
from samannot_tui.formats.export import export, write_dataset
from samannot_tui.formats.job import ExportJob
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import BoolMask, Rle, encode
from samannot_tui.media.source import MediaInfo, RgbFrame
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.follower import Follower
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.store import Session
from tests.formats.support import ArraySource

WIDTH, HEIGHT, LABELS, SHAPES = 640, 360, 10, 40
BATCH = 500
FORMATS = ("coco", "youtube_vis", "yolo", "mots", "labelme", "cvat", "tables", "xlsx", "davis", "png")


class FlatSource(ArraySource):
    """One grey picture for all frames: what is measured is the masks' way."""

    _picture = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)

    def read(self, frame: int) -> RgbFrame:
        return self._picture


def shapes() -> list[BoolMask]:
    """Blobs with holes and ragged edges."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    masks = []
    for _ in range(SHAPES):
        angle = np.arctan2(y - HEIGHT / 2, x - WIDTH / 2)
        radius = np.hypot(y - rng.uniform(100, 260), x - rng.uniform(100, 540))
        ragged = 50 + 12 * np.sin(9 * angle + rng.uniform(0, 6)) + rng.normal(0, 1.5, radius.shape)
        masks.append((radius < ragged) & (radius > 12))
    return masks


def info(frames: int) -> MediaInfo:
    return MediaInfo(kind="video", frame_count=frames, fps=25.0, width=WIDTH, height=HEIGHT, fingerprint="0" * 16)


def make_session(folder: Path, frames: int) -> Path:
    path = folder / f"{frames}.samannot"
    session = Session.create(path, folder / "clip.mp4", info(frames))
    prompts = []
    for label in range(1, LABELS + 1):
        session.submit(cmd.AddLabel(f"animal {label}"))
        prompts.append(session.submit(cmd.AddPrompt(label, 0, PointPrompt(3, 3)))[0].seq)
    plans = tuple(
        LabelPlan(label, 0, (Source(0, (prompt,)),), (Span(0, frames - 1),)) for label, prompt in enumerate(prompts, 1)
    )
    plan = Plan("forward", 0, (Pass("forward", 0, frames - 1, plans),), (), "off", None, (), ())
    run = session.submit(cmd.StartRun(plan, EngineInfo(name="bench", version="1")))[0].seq
    rles = [encode(mask) for mask in shapes()]
    for first in range(0, frames, BATCH):
        session.append_masks(list(_records(run, range(first, min(frames, first + BATCH)), rles)))
    session.submit(cmd.ProgressRun(run, session.masks.length))
    session.submit(cmd.EndRun(run, "finished"))
    session.close()
    return path


def _records(run: int, frames: range, rles: list[Rle]) -> Iterator[NewMask]:
    for frame in frames:
        for label in range(1, LABELS + 1):
            rle = rles[(7 * frame + label) % SHAPES]
            yield NewMask(
                frame=frame, label=label, rle=rle, object_score=5.0, quality=0.9, source="propagated", run=run
            )


def measure(path: Path, format_name: str, out: Path) -> dict[str, float]:
    """In a process of its own: seconds, and MiB of the peak above what there was before."""
    session = Session.open(path)
    follower = Follower(session)
    source = FlatSource(path, info(session.manifest.frame_count))
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    before = resident("VmRSS")
    start = time.perf_counter()
    export(follower, source, format_name, out)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "mib": resident("VmHWM") - before}


def resident(field: str) -> float:
    """This process's memory now (VmRSS) or at its peak (VmHWM), in MiB."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field)]
    return int(line.split()[1]) / 1024


def measured(path: Path, format_name: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "tests.bench.bench_formats", "--child", str(path), format_name, out]
        result: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return result


def bench_against_pycocotools(path: Path, folder: Path) -> None:
    session = Session.open(path)
    count = session.manifest.frame_count * LABELS
    source = FlatSource(path, info(session.manifest.frame_count))

    def masks_alone(job: ExportJob) -> int:
        return sum(1 for _ in annotations(job, job.each(job.part.frames)))

    start = time.perf_counter()
    write_dataset(Follower(session), source, masks_alone, "masks", folder)
    ours = (time.perf_counter() - start) / count
    arrays = [np.asfortranarray(mask.view(np.uint8)) for mask in shapes()]
    start = time.perf_counter()
    for number in range(count):
        encoded = coco.encode(arrays[number % SHAPES])
        coco.area(encoded), coco.toBbox(encoded)
    theirs = (time.perf_counter() - start) / count
    print(f"coco, masks alone {ours * 1e6:7.0f} us a mask   pycocotools {theirs * 1e6:7.0f} us   x{theirs / ours:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, nargs=2, default=(2000, 20000))
    parser.add_argument("--formats", nargs="*", default=FORMATS)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        path, format_name, out = options.child
        print(json.dumps(measure(Path(path), format_name, Path(out))))
        return
    with tempfile.TemporaryDirectory() as place:
        short, long = (make_session(Path(place), frames) for frames in options.frames)
        bench_against_pycocotools(short, Path(place))
        print(f"{LABELS} instances, {WIDTH}x{HEIGHT}; MiB are the peak above the open session")
        for format_name in options.formats:
            few, many = measured(short, format_name), measured(long, format_name)
            print(
                f"{format_name:12} {options.frames[0]:6} frames {few['seconds']:7.1f} s {few['mib']:6.1f} MiB   "
                f"{options.frames[1]:6} frames {many['seconds']:7.1f} s {many['mib']:6.1f} MiB"
            )


if __name__ == "__main__":
    main()
