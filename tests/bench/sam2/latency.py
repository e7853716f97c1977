"""From a click to its mask at the size that SAM 2 was trained at, on a new frame and on one seen before."""

import torch

from samannot_tui.engine.contract import PromptSet
from tests.bench.sam2.stage import Pair, clip, print_table, seconds
from tests.engine.sam2.upstream import Upstream

IMAGE_SIZE, ROUNDS = 1024, 3
CLICK = PromptSet(1, 0, points=((100.0, 120.0, True),))


def round_of(pair: Pair) -> list[float]:
    """Seconds of upstream and us on a new frame, then on one whose features are at hand."""
    frames = clip(1, 1)
    tracker = pair.tracker(frames)
    new = pair.opened_upstream(frames)

    def click(upstream: Upstream) -> None:
        with pair.placement.inference():
            (upstream.add(CLICK) > 0).cpu().numpy()

    spent = [seconds(lambda: click(new)), seconds(lambda: tracker.segment([CLICK]))]
    # In a new state: upstream would refine the mask that the first click gave.
    again = Upstream(pair.predictor, frames, new.state["cached_features"])
    return [*spent, seconds(lambda: click(again)), seconds(lambda: tracker.segment([CLICK]))]


def main() -> None:
    torch.set_num_threads(1)
    pair = Pair(IMAGE_SIZE)
    found = [round_of(pair) for _ in range(ROUNDS)]
    upstream_new, new, upstream_seen, seen = (1e3 * min(each) for each in zip(*found, strict=True))
    print_table(
        f"Milliseconds from a click to its mask, tiny at {IMAGE_SIZE}, one thread",
        ("frame", "upstream", "ours"),
        (
            ("new", f"{upstream_new:.0f}", f"{new:.0f} (x{new / upstream_new:.2f})"),
            ("seen before", f"{upstream_seen:.0f}", f"{seen:.0f} (x{seen / upstream_seen:.2f})"),
        ),
    )
