"""SAMannot's defects that would live in the planner (shared/facts/peers.md, read at 5abbadc), each ruled out."""

from samannot_tui.engine.blocks import block_count, block_span
from samannot_tui.engine.continuations import Memory
from samannot_tui.engine.video import plan_video
from samannot_tui.session.plan import Source
from tests.engine.scene import Scene, frames, mask, only, source_frames, written


def test_a_run_leaves_labels_alone_that_are_not_in_it() -> None:
    """Defect: "a run deletes the masks of labels that were not in it"."""
    scene = Scene(labels=3)
    scene.run({1: frames(0, 9), 2: frames(0, 9), 3: frames(0, 9)})
    scene.point(1, 0)
    plan = scene.plan(0)
    assert {planned.label for planned in plan.passes[0].labels} == {1}
    assert plan.unsourced == (2, 3)


def test_a_checkpoint_used_as_the_start_is_not_overwritten() -> None:
    """Defect: "the checkpoint frame itself, used as a start frame, is overwritten"."""
    scene = Scene()
    scene.run({1: frames(0, 9)})
    scene.point(1, 4)
    scene.barrier(4)
    for direction in ("forward", "backward", "both"):
        for sweep in scene.plan(4, direction).passes:
            assert 4 not in written(sweep.labels[0])


def test_prompts_on_later_frames_of_the_run_are_used() -> None:
    """Defect: "each label uses the points of ONE frame ...; prompts on later frames of the run are never used"."""
    scene = Scene()
    for frame in (0, 3, 7):
        scene.point(1, frame)
    assert source_frames(only(scene.plan(0))) == [0, 3, 7]


def test_points_and_boxes_act_on_their_own_frame_only() -> None:
    """Defect: the latest points at or before t and the latest box are put on frame t, where they do not belong."""
    scene = Scene()
    click = scene.point(1, 2)
    planned = only(scene.plan(6))
    assert planned.sources == (Source(2, (click,)),)
    assert planned.start == 2


def test_block_k_is_not_driven_by_the_prompts_of_block_0() -> None:
    """Defect: "opening a saved session wipes checkpoints and drives block k with block 0's prompts"."""
    scene = Scene(transition="off")
    scene.point(1, 0)
    scene.point(1, 25)
    scene.barrier(28)
    planned = only(scene.plan(22))
    assert source_frames(planned) == [25]
    assert written(planned) == [25, 26, 27]


def test_no_frame_is_dropped_and_no_block_shifted() -> None:
    """Defect: "a video's first frame is dropped and later blocks shift by one frame each"; a folder's last block."""
    scene = Scene(frames=25)
    scene.point(1, 0)
    seen: list[int] = []
    for number in range(block_count(10, 25)):
        block = block_span(number, 10, 25)
        planned = only(scene.plan(block.first))
        seen += written(planned)
        scene.run({1: written(planned)})
    assert seen == list(range(25))


def test_backward_runs_cross_blocks_as_forward_ones_do() -> None:
    """Defect: "the memory window is not applied in backward runs"; here memory is carried in both directions."""
    scene = Scene()
    run = scene.run({1: frames(10, 19)})
    planned = only(scene.plan(9, "backward", Memory(run, 10, "backward", frozenset({1}))))
    assert (planned.carried, written(planned)) == (True, frames(0, 9))


def test_hand_overs_do_not_pile_up_on_every_visit() -> None:
    """Defect: "auto-prompts duplicate on every revisit"."""
    scene = Scene(transition="mask")
    scene.run({1: frames(0, 9)})
    first = scene.plan(10)
    scene.run({1: frames(10, 19)})
    again = scene.plan(10)
    assert only(first).sources == only(again).sources == (mask(9, scene.record(9)),)


def test_a_hand_over_keeps_to_its_label_and_frame_past_frame_ten() -> None:
    """Defect: "bird1/block 10 and bird11/block 0 are one object"; renaming sends prompts to another label."""
    scene = Scene(labels=11, frames=120, transition="mask")
    scene.run({1: [99], 11: [9]})
    scene.rename(1, "label11 ")
    block_10, block_1 = scene.plan(100), scene.plan(10)
    assert (only(block_10).label, source_frames(only(block_10))) == (1, [99])
    assert (only(block_1).label, source_frames(only(block_1))) == (11, [9])


def test_only_negative_clicks_stop_nothing() -> None:
    """Defect: "only-negative clicks abort the export half-way"; here such a label is named, the others run."""
    scene = Scene(labels=2)
    scene.point(1, 0, positive=False)
    scene.point(2, 0)
    plan = scene.plan(0)
    assert only(plan).label == 2
    assert plan.unsourced == (1,)
    assert plan.notices[0] == "Only negative points on frame 0, which compute nothing: label1."


def test_a_whole_video_is_covered_to_both_ends() -> None:
    """Defect: first-frame off by one, last block lost: here every frame is written from a prompt in the middle."""
    scene = Scene(frames=37)
    scene.point(1, 18)
    seen: set[int] = set()
    for request in plan_video(scene.state(), scene.live(), 37):
        planned = only(scene.plan(request.start, request.direction, labels=request.labels))
        seen |= set(written(planned))
        scene.run({1: written(planned)})
    assert seen == set(range(37))
