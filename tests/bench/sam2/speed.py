"""Time per frame beside upstream's, first and second pass over the same frames; the two take turns."""

import torch

from samannot_tui.masks.rle import BoolMask
from tests.bench.sam2.stage import Pair, boxes, clip, flips, masks, print_table, seconds
from tests.engine.sam2.upstream import Upstream

# (image size, frames, rounds): the best of the rounds counts. The memory that a step reads has its full length
# from frame 16 on.
CASES = ((128, 40, 4), (256, 24, 2), (512, 20, 1))


def round_of(pair: Pair, count: int) -> tuple[list[float], int]:
    """Seconds a frame of upstream's and our first pass, then of the second; and how many pixels differ.

    Upstream's first pass begins with making tensors of the video, as its `init_state` does; ours reads frames as
    it goes.
    """
    frames, prompts = clip(count, 1), boxes(1)
    tracker = pair.tracker(frames)
    upstream: list[Upstream] = []

    def open_and_propagate() -> None:
        upstream.append(pair.opened_upstream(frames))
        with pair.placement.inference():
            upstream[0].add(prompts[0])
        list(pair.upstream_masks(upstream[0]))

    theirs: list[tuple[BoolMask, ...]] = []
    ours: list[tuple[BoolMask, ...]] = []
    spent = [
        seconds(open_and_propagate),
        seconds(lambda: list(masks(tracker, frames, prompts))),
        seconds(lambda: theirs.extend(pair.upstream_masks(upstream[0]))),
        seconds(lambda: ours.extend(masks(tracker, frames, prompts))),
    ]
    return [each / count for each in spent], flips(ours, theirs)


def main() -> None:
    torch.set_num_threads(1)
    rows = []
    for size, count, rounds in CASES:
        pair = Pair(size)
        round_of(pair, 2)
        found = [round_of(pair, count) for _ in range(rounds)]
        times = zip(*(spent for spent, _ in found), strict=True)
        upstream_first, first, upstream_second, second = map(min, times)
        rows.append(
            (
                f"{size}",
                f"{1e3 * upstream_first:.1f}",
                f"{1e3 * first:.1f} (x{first / upstream_first:.3f})",
                f"{1e3 * upstream_second:.1f}",
                f"{1e3 * second:.1f} ({upstream_second / second:.2f} times faster)",
                f"{sum(differing for _, differing in found)}",
            )
        )
    print_table(
        "Milliseconds a frame, one instance, tiny, one thread (targets: first x1.03, second 2.5 times faster)",
        ("image size", "upstream, first", "ours, first", "upstream, second", "ours, second", "pixels that differ"),
        rows,
    )
