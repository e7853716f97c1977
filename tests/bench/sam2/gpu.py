"""On CUDA only: frames/s and GPU memory at the size that SAM 2 was trained at; labels one by one and as one batch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from samannot_tui.engine.contract import PromptSet
from samannot_tui.engine.models.catalog import Variant
from samannot_tui.engine.sam2.build import build_model
from samannot_tui.engine.sam2.features import ImageFeatures
from samannot_tui.engine.sam2.frames import image_tensor
from samannot_tui.engine.sam2.memory import Bank, Memory
from samannot_tui.engine.sam2.network import Network
from samannot_tui.engine.sam2.prompts import answer
from samannot_tui.masks.rle import BoolMask
from samannot_tui.media.source import FrameSource
from tests.bench.sam2 import memory
from tests.bench.sam2.stage import Pair, boxes, clip, flips, masks, print_table, seconds
from tests.engine.sam2.upstream import random_weights

IMAGE_SIZE, FRAMES = 1024, 60
VARIANTS: tuple[Variant, ...] = ("tiny", "base_plus", "large")
INSTANCES = (1, 3, 10)


class _Together(Network):
    """Labels as one batch: features, memories and predictions have one row a label."""

    def _outputs(self, memories: Mapping[int, Memory]) -> dict[int, dict[str, Any]]:
        outputs = super()._outputs(memories)
        for output in outputs.values():
            rows = len(output["obj_ptr"])
            output["maskmem_pos_enc"] = [one.expand(rows, -1, -1, -1) for one in output["maskmem_pos_enc"]]
        return outputs


def batched(network: Network, frames: FrameSource, prompts: Sequence[PromptSet]) -> Iterator[tuple[BoolMask, ...]]:
    """Masks of all labels, frame by frame, tracked as one batch; all are prompted on frame 0."""
    size = (frames.info.height, frames.info.width)
    with network.placement.inference():
        features = network.features(image_tensor(frames.read(0), network.image_size))
        answers = [answer(network, features, one, size) for one in prompts]
        memories = [network.remembered(features, one.prediction) for one in answers]
        bank = Bank(0, 1, {0: _joined(memories)}, {})
        yield tuple(one.prediction.mask(size) for one in answers)
        for frame in range(1, frames.info.frame_count):
            features = network.features(image_tensor(frames.read(frame), network.image_size))
            shared = _repeated(features, len(prompts))
            found, remembered = network.tracked(shared, frame, frames.info.frame_count, bank)
            bank = bank.after(frame, remembered)
            yield tuple(replace(found, logits=logits[None]).mask(size) for logits in found.logits)


def _joined(memories: Sequence[Memory]) -> Memory:
    features = [one.features for one in memories if one.features is not None]
    return Memory(torch.cat([one.pointer for one in memories]), torch.cat(features))


def _repeated(features: ImageFeatures, rows: int) -> ImageFeatures:
    levels = tuple(level.expand(rows, -1, -1, -1) for level in features.levels)
    return ImageFeatures(levels, features.position.expand(rows, -1, -1, -1))


def frame_rates(variant: Variant, image_size: int, count: int, labels: int) -> tuple[str, ...]:
    """A row of the table: frames/s of upstream, of our two passes and of the batch; pixels that the batch changes."""
    pair = Pair(image_size, variant)
    together = _Together(build_model(variant, image_size, random_weights(variant)), pair.placement)
    frames, prompts = clip(count, labels), boxes(labels)
    upstream, tracker = pair.opened_upstream(frames), pair.tracker(frames)
    with pair.placement.inference():
        for one in prompts:
            upstream.add(one)
    for warming_up in (pair.upstream_masks(upstream), batched(together, clip(3, labels), prompts)):
        list(warming_up)
    one_by_one: list[tuple[BoolMask, ...]] = []
    batch: list[tuple[BoolMask, ...]] = []
    rates = [
        count / seconds(work)
        for work in (
            lambda: list(pair.upstream_masks(upstream)),
            lambda: one_by_one.extend(masks(tracker, frames, prompts)),
            lambda: list(masks(tracker, frames, prompts)),
            lambda: batch.extend(batched(together, frames, prompts)),
        )
    ]
    shown = (f"{rate:.2f} (x{rate / rates[0]:.2f})" for rate in rates[1:])
    pixels = np.size(batch)
    return variant, f"{labels}", f"{rates[0]:.2f}", *shown, f"{flips(batch, one_by_one)} of {pixels}"


HEADS = ("model", "instances", "upstream", "ours, first pass", "ours, second", "ours, one batch", "pixels it changes")


def main() -> None:
    if not torch.cuda.is_available():
        print("skipped: frames/s at 1024 and GPU memory need CUDA")
        return
    rows = [frame_rates(variant, IMAGE_SIZE, FRAMES, labels) for variant in VARIANTS for labels in INSTANCES]
    print_table(f"Frames/s at {IMAGE_SIZE}, more is better", HEADS, rows)
    print()
    memory.bench(IMAGE_SIZE, (100, 1000), (1, 3))
