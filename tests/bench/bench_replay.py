"""Going about in the past of a long session: 100,000 events, against folding its journal from the start each time.

Run: .venv/bin/python -m tests.bench.bench_replay [events]
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from samannot_tui.session.follower import Follower
from samannot_tui.session.history import read_history, told
from samannot_tui.session.past import Past
from samannot_tui.session.state import fold
from samannot_tui.session.store import Session
from tests.bench.journals import long_session

JUMPS, STEPS = 30, 200


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def line_count(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "long.samannot"
        long_session(folder, count)
        lines = seconds(lambda: [line_count(folder / name) for name in ("journal.jsonl", "masks.jsonl")])
        history = seconds(lambda: list(told(read_history(folder)[0].history)))
        anew = seconds(lambda: Session.open(folder, read_only="for measuring").close())
        Session.open(folder).close()  # leaves the mask log's index in the cache
        opened = seconds(lambda: Session.open(folder, read_only="for measuring").close())
        session = Session.open(folder, read_only="for measuring")
        measure(session, lines, (anew, opened), history)
        session.close()


def measure(session: Session, lines: float, opened: tuple[float, float], history: float) -> None:
    past = Past(session.history())
    rng = random.Random(5)
    first = seconds(lambda: past.state_at(past.last_seq))
    follower = Follower(session, past.state_at(0))
    places = [rng.randrange(past.last_seq) for _ in range(JUMPS)]
    jumps = [seconds(lambda to=to: follower.go_to(to, past)) for to in places]  # type: ignore[misc]
    folds = [seconds(lambda to=to: Follower(session, fold(past.history[:to]))) for to in places[:5]]  # type: ignore[misc]
    follower.go_to(past.last_seq - STEPS, past)
    on = steps(follower, past, range(past.last_seq - STEPS + 1, past.last_seq + 1))
    back = steps(follower, past, range(past.last_seq - 1, past.last_seq - STEPS, -1))
    plain = median(folds)
    print(f"{past.last_seq} events, {session.masks.index.count} masks, {session.manifest.frame_count} frames")
    print(f"read the lines of both logs (baseline)   {lines:.2f} s")
    for what, took in zip(("the first time", "from then on"), opened, strict=True):
        print(f"{f'open the session, {what}':<40} {took:.2f} s   {took / lines:.1f} x baseline")
    print(f"the journal alone, told in words (log)   {history:.2f} s   {history / lines:.1f} x baseline")
    print(f"fold from the start to somewhere (baseline)  {plain * 1000:.0f} ms")
    print(f"the first jump to the end, state alone       {first * 1000:.0f} ms   {first / plain:.2f} x baseline")
    for what, each in (("jump to somewhere", jumps), ("a step on", on), ("a step back", back)):
        print(f"{what + ', median / longest':<44} {median(each) * 1000:.1f} / {max(each) * 1000:.0f} ms   ", end="")
        print(f"{median(each) / plain:.3f} / {max(each) / plain:.2f} x baseline")


def steps(follower: Follower, past: Past, seqs: Sequence[int]) -> list[float]:
    return [seconds(lambda to=to: follower.go_to(to, past)) for to in seqs]  # type: ignore[misc]


if __name__ == "__main__":
    main()
