"""The help screen, the palette and the footer all come from the bindings, and every binding can be carried out."""

import pytest
from textual.binding import Binding
from textual.widgets import Static

from samannot_tui.session.commands import AddLabel
from samannot_tui.tui.actions.reviewing import ASKING, JUDGING_ALONE
from samannot_tui.tui.actions.sheet import SHEET_ALONE
from samannot_tui.tui.app import SamannotApp
from samannot_tui.tui.bindings import BINDINGS, REVIEWING, SHEET, TOPICS
from samannot_tui.tui.place import RunStatus
from samannot_tui.tui.reviewing import Review
from samannot_tui.tui.screens.help import HelpScreen
from samannot_tui.tui.screens.workspace import Workspace
from samannot_tui.tui.sheet import Sheet
from samannot_tui.tui.widgets.key_footer import FooterItem, KeyFooter
from tests.tui.conftest import Desk, OpenDesk

MODAL_ACTIONS = ("crosshair", "place", "flip_sign", "leave_mode", "brush_size", "fill")
SELECTION_ACTIONS = ("deselect",)
RUN_ACTIONS = ("pause_run", "resume_run", "end_run")


@pytest.mark.parametrize("binding", BINDINGS, ids=lambda binding: str(binding.id))
def test_every_binding_is_complete_and_names_a_real_action(binding: Binding) -> None:
    assert binding.id
    assert binding.description
    assert binding.tooltip
    name = binding.action.partition("(")[0].removeprefix("app.")
    owner = SamannotApp if binding.action.startswith("app.") else Workspace
    assert callable(getattr(owner, f"action_{name}"))


def test_ids_are_unique() -> None:
    ids = [binding.id for binding in BINDINGS]
    assert len(ids) == len(set(ids))


def test_two_bindings_on_a_key_are_told_apart_by_the_prompt_mode() -> None:
    by_key: dict[str, list[Binding]] = {}
    annotating = [binding for binding in BINDINGS if binding not in (*REVIEWING.bindings, *SHEET.bindings)]
    for binding in Binding.make_bindings(annotating):
        if not binding.action.startswith(RUN_ACTIONS):
            by_key.setdefault(binding.key, []).append(binding)
    for key, bindings in by_key.items():
        modal = [binding.action.startswith(MODAL_ACTIONS) for binding in bindings]
        assert modal in ([True], [False], [True, False]), key


async def test_the_review_and_annotating_share_no_key_at_one_time(desk: OpenDesk) -> None:
    """But for those that do the same in both."""
    async with desk() as at:
        screen = at.screen
        for review in (None, Review(), Review(asks=True), Review(sheet=Sheet(1))):
            screen.place.review = review
            active: dict[str, list[str]] = {}
            for binding in Binding.make_bindings(BINDINGS):
                name, _, _ = binding.action.partition("(")
                if not name.startswith(("app.", *MODAL_ACTIONS)) and screen.check_action(name, ()):
                    active.setdefault(binding.key, []).append(binding.action)
            assert all(len(actions) == 1 for actions in active.values()), active


async def test_help_names_every_key(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("question_mark")
        assert isinstance(at.app.screen, HelpScreen)
        parts = [str(part.content) for part in at.app.screen.query(Static)]
        for topic in TOPICS:
            assert topic.title in parts
            rows = {what: keys.split() for keys, what in at.app.screen.rows(topic)}
            for binding in topic.bindings:
                told = binding.group.description if binding.group and not binding.show else binding.tooltip
                for each in Binding.make_bindings([binding]):
                    shown = at.app.get_key_display(Binding(each.key, each.action))
                    assert shown in rows[told] or shown.removeprefix("shift+") in rows[told]
        await at.press("escape")
        assert at.app.screen is at.screen


def footer_items(at: Desk) -> list[FooterItem]:
    return at.screen.query_one(KeyFooter).items


async def test_a_click_in_the_footer_presses_the_key(desk: OpenDesk) -> None:
    async with desk() as at:
        footer = at.screen.query_one(KeyFooter)
        text = footer.render().plain
        view = at.screen.place.kept.view
        await at.pilot.click(KeyFooter, offset=(text.index("v View") + 3, 0))
        await at.settle()
        assert at.screen.place.kept.view != view
        await at.pilot.click(KeyFooter, offset=(text.index("> < = R Run") + 6, 0))
        await at.settle()
        assert at.told == ["There is no label yet: press a to add one."]
        await at.pilot.click(KeyFooter, offset=(text.index("? Help"), 0))
        await at.settle()
        assert isinstance(at.app.screen, HelpScreen)


async def test_the_footer_says_what_escape_would_do(desk: OpenDesk) -> None:
    def footer() -> list[str]:
        return [item.description for item in footer_items(at) if item.keys[0][0] == "escape"]

    async with desk() as at:
        assert footer() == []
        at.session.submit(AddLabel("dog"))
        await at.settle()
        await at.press("p")
        assert footer() == ["Leave"]
        at.screen.place.run = RunStatus("forward")
        await at.press("escape")
        assert footer() == ["Pause"]
        at.screen.place.run = RunStatus("forward", paused=True)
        at.screen.refresh_bindings()
        await at.settle()
        assert footer() == ["Resume"]


async def test_the_way_to_all_keys_is_in_the_footer_at_any_width(desk: OpenDesk) -> None:
    async with desk((30, 10)) as at:
        assert footer_items(at)[0].description == "Help"


async def test_the_palette_offers_what_can_be_done_now(desk: OpenDesk) -> None:
    not_now = (*MODAL_ACTIONS, *RUN_ACTIONS, *SELECTION_ACTIONS, *ASKING, *JUDGING_ALONE, *SHEET_ALONE)
    async with desk() as at:
        titles = {command.title for command in at.app.get_system_commands(at.screen)}
        assert titles == {b.tooltip for b in BINDINGS} - {b.tooltip for b in BINDINGS if b.action.startswith(not_now)}
        (command,) = [c for c in at.app.get_system_commands(at.screen) if c.title == "Go to the last frame"]
        await command.callback()
        assert at.screen.place.frame == 29


@pytest.mark.parametrize("width", [30, 60, 80, 120])
async def test_the_footer_shows_keys_whole_or_not_at_all(desk: OpenDesk, width: int) -> None:
    async with desk((width, 24)) as at:
        await at.pilot.pause()
        for _ in range(2):
            footer = at.screen.query_one(KeyFooter)
            ends = [footer.render().plain.endswith(item.description) for item in footer.items]
            assert ends[-1] and footer.render().cell_length <= width
            assert len(footer.items) == len(list(footer._items())) or width < 120
            await at.press("p", "escape")
            await at.pilot.pause()
