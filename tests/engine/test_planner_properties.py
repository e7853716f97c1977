"""What holds of every plan, whatever the annotation and the request."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.engine.blocks import block_of
from samannot_tui.engine.continuations import Memory
from samannot_tui.engine.planner import RunRequest, plan_run
from samannot_tui.errors import InputError
from samannot_tui.session.plan import LabelPlan, Pass, Plan
from tests.engine.scene import Scene, written

FRAMES, LABELS = 24, 3
label = st.integers(1, LABELS)
frame = st.integers(0, FRAMES - 1)
clicks = st.tuples(st.just("point"), label, frame, st.booleans())
edits = st.tuples(st.just("edit"), label, frame, st.booleans())
present_edits = st.tuples(st.just("edit"), label, frame, st.just(True))
barriers = st.tuples(st.just("barrier"), frame)
runs = st.tuples(st.just("run"), label, frame, frame, st.sets(frame))
anything = st.one_of(clicks, edits, barriers, runs)


@st.composite
def scenes(
    draw: st.DrawFn, deeds: st.SearchStrategy[Any] = anything, transitions: tuple[str, ...] = ("carry", "mask", "off")
) -> Scene:
    scene = Scene(LABELS, FRAMES, block_size=draw(st.integers(1, 12)), transition=draw(st.sampled_from(transitions)))
    for what, *arguments in draw(st.lists(deeds, max_size=12)):
        match what, arguments:
            case "point", [owner, at, positive]:
                scene.point(owner, at, positive=positive)
            case "edit", [owner, at, present]:
                scene.edit(owner, at, present=present)
            case "barrier", [at]:
                scene.barrier(at)
            case "run", [owner, one, other, absent]:
                scene.run({owner: range(min(one, other), max(one, other) + 1)}, absent=list(absent))
    return scene


@st.composite
def planned(draw: st.DrawFn) -> tuple[Scene, RunRequest, list[Memory], Plan | None]:
    """A scene, a request, what the engine remembers, and the plan (None where it was refused)."""
    scene = draw(scenes())
    direction: Any = draw(st.sampled_from(["forward", "backward", "both", "frame"]))
    labels = draw(st.one_of(st.none(), st.sets(label, min_size=1).map(tuple)))
    extent: Any = draw(st.one_of(st.just("block"), st.just("all"), st.integers(1, 12)))
    request = RunRequest(draw(frame), direction, labels, draw(st.booleans()), extent)
    runs = list(scene.state().runs) or [1]
    ways: Any = st.sampled_from(["forward", "backward"])
    memories = st.builds(Memory, st.sampled_from(runs), frame, ways, st.frozensets(label))
    held = draw(st.lists(memories, max_size=3))
    try:
        return scene, request, held, plan_run(scene.state(), scene.live(), FRAMES, request, held)
    except InputError:
        return scene, request, held, None


def parts(plan: Plan | None) -> list[tuple[Pass, LabelPlan]]:
    return [(sweep, each) for sweep in plan.passes for each in sweep.labels] if plan else []


def lead_in(frame: int, request: RunRequest) -> bool:
    """Whether a pass of the request leads in over the frame; in a run both ways each side is the other's."""
    return request.direction == "both" or (frame < request.start) == (request.direction == "forward")


def reached(request: RunRequest) -> int:
    return FRAMES if request.frames is None else request.frames


@given(planned())
@settings(max_examples=200)
def test_writes_stay_between_the_barriers_and_inside_the_block(case: Any) -> None:
    scene, request, _, plan = case
    barriers = scene.state().barriers
    block = block_of(request.start, scene.state().settings.block_size, FRAMES)
    for _, each in parts(plan):
        for at in written(each):
            assert block.first <= at <= block.last
            between = range(min(at, request.start), max(at, request.start) + 1)
            assert not (set(between) - {request.start}) & barriers
            # Of so many frames from a barrier on, that frame is not one.
            assert (
                request.frames is None
                or len(between) <= request.frames + (request.start in barriers)
                or lead_in(at, request)
            )
            assert at not in barriers


@given(planned())
@settings(max_examples=200)
def test_writes_are_of_the_labels_asked_for_alone(case: Any) -> None:
    _, request, _, plan = case
    asked = set(request.labels or range(1, LABELS + 1))
    ran = {each.label for _, each in parts(plan)}
    assert ran <= asked
    if plan:
        assert sorted(asked - ran) == list(plan.unsourced)


