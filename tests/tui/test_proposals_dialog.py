"""Proposals by keys: searched for beside the screen, gone to, and taken up as one undo step each."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from textual.widgets import OptionList, Static

from samannot_tui.review import cuts
from samannot_tui.review.cuts import Cut
from samannot_tui.review.swaps import Swap
from samannot_tui.session.commands import AddLabel, AdoptSchema, ReassignMasks, SetBarrier
from samannot_tui.session.events import MasksReassigned
from samannot_tui.session.schema import LabelClass, Schema
from samannot_tui.tui.screens.proposals import ProposalsScreen
from samannot_tui.tui.widgets.message_line import MessageLine
from tests.tui.conftest import Desk, OpenDesk
from tests.tui.test_identity_dialog import CAT, DOG, annotate


@pytest.fixture(autouse=True)
def two_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clip has none."""
    monkeypatch.setattr("samannot_tui.jobs.proposing.find_cuts", lambda source, go_on: [Cut(8, 0.5), Cut(25, 0.91)])


def told(at: Desk) -> str:
    return str(at.app.screen.query_one("#told", Static).content)


def lines(at: Desk) -> list[str]:
    options = at.app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(row).prompt) for row in range(options.option_count)]


async def found(at: Desk) -> None:
    """Open the dialog and wait for the end of the search."""
    await at.press("C")
    assert isinstance(at.app.screen, ProposalsScreen)
    await at.until(lambda: told(at).endswith("found."))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_was_found_is_listed_and_gone_to(desk: OpenDesk, size: tuple[int, int]) -> None:
    async with desk(size) as at:
        await annotate(at, crossed_from=13)
        at.session.submit(AdoptSchema(Schema((LabelClass("dog", edge="forbidden"),))))
        await at.settle()
        await found(at)
        assert lines(at) == [
            "swap    dog and cat may have exchanged places at frame 13.",
            "schema  cat is of no class; begin its name with one of the schema's classes: dog.",
            "cut     A new shot begins at frame 8 (50% of the picture changes).",
            "cut     A new shot begins at frame 25 (91% of the picture changes).",
        ]
        await at.press("down", "enter")
        assert told(at) == "That is about the label on every frame."
        await at.press("down", "down", "enter")
        assert at.app.screen is at.screen and at.screen.place.frame == 25
        await at.press("C")
        assert len(lines(at)) == 4 and told(at) == "4 found."
        assert at.app.screen.query_one(OptionList).highlighted == 3, "the next is a key away"
        await at.press("escape")
        assert at.screen.place.frame == 25


async def test_a_swap_is_made_from_there_to_the_next_barrier(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at, crossed_from=13)
        at.session.submit(SetBarrier(18))
        await at.settle()
        before = at.session.live.record(13, DOG)
        await found(at)
        await at.press("s")
        assert told(at) == "Swapped dog and cat on frames 13 to 17; u swaps them back."
        assert at.session.live.record(13, CAT) == before
        assert len(lines(at)) == 2
        await at.press("s")
        assert told(at).startswith("s is for labels that have exchanged places")
        await at.press("escape", "u")
        assert at.screen.query_one(MessageLine).text == "Undone: swap of dog and cat, frames 13 to 17."
        assert sum(isinstance(event, MasksReassigned) for event in at.session.history()) == 1


async def test_barriers_at_one_cut_and_at_all_as_one_undo_step(desk: OpenDesk) -> None:
    async with desk() as at:
        await found(at)
        await at.press("down", "b")
        assert at.session.state.barriers == {25} and lines(at)[1].startswith("cut   ┃ A new shot")
        await at.press("b")
        assert told(at) == "Frame 25 is a barrier already."
        await at.press("B")
        assert at.session.state.barriers == {8, 25} and told(at) == "1 barrier set; u takes them back together."
        await at.press("escape", "u", "u", "C", "B")
        assert at.session.state.barriers == {8, 25}
        await at.press("escape", "u")
        assert at.screen.query_one(MessageLine).text == "Undone: 2 barriers from frame 8 on."
        assert at.session.state.barriers == set()


async def test_a_search_is_told_and_can_be_stopped(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    def slow(source: Any, go_on: Callable[[int, int], bool]) -> list[Cut]:
        for done in range(1, 31):
            if not go_on(done, 30):
                return [Cut(8, 0.5)]
            if done == 15:
                gate.wait(20)
        return []

    monkeypatch.setattr("samannot_tui.jobs.proposing.find_cuts", slow)
    async with desk() as at:
        await at.pilot.press("C")
        for _ in range(400):
            await at.pilot.pause(0.02)
            if "50 %" in told(at):
                break
        assert told(at) == "Looking through the frames: 50 %; Esc stops."
        await at.pilot.press("escape")
        gate.set()
        await at.until(lambda: told(at) == "Stopped. 1 found.")
        assert isinstance(at.app.screen, ProposalsScreen)
        await at.press("escape")
        assert at.app.screen is at.screen
        monkeypatch.setattr("samannot_tui.jobs.proposing.find_cuts", lambda source, go_on: [])
        await at.press("C")
        await at.until(lambda: told(at).startswith("Nothing to ask about"))


async def test_the_real_search_finds_no_cut_in_the_clip(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samannot_tui.jobs.proposing.find_cuts", cuts.find_cuts)
    async with desk() as at:
        await at.press("C")
        await at.until(lambda: told(at).startswith("Nothing to ask about"))
        await at.press("b")
        assert told(at).startswith("b is for cuts")
        await at.press("B")
        assert told(at) == "No cut was found, so there is no barrier to set."


async def test_a_swap_that_was_made_elsewhere_is_not_made_again(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at, crossed_from=13)
        await found(at)
        await at.press("escape")
        at.session.submit(ReassignMasks("swap", DOG, CAT, 13, 29))
        await at.settle()
        before = at.session.live.record(13, DOG)
        await at.press("C", "s")
        assert told(at) == "These masks have changed since they were looked through; r looks again."
        assert at.session.live.record(13, DOG) == before


async def test_a_swap_changes_whom_those_behind_it_are_about(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    swaps = [Swap(5, (DOG, CAT), 0.5), Swap(9, (DOG, 3), 0.5), Swap(12, (DOG, CAT), 0.5)]
    monkeypatch.setattr("samannot_tui.jobs.proposing.find_swaps", lambda masks: swaps)
    async with desk() as at:
        await annotate(at)
        at.session.submit(AddLabel("owl"))
        await at.settle()
        await found(at)
        cats = at.session.live.record(9, CAT)
        await at.press("s")
        assert lines(at)[:2] == [
            "swap    cat and owl may have exchanged places at frame 9.",
            "swap    dog and cat may have exchanged places at frame 12.",
        ]
        await at.press("s")
        assert told(at) == "Swapped cat and owl on frames 9 to 29; u swaps them back."
        assert at.session.live.record(9, DOG) == cats, "of whom that second exchange was not"
