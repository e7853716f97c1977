"""The `points` transition through a real worker: what a finished run leaves for the block beyond."""

import time

import msgspec
import pytest

from samannot_tui.engine.planner import RunRequest
from samannot_tui.engine.reports import Notice
from samannot_tui.engine.video import plan_video
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.placed import PlacedPrompt
from samannot_tui.session.plan import Plan
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.state import fold
from tests.engine.studio import FRAMES, Studio


@pytest.fixture(autouse=True)
def points(studio: Studio) -> None:
    studio.session.submit(cmd.ChangeSetting("transition", "points"))


def handed_over(studio: Studio, frame: int, label: int = 1) -> list[PlacedPrompt]:
    return [placed for placed in studio.session.state.prompts_on(frame, label) if placed.auto is not None]


def clicks(placed: list[PlacedPrompt]) -> list[tuple[float, float, bool]]:
    return [(p.prompt.x, p.prompt.y, p.prompt.positive) for p in placed if isinstance(p.prompt, PointPrompt)]


def test_a_finished_run_leaves_points_inside_the_look_ahead_mask(studio: Studio) -> None:
    studio.box(1, 0, x=5)
    assert studio.runner().run_and_wait(RunRequest(0, "forward", (1,))).outcome == "finished"
    assert studio.frames(1) == list(range(10))
    found = clicks(handed_over(studio, 10))
    assert 1 <= len(found) <= 8
    # The toy moves a box by one pixel a frame: on frame 10 it covers columns 15 to 24 and rows 5 to 14.
    assert all(15 <= x <= 24 and 5 <= y <= 14 and positive for x, y, positive in found)


def test_the_next_block_starts_from_them_and_hands_over_in_its_turn(studio: Studio) -> None:
    runner = studio.runner()
    studio.box(1, 0, x=5)
    runner.run_and_wait(RunRequest(0, "forward", (1,)))
    runner.run_and_wait(RunRequest(10, "forward", (1,)))
    assert studio.frames(1) == list(range(20))
    assert list(studio.session.state.runs.values())[-1].plan.transition == "points"
    assert handed_over(studio, 20)


def test_backward_runs_hand_over_to_the_block_before(studio: Studio) -> None:
    studio.box(1, 15, x=30)
    studio.runner().run_and_wait(RunRequest(15, "backward", (1,)))
    assert studio.frames(1) == list(range(10, 16))
    assert all(24 <= x <= 33 for x, _, _ in clicks(handed_over(studio, 9)))
    assert handed_over(studio, 9) and not handed_over(studio, 16)


def test_a_run_again_replaces_what_it_handed_over(studio: Studio) -> None:
    runner = studio.runner()
    studio.box(1, 0, x=5)
    runner.run_and_wait(RunRequest(0, "forward", (1,)))
    first = handed_over(studio, 10)
    studio.session.submit(cmd.ClearMasks((1,), 9, 9))
    studio.box(1, 9, x=40)
    runner.run_and_wait(RunRequest(0, "forward", (1,)))
    second = handed_over(studio, 10)
    assert not {each.seq for each in first} & {each.seq for each in second}
    assert len(studio.session.state.prompts_on(10, 1)) == len(second)
    assert all(41 <= x <= 50 for x, _, _ in clicks(second))


def test_what_a_person_touches_becomes_the_persons_and_stays(studio: Studio) -> None:
    runner = studio.runner()
    studio.box(1, 0, x=5)
    runner.run_and_wait(RunRequest(0, "forward", (1,)))
    studio.point(1, 10, x=18)
    kept = studio.session.state.prompts_on(10, 1)
    assert len(kept) > 1 and not handed_over(studio, 10)
    runner.run_and_wait(RunRequest(0, "forward", (1,)))
    assert studio.session.state.prompts_on(10, 1) == kept


def test_nothing_is_added_where_a_person_prompted_or_edited(studio: Studio) -> None:
    seq = studio.point(1, 10, x=50)
    studio.box(1, 0, x=5)
    studio.box(2, 0, x=5)
    studio.edit(2, 10)
    studio.runner().run_and_wait(RunRequest(0, "forward"))
    assert [placed.seq for placed in studio.session.state.prompts_on(10, 1)] == [seq]
    assert not studio.session.state.prompts_on(10, 2)


def test_an_ended_run_hands_nothing_over(studio: Studio) -> None:
    studio.box(1, 0, x=5)
    runner = studio.runner(studio.holding(4))
    future = runner.run(RunRequest(0, "forward", (1,)))
    while not studio.frames(1):
        pass
    runner.end()
    studio.gate.touch()
    assert future.result(30).outcome == "ended"
    assert not handed_over(studio, 10)


def test_a_barrier_or_the_videos_end_lets_nothing_over(studio: Studio) -> None:
    runner = studio.runner()
    studio.session.submit(cmd.SetBarrier(10))
    studio.box(1, 5, x=5)
    studio.box(1, 45, x=5)
    for start in (5, 45):
        runner.run_and_wait(RunRequest(start, "forward", (1,)))
    assert not [placed for placed in studio.session.state.prompts.values() if placed.auto is not None]
    assert studio.frames(1) == [*range(5, 10), *range(45, 50)]


