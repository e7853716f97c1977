"""Features by keys: suggested values, where they were set, taken away here and everywhere, and a schema's word."""

import pytest

from samannot_tui.session.commands import AddLabel, AdoptSchema, SetFeature, Undo
from samannot_tui.session.schema import FeatureRule, LabelClass, Schema
from samannot_tui.tui.widgets.features import FeaturePane
from samannot_tui.tui.widgets.key_footer import KeyFooter
from samannot_tui.tui.widgets.message_line import MessageLine
from samannot_tui.tui.widgets.suggestions import Suggestions
from tests.tui.conftest import Desk, OpenDesk


def offered(at: Desk) -> str:
    return at.screen.query_one(Suggestions).render().plain


def pane(at: Desk) -> list[str]:
    return [line.strip() for line in str(at.screen.query_one(FeaturePane).content).splitlines()]


def said(at: Desk) -> str:
    return at.screen.query_one(MessageLine).text


def value(at: Desk, name: str, frame: int, label: int = 1) -> tuple[int, str] | None:
    return at.session.state.features[label][name].at(frame)


async def annotate(at: Desk) -> None:
    for command in (
        AddLabel("dog"),
        AddLabel("cat"),
        SetFeature(1, "posture", 0, "sits"),
        SetFeature(2, "posture", 3, "jumps"),
    ):
        at.session.submit(command)
    await at.settle()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_earlier_values_are_filled_in_by_tab(desk: OpenDesk, size: tuple[int, int]) -> None:
    async with desk(size) as at:
        await annotate(at)
        await at.press("g", "5", "enter", "f")
        assert offered(at).strip() == "Tab  posture = sits · posture = jumps"
        assert at.screen.query_one(Suggestions).display and not at.screen.query_one(KeyFooter).display
        await at.press("tab", "tab", "enter")
        assert value(at, "posture", 5) == (5, "jumps")
        assert said(at) == "posture = jumps of dog from frame 5 on."
        assert at.screen.query_one(KeyFooter).display and not at.screen.query_one(Suggestions).display


async def test_what_is_typed_narrows_the_suggestions(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("f", *["backspace"] * len("posture = "))
        assert offered(at).strip().startswith("Tab  posture = sits · posture = jumps · presence = visible")
        await at.type("occ")
        assert offered(at).strip() == "Tab  presence = occluded"
        await at.press("down", "enter")
        assert value(at, "presence", 0) == (0, "occluded")
        await at.press("f")
        await at.type("zzz")
        assert offered(at).strip() == "Tab  nothing fits"
        await at.press("tab", "escape")


async def test_the_pane_says_since_when_and_what_was_set_here(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        assert pane(at) == ["posture  sits  ◆ @0"]
        await at.press("right", "right")
        assert pane(at) == ["posture  sits  @0"]
        await at.press("down")
        assert pane(at) == ["posture  –"]


async def test_a_feature_is_removed_everywhere_after_a_question(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("g", "7", "enter", "f")
        await at.type("lies")
        await at.press("enter", "f", *["backspace"] * len("posture = "))
        await at.type("remove")
        assert offered(at).strip() == "Tab  remove posture"
        await at.press("tab", "enter")
        assert at.screen.ask_line.is_open
        await at.press(*["backspace"] * 3, "n", "o", "enter")
        assert said(at) == "posture is kept." and "posture" in at.session.state.features[1]
        await at.press("f", *["backspace"] * len("posture = "))
        await at.type("remove posture")
        await at.press("enter", "enter")
        assert "posture" not in at.session.state.features[1] and "posture" in at.session.state.features[2]
        assert said(at) == "posture of dog is gone on every frame; u brings it back."
        await at.press("u")
        assert value(at, "posture", 9) == (7, "lies")
        await at.press("f")
        await at.press(*["backspace"] * len("posture = "))
        await at.type("remove colour")
        await at.press("enter")
        assert at.told[-1] == "dog has no feature colour."


async def test_a_change_is_taken_back_here(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        await at.press("F")
        assert said(at) == "posture of dog no longer changes at frame 0; u brings it back."
        assert at.session.state.features[1]["posture"].frames == []


async def test_a_schema_offers_its_values_and_warns_of_others(desk: OpenDesk) -> None:
    async with desk() as at:
        await annotate(at)
        rules = (FeatureRule("posture", ("lies", "stands")), FeatureRule("claws", ("out", "in"), ("cat",)))
        at.session.submit(AdoptSchema(Schema((LabelClass("dog"), LabelClass("cat")), rules)))
        await at.settle()
        assert pane(at) == ["posture  sits !  ◆ @0"]
        await at.press("f")
        assert offered(at).strip() == "Tab  posture = lies · posture = stands"
        await at.type("runs")
        await at.press("enter")
        assert at.told[-1] == "posture of dog is runs; the schema allows lies, stands."
        assert value(at, "posture", 0) == (0, "runs")
        await at.press("down")
        assert pane(at) == ["claws  –", "posture  –"]


async def test_a_label_that_is_undone_as_its_feature_is_set(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as at:
        at.session.submit(AdoptSchema(Schema((LabelClass("dog"),))))
        at.session.submit(AddLabel("dog"))
        await at.settle()
        taken_in = at.screen.taken_in

        async def undone_meanwhile() -> None:
            at.session.submit(Undo())
            at.session.submit(Undo())
            await taken_in()

        monkeypatch.setattr(at.screen, "taken_in", undone_meanwhile)
        await at.press("f", *"size=big", "enter")
        assert at.session.state.labels == {} and at.app.is_running
