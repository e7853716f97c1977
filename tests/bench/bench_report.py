"""What a quality report costs: `python -m tests.bench.bench_report`.

Makes sessions of 2,000 and of 20,000 frames (or `--frames`) with ten instances each, every fourth mask flagged.
Baseline, measured in the same run: the shorter session. Time is linear where ten times the frames take no more than
ten times as long; memory is flat where they need no more than a few MiB; the page is bounded by the plots' bins.
Each report is made in a process of its own, which tells by how much its peak lies above what it had when the session
was open (Linux only).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from samannot_tui.jobs.opening import Opened
from samannot_tui.jobs.reporting.content import Doubtful
from samannot_tui.jobs.reporting.doubts import LabelDoubts
from samannot_tui.jobs.reporting.report import make_report, write_report
from samannot_tui.session.store import Session
from tests.bench.bench_formats import FlatSource, info, make_session, resident


def measure(path: Path, out: Path) -> dict[str, float]:
    """In a process of its own: seconds, MiB of the peak above what there was before, MiB of the page."""
    session = Session.open(path)
    frames = session.manifest.frame_count
    doubt = np.zeros(frames, np.float32)
    doubt[::4] = 0.5 + np.arange(0, frames, 4) % 50 / 100

    def describe(wanted: Sequence[int]) -> list[Doubtful]:
        return [Doubtful(frame, float(doubt[frame]), "area fell by 62 % in one frame") for frame in wanted]

    doubts = dict.fromkeys(session.state.labels, LabelDoubts(doubt, describe))
    opened = Opened(session, FlatSource(path, info(frames)), ())
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    before = resident("VmRSS")
    start = time.perf_counter()
    report, pictures = make_report(opened, doubts)
    write_report(report, pictures, out)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "mib": resident("VmHWM") - before, "page": out.stat().st_size / 2**20}


def measured(path: Path, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.bench_report", "--child", str(path), str(folder / "report.html")]
    result: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, nargs=2, default=(2000, 20000))
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(measure(*map(Path, options.child))))
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        short, long = (measured(make_session(folder, frames), folder) for frames in options.frames)
    for frames, each in zip(options.frames, (short, long), strict=True):
        print(f"{frames:6} frames: {each['seconds']:6.2f} s, {each['mib']:5.1f} MiB, page {each['page']:.2f} MiB")
    times = options.frames[1] / options.frames[0]
    print(
        f"x{times:.0f} frames: x{long['seconds'] / short['seconds']:.1f} time, x{long['mib'] / short['mib']:.1f} memory"
    )


if __name__ == "__main__":
    main()
