"""What all the benchmarks of the SAM 2 engine share: the clip, the two programs, the clock."""

import platform
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import psutil
import torch
from sam2.sam2_video_predictor import SAM2VideoPredictor

from samannot_tui.engine.contract import PromptSet, TrackedLabel, Tracker, TrackPass
from samannot_tui.engine.models.catalog import Variant
from samannot_tui.engine.sam2.build import build_model
from samannot_tui.engine.sam2.memory import MAX_CONDITIONING
from samannot_tui.engine.sam2.network import Network
from samannot_tui.engine.sam2.placement import Placement, place
from samannot_tui.engine.sam2.tracker import Sam2Tracker
from samannot_tui.masks.rle import BoolMask
from samannot_tui.media.source import FrameSource
from tests.engine.flow.clips import Clip
from tests.engine.sam2.upstream import Upstream, build_upstream, random_weights

HEIGHT, WIDTH, RADIUS = 480, 854, 40
_ROOM = 64 * 2**30
_WEIGHTS = "00" * 32
_PLACES = [(x, y) for y in (120, 360) for x in range(100, WIDTH - 100, 150)]


def clip(frames: int, labels: int) -> FrameSource:
    """`labels` discs that move slowly through a video of 854x480, in memory."""
    paths = [(x, y, 0.02 * (number + 1), 0.01) for number, (x, y) in enumerate(_PLACES[:labels])]
    source: FrameSource = Clip(paths, frames, HEIGHT, WIDTH, RADIUS).source()  # type: ignore[assignment]
    return source


def boxes(labels: int) -> tuple[PromptSet, ...]:
    """A box around each of the clip's discs on frame 0."""
    return tuple(
        PromptSet(number, 0, boxes=((x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS),))
        for number, (x, y) in enumerate(_PLACES[:labels], 1)
    )


def placement() -> Placement:
    """As upstream's authors run it: bf16 autocast and TF32 on CUDA, float32 elsewhere."""
    return place("bf16" if torch.cuda.is_available() else "fp32")


@dataclass(frozen=True)
class Pair:
    """The same weights in both programs, on the same device in the same arithmetic."""

    image_size: int
    variant: Variant = "tiny"

    @cached_property
    def placement(self) -> Placement:
        return placement()

    @cached_property
    def network(self) -> Network:
        return Network(build_model(self.variant, self.image_size, random_weights(self.variant)), self.placement)

    @cached_property
    def predictor(self) -> SAM2VideoPredictor:
        return build_upstream(
            random_weights(self.variant),
            self.image_size,
            self.variant,
            max_cond_frames=MAX_CONDITIONING,
            device=self.placement.device.type,
        )

    def tracker(self, frames: FrameSource) -> Sam2Tracker:
        """Ours on a video, with room for the features of all its frames."""
        return Sam2Tracker(self.network, _WEIGHTS, frames, _ROOM)

    def opened_upstream(self, frames: FrameSource) -> Upstream:
        """Upstream on a video, which it first makes tensors of, all of it."""
        upstream = Upstream(self.predictor, frames)
        images = upstream.state["images"]
        upstream.state["images"] = [images[frame].to(self.placement.device) for frame in range(frames.info.frame_count)]
        return upstream

    def upstream_masks(self, upstream: Upstream) -> Iterator[tuple[BoolMask, ...]]:
        """Masks of all labels, frame by frame, as a program takes them from upstream."""
        with self.placement.inference():
            for _, logits in upstream.propagate(0, upstream.state["num_frames"]):
                yield tuple((each > 0).cpu().numpy() for each in logits.values())


def masks(tracker: Tracker, frames: FrameSource, prompts: Sequence[PromptSet]) -> Iterator[tuple[BoolMask, ...]]:
    """Masks of all labels, frame by frame, of the engine."""
    labels = tuple(TrackedLabel(one.label, one.frame, (one,)) for one in prompts)
    for result in tracker.propagate(TrackPass("forward", 0, frames.info.frame_count - 1, labels)):
        yield tuple(one.mask for one in result.results)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes: by the clock on a GPU, once it has done all that it was given; else in processor time,
    which is the same in one thread, but not disturbed by other programs."""
    if not torch.cuda.is_available():
        began = time.process_time()
        work()
        return time.process_time() - began
    torch.cuda.synchronize()
    began = time.perf_counter()
    work()
    torch.cuda.synchronize()
    return time.perf_counter() - began


def flips(found: Sequence[tuple[BoolMask, ...]], expected: Sequence[tuple[BoolMask, ...]]) -> int:
    """In how many pixels two runs differ."""
    pairs = zip(found, expected, strict=True)
    return sum(int(np.count_nonzero(np.array(mine) != np.array(yours))) for mine, yours in pairs)


def machine() -> str:
    """What the figures were measured on."""
    told = Path("/proc/cpuinfo").read_text() if sys.platform == "linux" else ""
    models = re.findall(r"^model name\s*: (.+)$", told, re.MULTILINE)
    processor = models[0] if models else platform.processor() or platform.machine()
    device = placement()
    where = f"{device.name} ({device.precision}), " if device.device.type != "cpu" else ""
    load = ", ".join(f"{each:.1f}" for each in psutil.getloadavg())
    return f"{where}{processor}, {psutil.cpu_count()} cores, PyTorch {torch.__version__}; load averages {load}"


def print_table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table in Markdown."""
    print(f"{title}\n\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}", flush=True)
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)
