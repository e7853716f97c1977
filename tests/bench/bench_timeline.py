"""The timeline of 20,000 frames x 50 labels, against that of 200 frames x 1 label: a step must cost the same.

Run: .venv/bin/python -m tests.bench.bench_timeline [frames] [labels]
"""

import asyncio
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from textual.app import App, ComposeResult

from samannot_tui.engine.stale import stale_blocks
from samannot_tui.masks.index import IndexRow, MaskIndex, RecordSource
from samannot_tui.session import events as ev
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.follower import Follower
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.state import State, fold
from samannot_tui.session.view import View
from samannot_tui.tui.place import Place
from samannot_tui.tui.tracks import facts
from samannot_tui.tui.widgets.timeline import Timeline

SIZE = (200, 8)
BLOCK = 100
STEPS = 300
CHANGES = 20


class Alone(App[None]):
    """Nothing but a timeline."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.timeline = Timeline(place)

    def compose(self) -> ComposeResult:
        yield self.timeline


def annotated(frames: int, labels: int) -> tuple[State, LiveMasks]:
    """All labels on all frames by a run a block; in each block a prompt, an edit and a feature change of each label."""
    index = MaskIndex()
    events: list[ev.AnyEvent] = []

    def add(event_type: Any, **fields: Any) -> int:
        events.append(event_type(seq=len(events) + 1, **fields))
        return len(events)

    names = range(1, labels + 1)
    for label in names:
        add(ev.LabelAdded, label=label, name=f"instance {label}")
    for first in range(0, frames, BLOCK):
        last = min(frames, first + BLOCK) - 1
        for label in names:
            add(ev.PromptAdded, label=label, frame=first + label % BLOCK % (last - first + 1), prompt=PointPrompt(1, 1))
            add(ev.FeatureSet, label=label, frame=first, name="posture", value=str(first))
        spans = (Span(first, last),)
        planned = tuple(LabelPlan(each, first, (Source(first, (1,)),), spans) for each in names)
        plan = Plan("forward", first, (Pass("forward", first, last, planned),), (), "carry", None, (), ())
        run = add(ev.RunStarted, plan=plan, engine=EngineInfo(name="bench", version="1"))
        cells = [(frame, label) for frame in range(first, last + 1) for label in names]
        index.extend(
            [
                IndexRow(frame, label, RecordSource.PROPAGATED, run, 4.0, 0.9, index.count + at, 1)
                for at, (frame, label) in enumerate(cells)
            ]
        )
        add(ev.RunProgressed, run=run, log_length=index.count)
        add(ev.RunEnded, run=run, outcome="finished")
        for label in names:
            index.extend([IndexRow(first, label, RecordSource.EDITED, 0, 4.0, 0.9, index.count, 1)])
            add(ev.MaskEdited, label=label, frame=first, record=index.count)
    state = fold(events)
    return state, LiveMasks(index, frames, state)


def mean_ms(work: Callable[[int], object], times: int) -> float:
    began = time.perf_counter()
    for number in range(times):
        work(number)
    return (time.perf_counter() - began) / times * 1000


async def measured(frames: int, labels: int) -> dict[str, float]:
    state, live = annotated(frames, labels)
    manifest = SimpleNamespace(frame_count=frames, width=854, height=480)
    place = Place(cast(Follower, SimpleNamespace(state=state, live=live, manifest=manifest)), View())
    app = Alone(place)
    async with app.run_test(size=SIZE):
        timeline = app.timeline

        def draw() -> None:
            for row in range(timeline.size.height):
                timeline.render_line(row)

        def step(number: int) -> None:
            place.keep(frame=number % frames)
            draw()

        def change(number: int) -> None:
            (frame,) = live.annotated_frames()[number : number + 1]
            cleared = ev.MasksCleared(seq=0, labels=(1,), first=int(frame), last=int(frame))
            live.update(state, (cleared,))
            facts(state, live, place.label)

        def pick(number: int) -> None:
            place.keep(label=1 + number % labels)
            timeline._facts = None
            draw()

        step(0)
        found = {"a step": mean_ms(step, STEPS)}
        place.keep(timeline_zoom=8)
        step(0)
        found["a step, zoomed 8 times"] = mean_ms(step, STEPS)
        found["another label, all drawn"] = mean_ms(pick, CHANGES)
        found["a mask changed, all found anew"] = mean_ms(change, CHANGES)
        found["stale blocks, looked for at rest"] = mean_ms(lambda _: stale_blocks(state, live), CHANGES)
        return found


def main() -> None:
    frames, labels = (int(arg) for arg in sys.argv[1:3]) if len(sys.argv) > 2 else (20_000, 50)
    small = asyncio.run(measured(200, 1))
    large = asyncio.run(measured(frames, labels))
    print(f"{frames} frames x {labels} labels; baseline: 200 frames x 1 label")
    for what, took in large.items():
        print(f"{what:34} {took:7.2f} ms   {took / small[what]:6.1f} x baseline")


if __name__ == "__main__":
    main()