@given(planned())
@settings(max_examples=200)
def test_a_persons_edit_is_written_over_only_when_asked(case: Any) -> None:
    scene, request, _, plan = case
    for _, each in parts(plan):
        edited = set(scene.live().edited_frames(each.label).tolist())
        assert request.overwrite_edits or not edited & set(written(each))


@given(planned())
@settings(max_examples=200)
def test_no_cell_is_written_twice_and_spans_rise(case: Any) -> None:
    *_, plan = case
    cells = [(each.label, at) for _, each in parts(plan) for at in written(each)]
    assert len(cells) == len(set(cells))
    for _, each in parts(plan):
        ends = [end for span in each.writes for end in (span.first, span.last)]
        assert ends == sorted(ends)
        assert each.writes


@given(planned())
@settings(max_examples=200)
def test_tracking_starts_at_a_source_and_passes_cover_what_they_name(case: Any) -> None:
    *_, plan = case
    for sweep, each in parts(plan):
        step = 1 if sweep.direction == "forward" else -1
        path = [source.frame * step for source in each.sources]
        assert path == sorted(set(path))
        assert each.carried or each.start in [source.frame for source in each.sources]
        assert all(at * step >= each.start * step for at in written(each))
        touched = [each.start, *written(each)]
        assert sweep.first <= min(touched) <= max(touched) <= sweep.last
    for sweep in plan.passes if plan else ():
        assert sweep.labels


@given(planned())
@settings(max_examples=200)
def test_every_frame_ahead_of_a_source_is_written_or_has_a_reason(case: Any) -> None:
    """No gap: from the start on, only barriers, edits and what another pass writes are left out."""
    scene, request, _, plan = case
    if plan is None or request.direction in ("both", "frame") or request.start in scene.state().barriers:
        return
    barriers = scene.state().barriers
    block = block_of(request.start, scene.state().settings.block_size, FRAMES)
    for sweep, each in parts(plan):
        edited = set(scene.live().edited_frames(each.label).tolist())
        step = 1 if sweep.direction == "forward" else -1
        at = max(request.start, each.start) if step == 1 else min(request.start, each.start)
        expected = set()
        while block.first <= at <= block.last and at not in barriers and abs(at - request.start) < reached(request):
            expected.add(at)
            at += step
        assert expected - set(written(each)) <= edited


@given(planned())
@settings(max_examples=200)
def test_the_lead_in_rewrites_nothing(case: Any) -> None:
    scene, request, _, plan = case
    for sweep, each in parts(plan):
        step = 1 if sweep.direction == "forward" else -1
        lead_in = [at for at in written(each) if (at - request.start) * step < 0]
        assert not set(lead_in) & set(scene.live().frames(each.label).tolist())


@given(planned())
@settings(max_examples=200)
def test_sources_are_what_a_person_gave_or_a_mask_next_to_the_reach(case: Any) -> None:
    scene, request, _, plan = case
    state, live = scene.state(), scene.live()
    block = block_of(request.start, state.settings.block_size, FRAMES)
    for _, each in parts(plan):
        for source in each.sources:
            if source.prompts:
                assert source.prompts == tuple(p.seq for p in state.prompts_on(source.frame, each.label))
                assert block.first <= source.frame <= block.last
                assert source.frame not in state.barriers
            else:
                assert source.record == live.record(source.frame, each.label)
                assert live.index.object_score[source.record] > 0
                edited = source.frame in live.edited_frames(each.label)
                outside = not block.first <= source.frame <= block.last
                assert edited or outside or source.frame in state.barriers


@given(planned())
@settings(max_examples=200)
def test_carry_needs_memory_that_still_holds(case: Any) -> None:
    scene, request, memories, plan = case
    carried = [(sweep, each) for sweep, each in parts(plan) if each.carried]
    if plan:
        assert (plan.continues is not None) == (plan.transition == "carry") == bool(carried)
    for sweep, each in carried:
        block = block_of(request.start, scene.state().settings.block_size, FRAMES)
        inside = block.first <= each.continues.frame <= block.last
        assert inside or scene.state().settings.transition == "carry"
        assert any(
            (memory.run, memory.frame, memory.way) == (each.continues.run, each.continues.frame, sweep.direction)
            and each.label in memory.labels
            for memory in memories
        )
        assert each.start == each.continues.frame + (1 if sweep.direction == "forward" else -1)
        record = scene.live().record(each.continues.frame, each.label)
        assert scene.index.row(record).run == each.continues.run <= plan.continues.run


@given(planned())
def test_the_same_annotation_gives_the_same_plan(case: Any) -> None:
    scene, request, memory, plan = case
    if plan:
        assert plan_run(scene.state(), scene.live(), FRAMES, request, memory) == plan
