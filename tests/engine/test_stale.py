"""Which blocks went on from what has been replaced since. Blocks here have 10 frames."""

import pytest

from samannot_tui.engine.continuations import Memory
from samannot_tui.engine.stale import stale_blocks
from samannot_tui.masks.index import IndexRow, RecordSource
from tests.engine.scene import LINE, Scene, frames, only


class Chain:
    """Blocks 0, 1 and 2 tracked one after the other, from a prompt on frame 0."""

    def __init__(self, transition: str) -> None:
        self.scene = Scene(transition=transition)
        self.memories: list[Memory] = []
        self.scene.point(1, 0)
        for start in (0, 10, 20):
            self.run(start)

    def run(self, start: int) -> int:
        plan = self.scene.plan(start, memories=self.memories)
        last = plan.passes[0].last
        run = self.scene.run({1: frames(start, last)}, plan=plan)
        if self.scene.state().settings.transition == "carry":
            self.memories.append(Memory(run, last, "forward", frozenset({1})))
        if self.scene.state().settings.transition == "points":
            for placed in self.scene.state().prompts_on(last + 1, 1):
                self.scene.unpoint(placed.seq, auto=run)
            self.scene.point(1, last + 1, auto=run)
        return run

    def stale(self) -> tuple[int, ...]:
        return stale_blocks(self.scene.state(), self.scene.live())


@pytest.mark.parametrize("transition", ["carry", "mask", "points"])
def test_running_a_block_again_makes_all_that_went_on_from_it_stale_until_they_run_again(transition: str) -> None:
    chain = Chain(transition)
    assert chain.stale() == ()
    chain.scene.point(1, 4)
    chain.run(0)
    assert chain.stale() == (1, 2)
    chain.run(10)
    assert chain.stale() == (2,)
    chain.run(20)
    assert chain.stale() == ()


@pytest.mark.parametrize("transition", ["carry", "mask"])
def test_undoing_the_run_makes_nothing_stale(transition: str) -> None:
    chain = Chain(transition)
    again = chain.run(0)
    assert chain.stale() == (1, 2)
    chain.scene.undo(again)
    assert chain.stale() == ()


def test_an_edit_where_the_next_block_began_makes_it_stale() -> None:
    chain = Chain("mask")
    chain.scene.edit(1, 9)
    assert chain.stale() == (1, 2)


def test_memory_of_an_edited_frame_that_its_run_started_from_is_not_replaced_by_that_edit() -> None:
    scene = Scene()
    scene.point(1, 0)
    scene.edit(1, 9)
    first = scene.run({1: frames(0, 8)}, plan=scene.plan(0))
    plan = scene.plan(10, memory=Memory(first, 9, "forward", frozenset({1})))
    assert only(plan).carried
    scene.run({1: frames(10, 19)}, plan=plan)
    assert stale_blocks(scene.state(), scene.live()) == ()
    scene.edit(1, 9)
    assert stale_blocks(scene.state(), scene.live()) == (1,)


def test_blocks_with_prompts_of_their_own_do_not_depend_on_others() -> None:
    scene = Scene(transition="mask")
    for start in (0, 10):
        scene.point(1, start)
        scene.run({1: frames(start, start + 9)}, plan=scene.plan(start))
    scene.run({1: frames(0, 9)}, plan=scene.plan(0))
    assert stale_blocks(scene.state(), scene.live()) == ()


def test_a_mask_that_names_a_run_there_never_was_is_not_stale() -> None:
    chain = Chain("mask")
    chain.run(0)
    scene = chain.scene
    scene.index.extend([IndexRow(3, 1, RecordSource.EDITED, 2**31 - 1, 5.0, 0.9, scene.index.count * LINE, LINE)])
    scene.use_as_edit(1, 3, scene.index.count)
    assert chain.stale() == (1, 2)
