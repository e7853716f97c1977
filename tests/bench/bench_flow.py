"""The flow engine on DAVIS 2016 sequences, against "warp the mask by optical flow, nothing else".

    python -m tests.bench.bench_flow [DAVIS_DIR [SEQUENCE ...]]

One process, one thread. J is the mean IoU over the frames after the first, forward from a first-frame
mask or its tight box. Times are CPU milliseconds a frame of the engine alone: frames are decoded before.
"""

import os
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import psutil

from samannot_tui.engine.contract import PromptSet, TrackedLabel, TrackPass
from samannot_tui.engine.flow.flow import warped
from samannot_tui.engine.flow.tracker import FlowTracker
from samannot_tui.engine.flow.video import Video
from samannot_tui.masks.rle import BoolMask
from tests.engine.flow.clips import ArrayFrames, iou

DAVIS = Path(__file__).parents[3] / "shared" / "data" / "davis"


class Sequence:
    """A DAVIS sequence in memory: RGB frames and ground truth masks."""

    def __init__(self, root: Path, name: str) -> None:
        pictures = sorted((root / "JPEGImages" / name).glob("*.jpg"))
        truths = sorted((root / "Annotations" / name).glob("*.png"))
        self.name = name
        self.frames = [cv2.cvtColor(_read(path), cv2.COLOR_BGR2RGB) for path in pictures]
        self.masks: list[BoolMask] = [_read(path).max(axis=2) > 0 for path in truths]

    def box(self) -> tuple[float, float, float, float]:
        """The tight box of the first frame's mask."""
        rows, columns = np.nonzero(self.masks[0])
        return float(columns.min()), float(rows.min()), float(columns.max()), float(rows.max())


def _read(path: Path) -> np.ndarray:  # type: ignore[type-arg]
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise SystemExit(f"{path} cannot be read as an image")
    return image


def tracked(sequence: Sequence, prompts: PromptSet) -> tuple[float, float]:
    """(mean J, CPU milliseconds a frame) of the engine."""
    tracker = FlowTracker(ArrayFrames(sequence.frames))  # type: ignore[arg-type]
    last = len(sequence.frames) - 1
    sweep = TrackPass("forward", 0, last, (TrackedLabel(1, 0, (prompts,)),))
    began = time.process_time()
    masks = [result.results[0].mask for result in tracker.propagate(sweep)]
    spent = time.process_time() - began
    return _mean_iou(masks, sequence.masks), 1e3 * spent / len(masks)


def warped_only(sequence: Sequence) -> tuple[float, float]:
    """The baseline: (mean J, CPU milliseconds a frame) of the first mask carried along by the flow."""
    video = Video(ArrayFrames(sequence.frames))  # type: ignore[arg-type]
    began = time.process_time()
    soft = video.grid.mask_to_work(sequence.masks[0])
    masks = [sequence.masks[0]]
    for frame in range(1, len(sequence.frames)):
        soft = warped(soft, video.flow(frame, frame - 1))
        masks.append(cv2.resize(soft, video.grid.frame[::-1], interpolation=cv2.INTER_LINEAR) > 127)
    return _mean_iou(masks, sequence.masks), 1e3 * (time.process_time() - began) / len(masks)


def _mean_iou(masks: list[BoolMask], truths: list[BoolMask]) -> float:
    return float(np.mean([iou(mask, truth) for mask, truth in zip(masks[1:], truths[1:], strict=True)]))


def main(arguments: list[str]) -> None:
    cv2.setNumThreads(1)
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":  # read when NumPy is loaded, so start again
        one_thread = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
        os.execve(sys.executable, [sys.executable, "-m", "tests.bench.bench_flow", *arguments], os.environ | one_thread)
    root = Path(arguments[0]) if arguments else DAVIS
    if not root.is_dir() and not arguments:
        print(f"skipped: {root} is not there; give the folder that holds DAVIS' JPEGImages and Annotations")
        return
    if not root.is_dir():
        raise SystemExit(f"{root} is not a folder; give the folder that holds JPEGImages and Annotations")
    names = arguments[1:] or sorted(path.name for path in (root / "JPEGImages").iterdir())
    rows, resident = [], 0.0
    for name in names:
        sequence = Sequence(root, name)
        held = sum(frame.nbytes for frame in sequence.frames) + sum(mask.nbytes for mask in sequence.masks)
        from_mask = tracked(sequence, PromptSet(1, 0, mask=sequence.masks[0]))
        from_box = tracked(sequence, PromptSet(1, 0, boxes=(sequence.box(),)))
        baseline = warped_only(sequence)
        resident = max(resident, (psutil.Process().memory_info().rss - held) / 2**20)
        rows.append((*from_mask, *from_box, *baseline))
        _print(name, rows[-1])
    _print("mean", tuple(np.mean(rows, axis=0)))
    print(f"RSS without the decoded clip: {resident:.0f} MiB at most")


def _print(name: str, row: tuple[float, ...]) -> None:
    mask_j, mask_ms, box_j, box_ms, base_j, base_ms = row
    print(
        f"{name:12} J mask {mask_j:.3f}  box {box_j:.3f}  warp only {base_j:.3f} (x{mask_j / base_j:.2f})  "
        f"ms/frame mask {mask_ms:.0f}  box {box_ms:.0f}  warp only {base_ms:.0f} (x{mask_ms / base_ms:.1f})",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
