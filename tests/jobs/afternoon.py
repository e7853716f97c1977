"""An afternoon's work with the toy engine: of everything that a journal can hold about masks, some."""

from collections.abc import Sequence

import numpy as np

from samannot_tui.engine.planner import RunRequest
from samannot_tui.engine.runner import Runner
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import EngineInfo, RecordSpan
from samannot_tui.session.prompts import PointPrompt
from tests.engine.studio import HEIGHT, WIDTH, Studio
from tests.engine.test_runner import SECONDS, Signals, ended, wait_until_sent

DOG, CAT, COW = 1, 2, 4


def toy(info: EngineInfo, checkpoints: Sequence[str]) -> EngineSpec:
    """The toy that an event names."""
    options = ",".join(f"{name}={value}" for name, value in info.settings.items())
    return EngineSpec(f"{info.name}:{options}")


def faster(info: EngineInfo, checkpoints: Sequence[str]) -> EngineSpec:
    """A toy that moves masks two pixels a frame instead of one."""
    return EngineSpec("toy:step=2")


def ask(runner: Runner, frame: int, label: int) -> None:
    runner.predict(frame, label)
    assert runner.wait_idle(SECONDS)


def take_in(studio: Studio, new_label: int) -> None:
    """Two masks and a point that were made elsewhere."""
    masks = [
        NewMask(
            frame=frame,
            label=new_label,
            rle=encode(np.eye(HEIGHT, WIDTH, dtype=np.bool_)),
            object_score=1.0,
            quality=1.0,
            source="propagated",
            run=None,
            imported=True,
        )
        for frame in (30, 31)
    ]
    records = RecordSpan(*studio.session.append_masks(masks))
    point = cmd.NewPrompt(new_label, 33, PointPrompt(10, 10))
    now = studio.session.state.last_seq
    studio.session.submit(cmd.Import(now, "coco", "theirs.json", ("cow",), (new_label,), (), (), (point,), (records,)))


def work(studio: Studio) -> None:
    """Blocks of ten, carried, ended and resumed, corrected, undone, swapped, merged, drawn, marked absent, barred."""
    session = studio.session
    signals = Signals(studio)
    runner = studio.runner(f"toy:hold=16,gate={studio.gate}", signals)
    studio.box(DOG, 4, x=5)
    studio.point(DOG, 4, x=30)
    ask(runner, 4, DOG)
    studio.box(CAT, 2, x=40)
    ask(runner, 2, CAT)
    runner.run_and_wait(RunRequest(4, "both"))
    # Over the boundary by memory, held before 16, prompted where it has been and where it will be, ended, taken up.
    going_on = runner.run(RunRequest(10, "forward"))
    signals.wait_for(lambda: session.live.record(15, DOG))
    studio.point(CAT, 10, x=3)
    studio.point(CAT, 18, x=3)
    runner.end()
    wait_until_sent(runner)
    studio.gate.touch()
    assert ended(going_on).outcome == "ended"
    ask(runner, 10, CAT)
    session.submit(cmd.Undo())
    session.submit(cmd.Undo())
    runner.run_and_wait(RunRequest(10, "forward"))
    # A click refines what was tracked; the run from there is undone, done again, and the next block goes on from it.
    studio.point(DOG, 15, x=25, positive=False)
    ask(runner, 15, DOG)
    runner.run_and_wait(RunRequest(15, "forward", (DOG,)))
    session.submit(cmd.Undo())
    session.submit(cmd.Redo())
    studio.edit(DOG, 22)
    session.submit(cmd.SetBarriers((27, 28)))
    runner.run_and_wait(RunRequest(20, "forward"))
    session.submit(cmd.ReassignMasks("swap", DOG, CAT, 12, 14))
    session.submit(cmd.ReassignMasks("merge", CAT, DOG, 3, 4))
    studio.point(DOG, 4, x=60)
    ask(runner, 4, DOG)
    session.submit(cmd.MarkAbsent(CAT, 25, 26))
    session.submit(cmd.ClearMasks((DOG,), 0, 1))
    session.submit(cmd.SplitOff(DOG, "bird", 18, 19))
    take_in(studio, COW)
    session.submit(cmd.SetFeature(DOG, "mood", 3, "glad"))
    session.submit(cmd.CopyPrompts((DOG,), 4, 35))
    runner.run_and_wait(RunRequest(35, "frame"))
    # Points over the boundary, found on the look-ahead frame.
    session.submit(cmd.ChangeSetting("transition", "points"))
    runner.run_and_wait(RunRequest(35, "forward"))
    runner.run_and_wait(RunRequest(40, "forward"))
    studio.point(DOG, 40, x=20)
    ask(runner, 40, DOG)
    runner.run_and_wait(RunRequest(40, "forward"))
    session.submit(cmd.ChangeSetting("transition", "mask"))
    runner.run_and_wait(RunRequest(21, "forward", overwrite_edits=True, extent=3))
    runner.close()
