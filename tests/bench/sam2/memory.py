"""Memory over videos of several lengths, each in a process of its own: `... memory WHO FOLDER IMAGE_SIZE LABELS`.

WHO is "ours" or "upstream"; the process prints its figures as JSON.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import msgspec
import psutil
import torch

from samannot_tui.engine.frames import CachedFrames
from samannot_tui.engine.sam2.engine import Sam2Engine
from samannot_tui.media.open import open_media
from tests.bench.sam2.stage import Pair, boxes, clip, masks, placement, print_table
from tests.engine.sam2.upstream import Upstream, save_random_checkpoint

_MIB = 2**20
# Small, so that it is full, as on any long video, before 200 frames are over.
_CACHE_MIB = 16
_PICTURES = 50
_AT_ONCE = 2


class Figures(msgspec.Struct):
    """MiB. `peak`: the most that was resident after any frame; `gpu`: the most that was allocated on it; `frames`
    and `outputs`: what upstream's state holds of these at the end."""

    peak: float
    gpu: float
    frames: float = 0.0
    outputs: float = 0.0


def measured(who: str, folder: Path, image_size: int, labels: int) -> Figures:
    torch.set_num_threads(1)
    return _ours(folder, image_size, labels) if who == "ours" else _upstream(folder, image_size, labels)


def _ours(folder: Path, image_size: int, labels: int) -> Figures:
    """As the worker does it: a checkpoint file, frames decoded as they are needed."""
    checkpoint = folder.parent / "random.pt"
    engine = Sam2Engine(checkpoint, image_size, placement().precision, _CACHE_MIB)
    frames = CachedFrames(open_media(folder))  # reads ahead, and keeps as many frames as its own bound lets it
    tracker = engine.open(frames)
    return Figures(_peak(masks(tracker, frames, boxes(labels))), _gpu_peak())


def _upstream(folder: Path, image_size: int, labels: int) -> Figures:
    """As its notebooks do it: `init_state` with the folder."""
    pair = Pair(image_size)
    upstream = Upstream(pair.predictor, open_media(folder))
    with pair.placement.inference():
        upstream.state = pair.predictor.init_state(str(folder))
        for prompts in boxes(labels):
            upstream.add(prompts)
    peak = _peak(pair.upstream_masks(upstream))
    return Figures(peak, _gpu_peak(), upstream.state["images"].nbytes / _MIB, upstream.memory_bytes() / _MIB)


def _peak(steps: Iterable[object]) -> float:
    process = psutil.Process()
    return float(max(process.memory_info().rss for _ in steps)) / _MIB


def _gpu_peak() -> float:
    return torch.cuda.max_memory_allocated() / _MIB if torch.cuda.is_available() else 0.0


def folders(root: Path, lengths: Iterable[int]) -> Iterator[Path]:
    """Image folders of the clip, played to and fro where it is too short."""
    pictures = [
        cv2.imencode(".jpg", cv2.cvtColor(clip_frame, cv2.COLOR_RGB2BGR))[1].tobytes()
        for clip_frame in map(clip(_PICTURES, 10).read, range(_PICTURES))
    ]
    there_and_back = pictures + pictures[-2:0:-1]
    for length in lengths:
        folder = root / f"{length}"
        folder.mkdir()
        for frame in range(length):
            (folder / f"{frame:05d}.jpg").write_bytes(there_and_back[frame % len(there_and_back)])
        yield folder


def in_own_process(who: str, folder: Path, image_size: int, labels: int) -> Figures:
    command = [sys.executable, "-m", "tests.bench.sam2.memory", who, str(folder), f"{image_size}", f"{labels}"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1", "SAMANNOT_MODELS": str(folder.parent)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
    return msgspec.json.decode(done.stdout, type=Figures)


def bench(image_size: int, lengths: tuple[int, ...], instances: tuple[int, ...]) -> None:
    cases = [(labels, who, length) for labels in instances for who in ("upstream", "ours") for length in lengths]
    with tempfile.TemporaryDirectory() as root, ThreadPoolExecutor(_AT_ONCE) as pool:
        save_random_checkpoint(Path(root) / "random.pt")
        by_length = dict(zip(lengths, folders(Path(root), lengths), strict=True))
        jobs = {
            (labels, who, length): pool.submit(in_own_process, who, by_length[length], image_size, labels)
            for labels, who, length in sorted(cases, key=lambda case: -case[0] * case[2])
        }
        found = {case: job.result() for case, job in jobs.items()}
    rows = [
        _row(who, labels, [found[labels, who, length] for length in lengths])
        for labels in instances
        for who in ("upstream", "ours")
    ]
    print_table(
        f"MiB over videos of {', '.join(map(str, lengths))} frames of 854x480, tiny at {image_size}: the most that is "
        "resident (target: ours within 3 % over the last two)",
        ("", "instances", *(f"{length} frames" for length in lengths), "last two", "held at the end", "GPU memory"),
        rows,
    )


def _row(who: str, labels: int, figures: list[Figures]) -> tuple[str, ...]:
    last = figures[-1]
    held = f"{last.frames:.0f} as frames, {last.outputs:.0f} as outputs" if who == "upstream" else ""
    gpu = " → ".join(f"{each.gpu:.0f}" for each in figures) if last.gpu else "none"
    ratio = last.peak / figures[-2].peak
    return who, f"{labels}", *(f"{each.peak:.0f}" for each in figures), f"x{ratio:.3f}", held, gpu


def main() -> None:
    bench(128, (50, 200, 1000), (1, 5))


if __name__ == "__main__":
    print(msgspec.json.encode(measured(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))).decode())
