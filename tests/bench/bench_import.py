"""How fast masks are imported and what that keeps in memory: `python -m tests.bench.bench_import`.

Exports sessions of 2,000 and of 20,000 frames (or `--frames`) with ten instances each as COCO, without pictures, and
imports each file into an empty session. Baseline, measured in the same run: json.load of the file and pycocotools
decoding its masks. Memory is flat where ten times as many frames take no more beyond the table of live masks (64 bytes
a frame); each import runs in a process of its own, as in `bench_formats`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pycocotools import mask as coco

from samannot_tui.formats.coco import annotations
from samannot_tui.formats.coco_parts import categories
from samannot_tui.formats.export import write_dataset
from samannot_tui.formats.job import ExportJob
from samannot_tui.formats.json_stream import json_file
from samannot_tui.jobs.importing import Import, Wishes
from samannot_tui.jobs.opening import Opened
from samannot_tui.session.follower import Follower
from samannot_tui.session.store import Session
from tests.bench.bench_formats import HEIGHT, LABELS, WIDTH, FlatSource, info, make_session, resident


def exported(folder: Path, frames: int) -> Path:
    """A COCO file of a session; its pictures are left out."""
    path = make_session(folder, frames)
    session = Session.open(path)

    def masks_alone(job: ExportJob) -> int:
        with json_file(job.file("annotations.json")) as content:
            content.member("categories", categories(job))
            content.array("images", ({"id": n + 1, "file_name": "", "frame": n} for n in job.part.frames))
            content.array("annotations", annotations(job))
        return len(job.part.frames)

    summary = write_dataset(Follower(session), FlatSource(path, info(frames)), masks_alone, str(frames), folder)
    session.close()
    return summary.folder / "annotations.json"


def measure(path: Path, frames: int) -> dict[str, float]:
    """In a process of its own: seconds to look through and to carry out, and MiB of the peak above the open session."""
    with tempfile.TemporaryDirectory() as folder:
        source = FlatSource(path, info(frames))
        session = Session.create(Path(folder) / "new.samannot", path, source.info)
        Path("/proc/self/clear_refs").write_text("5")
        before, start = resident("VmRSS"), time.perf_counter()
        found = Import(Opened(session, source, ()), "coco", path, Wishes())
        looked = time.perf_counter()
        found.carry_out()
        done = time.perf_counter()
        session.close()
    return {"look": looked - start, "carry": done - looked, "mib": resident("VmHWM") - before}


def baseline(path: Path) -> float:
    start = time.perf_counter()
    for each in json.loads(path.read_bytes())["annotations"]:
        coco.decode(each["segmentation"])
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, nargs=2, default=(2000, 20000))
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(measure(Path(options.child[0]), int(options.child[1]))))
        return
    print(f"coco, {LABELS} instances, {WIDTH}x{HEIGHT}; MiB are the peak above the open session")
    for frames in options.frames:
        with tempfile.TemporaryDirectory() as place:
            path = exported(Path(place), frames)
            command = [sys.executable, "-m", "tests.bench.bench_import", "--child", str(path), str(frames)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            theirs = baseline(path)
        ours = found["look"] + found["carry"]
        print(
            f"{frames:6} frames   look through {found['look']:6.1f} s, carry out {found['carry']:6.1f} s   "
            f"json and pycocotools {theirs:6.1f} s   x{ours / theirs:.2f}   {found['mib']:6.1f} MiB"
        )


if __name__ == "__main__":
    main()