def test_an_instance_that_is_absent_beyond_the_boundary_is_named(studio: Studio) -> None:
    runner = studio.runner()
    studio.box(1, 0, x=5)
    runner.run_and_wait(RunRequest(0, "forward", (1,)))
    assert handed_over(studio, 10)
    # A negative point takes the toy's whole mask away at the end of the block.
    for x in range(-1, 65, 3):
        for y in range(-1, 33, 3):
            if 0 <= x < 64 and 0 <= y < 32:
                studio.prompt(1, 9, PointPrompt(x, y, False))
    runner.run_and_wait(RunRequest(0, "forward", (1,)))
    assert not studio.session.state.prompts_on(10, 1)
    assert studio.reported(Notice) == [Notice("Absent on frame 10, so no points are handed over: dog.")]


def test_undoing_the_run_takes_its_points_away_and_brings_back_those_before(studio: Studio) -> None:
    runner = studio.runner()
    studio.box(1, 0, x=5)
    runner.run_and_wait(RunRequest(0, "forward", (1,)))
    first = studio.session.state.prompts_on(10, 1)
    runner.run_and_wait(RunRequest(0, "forward", (1,)))
    second = studio.session.state.prompts_on(10, 1)
    studio.session.submit(cmd.Undo())
    assert studio.session.state.prompts_on(10, 1) == first
    studio.session.submit(cmd.Redo())
    assert studio.session.state.prompts_on(10, 1) == second
    studio.session.submit(cmd.Undo())
    studio.session.submit(cmd.Undo())
    assert not studio.session.state.prompts_on(10, 1)


def test_one_step_of_undo_is_one_run_however_many_points_it_left(studio: Studio) -> None:
    studio.box(1, 0, x=5)
    steps = len(studio.session.state.steps)
    studio.runner().run_and_wait(RunRequest(0, "forward", (1,)))
    assert handed_over(studio, 10)
    assert len(studio.session.state.steps) == steps + 1


def test_a_run_that_hands_nothing_over_takes_what_an_earlier_one_had(studio: Studio) -> None:
    runner = studio.runner()
    studio.box(1, 0, x=5)
    runner.run_and_wait(RunRequest(0, "forward", (1,)))
    assert handed_over(studio, 10)
    studio.session.submit(cmd.ChangeSetting("transition", "carry"))
    runner.run_and_wait(RunRequest(0, "forward", (1,)))
    assert not studio.session.state.prompts_on(10, 1)


def test_the_whole_video_twice_gives_the_same_masks(studio: Studio) -> None:
    runner = studio.runner()
    studio.box(1, 15, x=25)
    seen = []
    for _ in range(2):
        for request in plan_video(studio.session.state, studio.session.live, FRAMES):
            assert runner.run_and_wait(request).outcome == "finished"
        seen.append([studio.columns(1, frame) for frame in range(FRAMES)])
    assert seen[0] == seen[1]


def test_a_point_that_a_person_removed_during_the_run_and_brought_back_is_the_persons(studio: Studio) -> None:
    studio.box(1, 0, x=5)
    studio.runner().run_and_wait(RunRequest(0, "forward", (1,)))
    before = studio.session.state.prompts_on(10, 1)
    runner = studio.runner(studio.holding(4))
    future = runner.run(RunRequest(0, "forward", (1,)))
    while studio.session.state.active_run is None:
        time.sleep(0.001)
    studio.session.submit(cmd.RemovePrompt(before[0].seq))
    studio.session.submit(cmd.Undo())
    studio.gate.touch()
    assert future.result(30).outcome == "finished"
    assert [placed.seq for placed in studio.session.state.prompts_on(10, 1)] == [placed.seq for placed in before]
    # What was undone while the run went on can be done again or not, but never breaks the session.
    if studio.session.state.redoable:
        studio.session.submit(cmd.Redo())
    assert fold(studio.session.history()).prompts == studio.session.state.prompts


def test_nothing_can_be_redone_that_names_prompts_which_the_run_has_replaced() -> None:
    """Undone during the run: the redo would remove a prompt that is not there any more."""
    point = PointPrompt(1, 1)
    plan = Plan("forward", 0, (), (), "off", None, (), ())
    engine = ev.EngineInfo(name="toy", version="1")
    history = [
        ev.LabelAdded(label=1, name="dog"),
        ev.RunStarted(plan=plan, engine=engine),
        ev.PromptAdded(label=1, frame=10, prompt=point, auto=2),
        ev.RunEnded(run=2, outcome="finished"),
        ev.RunStarted(plan=plan, engine=engine),
        ev.PromptRemoved(prompt=3),
        ev.Undone(target=6),
    ]
    state = fold(msgspec.structs.replace(event, seq=seq) for seq, event in enumerate(history, 1))
    assert state.redoable == [6]
    state.apply(ev.PromptRemoved(seq=8, prompt=3, auto=5))
    assert state.redoable == []
