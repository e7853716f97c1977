"""The engine and upstream on the same random weights and the same small clip, made once a test process."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

import torch

from samannot_tui.engine.contract import FrameResult, PromptSet, TrackedLabel, TrackPass
from samannot_tui.engine.sam2.build import build_model
from samannot_tui.engine.sam2.network import Network
from samannot_tui.engine.sam2.placement import Placement
from samannot_tui.engine.sam2.tracker import Sam2Tracker
from samannot_tui.media.source import FrameSource
from tests.engine.flow.clips import Clip
from tests.engine.sam2.upstream import Upstream, build_upstream, random_weights

# At this size threads cost more than they give, all the more beside other test processes.
torch.set_num_threads(1)

IMAGE_SIZE = 128
PLENTY = 2**30
WEIGHTS = "ab" * 32
FRAMES = 60
CLIP = Clip([(30, 40, 1.2, 0.4), (110, 40, -1, 0.2), (70, 60, 0.3, -0.5)], frames=FRAMES)


@cache
def network(precision: Literal["fp32", "bf16"] = "fp32", image_size: int = IMAGE_SIZE) -> Network:
    model = build_model("tiny", image_size, random_weights())
    return Network(model, Placement(torch.device("cpu"), "the test's processor", precision))


def tracker(frames: FrameSource | None = None, cache_bytes: int = PLENTY) -> Sam2Tracker:
    """A new tracker, on the clip where no frames are given."""
    return Sam2Tracker(network(), WEIGHTS, frames or CLIP.source(), cache_bytes)


@cache
def seasoned() -> Sam2Tracker:
    """A tracker on the clip that keeps the features of all its frames; tests share it to save the encoder's time."""
    return tracker()


@cache
def _seen() -> dict[int, Any]:
    return Upstream(build_upstream(random_weights(), IMAGE_SIZE), CLIP.source()).look()


def upstream() -> Upstream:
    """Upstream with the clip newly opened."""
    return Upstream(build_upstream(random_weights(), IMAGE_SIZE), CLIP.source(), _seen())


def sweep(direction: Literal["forward", "backward"], first: int, last: int, *labels: TrackedLabel) -> TrackPass:
    return TrackPass(direction, first, last, labels)


def ordered(prompts: Sequence[PromptSet], direction: str) -> tuple[PromptSet, ...]:
    """Prompts in the order of travel."""
    return tuple(sorted(prompts, key=lambda one: one.frame, reverse=direction == "backward"))


def facts(results: Sequence[FrameResult], label: int) -> list[tuple[object, ...]]:
    """All that is said of one label, frame by frame, masks as bytes: equal exactly where results are."""
    return [
        (found.frame, one.mask.tobytes(), one.object_score, one.quality, one.source)
        for found in results
        for one in found.results
        if one.label == label
    ]
