"""`replay --verify` on an afternoon's work with the toy engine: all of it comes out again, and nothing is touched."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from samannot_tui.engine.planner import RunRequest
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.errors import InputError
from samannot_tui.jobs.opening import open_session
from samannot_tui.jobs.verifying import EventCheck, verify
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import Rle, decode, encode
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.events import EngineInfo
from tests.engine.studio import TOY_COMMAND, Studio
from tests.jobs.afternoon import CAT, DOG, ask, faster, toy, work


def fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def verified(studio: Studio, make: Callable[[EngineInfo, Sequence[str]], EngineSpec] = toy) -> list[EventCheck]:
    opened = open_session(studio.session.folder, read_only="a test")
    try:
        return verify(opened, lambda done, total: None, make_spec=make, command=TOY_COMMAND)
    finally:
        opened.close()


def test_every_run_and_prediction_comes_out_again_to_the_pixel(studio: Studio) -> None:
    work(studio)
    history = studio.session.history()
    before = fingerprint(studio.session.folder)
    checks = verified(studio)
    assert all(check.is_exact for check in checks), checks
    assert [check.seq for check in checks] == [
        event.seq for event in history if isinstance(event, ev.RunStarted | ev.MaskPredicted)
    ]
    # Of model-made masks none is left out: not those of the run that was ended, nor what was undone since.
    index = studio.session.masks.index
    named = {event.record for event in history if isinstance(event, ev.MaskPredicted)}
    model_made = sum(bool(index.run[record]) or record in named for record in range(1, index.count + 1))
    assert sum(len(check.masks) for check in checks) == model_made
    assert fingerprint(studio.session.folder) == before


def test_an_afternoon_holds_what_is_hard(studio: Studio) -> None:
    """Else the test above shows less than it says."""
    work(studio)
    history = studio.session.history()
    plans = [event.plan for event in history if isinstance(event, ev.RunStarted)]
    outcomes = [event.outcome for event in history if isinstance(event, ev.RunEnded)]
    assert "ended" in outcomes
    assert {plan.transition for plan in plans} >= {"carry", "points", "mask"}
    ways_on = [plan.continues for plan in plans if plan.continues]
    assert len({each.run for each in ways_on}) >= 3
    assert any(isinstance(event, ev.PromptAdded) and event.auto for event in history)
    assert any(isinstance(event, ev.MasksReassigned) and event.unions for event in history)
    started = [event.seq for event in history if isinstance(event, ev.RunStarted)]
    assert any(isinstance(event, ev.Undone) and event.target in started for event in history)


def test_another_engine_gives_other_masks_and_is_named(studio: Studio) -> None:
    runner = studio.runner("toy")
    studio.box(DOG, 4, x=5)
    ask(runner, 4, DOG)
    runner.run_and_wait(_forward(4))
    prediction, run = verified(studio, faster)
    assert prediction.is_exact
    assert (len(run.masks), run.exact, run.is_close) == (6, 1, False)
    # Ten columns wide: after one frame the masks are one column apart.
    assert run.masks[1].iou == pytest.approx(9 / 11)
    assert run.differences == ("step None then, 2 now",)


def test_a_mask_that_is_not_what_the_engine_made_is_found(studio: Studio) -> None:
    runner = studio.runner("toy")
    seq = studio.box(DOG, 4, x=5)
    ask(runner, 4, DOG)
    made = studio.session.masks.read(1)
    forged = NewMask(**{name: getattr(made, name) for name in NewMask.__struct_fields__} | {"rle": _shifted(studio)})
    (record,) = studio.session.append_masks([forged])
    studio.session.submit(cmd.AddPrediction(DOG, 4, record, (seq,), _engine_of(studio)))
    honest, tampered = verified(studio)
    assert honest.is_exact
    assert not tampered.is_close and 0 < tampered.masks[0].iou < 1


def test_masks_missing_on_either_side_count_as_different(studio: Studio) -> None:
    runner = studio.runner("toy")
    studio.box(DOG, 4, x=5)
    runner.run_and_wait(_forward(4))
    run = studio.session.state.runs
    (started,) = run
    with_cat = EngineInfo(name="toy", version="1")
    studio.session.submit(cmd.StartRun(run[started].plan, with_cat))
    studio.session.submit(cmd.EndRun(studio.session.state.last_seq, "finished"))
    _, empty = verified(studio)
    assert [(mask.frame, mask.iou) for mask in empty.masks] == [(frame, 0.0) for frame in range(4, 10)]
    assert not empty.is_close


def test_a_run_that_cannot_be_made_again_says_why_and_the_next_one_is_made(studio: Studio) -> None:
    runner = studio.runner("toy:raise=7")
    studio.box(DOG, 4, x=5)
    assert runner.run_and_wait(_forward(4)).outcome == "failed"
    studio.box(CAT, 4, x=5)
    ask(runner, 4, CAT)
    for make, is_close in ((toy, True), (lambda info, checkpoints: EngineSpec("toy:raise=6"), False)):
        run, prediction = verified(studio, make)
        assert [mask.frame for mask in run.masks] == [4, 5, 6]
        assert run.is_close == is_close
        assert ("toy broke" in run.failure) == (not is_close)
        assert prediction.is_exact


def test_what_damage_has_taken_is_not_compared(studio: Studio) -> None:
    runner = studio.runner("toy")
    for frame in (4, 5, 6):
        studio.box(DOG, frame, x=5)
        ask(runner, frame, DOG)
    log = studio.session.folder / "masks.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(lines[0] + b"{x" + lines[1][2:] + lines[2])
    assert [(len(check.masks), check.is_exact) for check in verified(studio)] == [(1, True), (0, True), (0, True)]


def test_without_its_engine_a_session_is_refused(studio: Studio) -> None:
    runner = studio.runner("toy")
    studio.box(DOG, 4, x=5)
    runner.run_and_wait(_forward(4))
    opened = open_session(studio.session.folder, read_only="a test")
    with pytest.raises(InputError, match="There is no engine toy"):
        verify(opened, lambda done, total: None)
    opened.close()


def _forward(frame: int) -> RunRequest:
    return RunRequest(frame, "forward")


def _shifted(studio: Studio) -> Rle:
    return encode(np.roll(decode(studio.session.masks.read(1).rle), 1, axis=1))


def _engine_of(studio: Studio) -> EngineInfo | None:
    event = studio.session.history()[-1]
    assert isinstance(event, ev.MaskPredicted)
    return event.engine
