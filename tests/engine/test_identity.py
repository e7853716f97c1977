"""Identities repaired, then run again through a real worker: masks of the toy engine move 1 px a frame."""

from samannot_tui.engine.planner import RunRequest
from samannot_tui.session import commands as cmd
from tests.engine.studio import Studio


def test_a_run_after_a_swap_goes_on_with_the_corrected_identities(studio: Studio) -> None:
    studio.box(1, 0, 0)
    studio.box(2, 0, 20)
    runner = studio.runner()
    assert runner.run_and_wait(RunRequest(0, "forward")).outcome == "finished"
    assert (studio.left_edge(1, 9), studio.left_edge(2, 9)) == (9, 29)
    studio.session.submit(cmd.ReassignMasks("swap", 1, 2, 5, 9))
    assert (studio.left_edge(1, 4), studio.left_edge(1, 9), studio.left_edge(2, 9)) == (4, 29, 9)
    assert runner.run_and_wait(RunRequest(10, "forward")).outcome == "finished"
    assert (studio.left_edge(1, 10), studio.left_edge(2, 10)) == (30, 10)
    last = list(studio.session.state.runs.values())[-1].plan
    assert last.transition == "mask", "the engine's memory of label 1 is of the other instance"


def test_swapped_prompts_and_edits_drive_the_other_label(studio: Studio) -> None:
    studio.box(1, 2, 0)
    studio.box(2, 2, 30)
    edited = studio.edit(2, 6)
    studio.session.submit(cmd.ReassignMasks("swap", 1, 2, 0, 9))
    assert studio.runner().run_and_wait(RunRequest(2, "forward")).outcome == "finished"
    assert (studio.left_edge(1, 5), studio.left_edge(2, 5)) == (33, 3)
    assert studio.session.live.record(6, 1) == edited
    assert studio.left_edge(2, 9) == 7, "label 2 has no edit any more"


def test_merged_labels_are_tracked_as_one(studio: Studio) -> None:
    studio.box(1, 0, 0)
    studio.box(2, 0, 20)
    runner = studio.runner()
    for label in (1, 2):
        assert runner.run_and_wait(RunRequest(0, "frame", (label,))).outcome == "finished"
    studio.session.submit(cmd.ReassignMasks("merge", 1, 2, 0, 9))
    assert runner.run_and_wait(RunRequest(0, "forward")).outcome == "finished"
    assert studio.frames(1) == [] and studio.row(2, 3, 9) == [*range(3, 13), *range(23, 33)]


def test_a_split_off_instance_is_tracked_on_its_own(studio: Studio) -> None:
    studio.box(1, 0, 0)
    studio.box(1, 4, 30)
    studio.session.submit(cmd.ReassignMasks("split", 1, 2, 3, 9))
    assert studio.runner().run_and_wait(RunRequest(0, "forward")).outcome == "finished"
    assert (studio.left_edge(1, 9), studio.left_edge(2, 9)) == (9, 35)
    assert studio.frames(2) == [4, 5, 6, 7, 8, 9]


def test_a_run_passes_absent_frames_and_goes_on_behind_them(studio: Studio) -> None:
    studio.box(1, 0, 0)
    studio.session.submit(cmd.MarkAbsent(1, 3, 5))
    assert studio.runner().run_and_wait(RunRequest(0, "forward")).outcome == "finished"
    assert studio.frames(1) == list(range(10))
    assert [frame for frame in range(10) if not studio.mask(1, frame).any()] == [3, 4, 5]
    assert studio.left_edge(1, 6) == 6
