"""Keys pressed in the real app; what they do is checked in the session and on the screen."""

import msgspec
import pytest
from textual import events

from samannot_tui.session.commands import AddLabel
from samannot_tui.session.view import View
from samannot_tui.tui.place import RunStatus
from samannot_tui.tui.widgets.features import FeaturePane
from samannot_tui.tui.widgets.labels import LabelPane
from samannot_tui.tui.widgets.message_line import MessageLine
from samannot_tui.tui.widgets.resources import ResourcePane
from samannot_tui.tui.widgets.status import StatusLine
from samannot_tui.tui.widgets.timeline import Timeline
from tests.tui.conftest import FRAMES, Desk, OpenDesk


def status(at: Desk) -> str:
    return at.screen.query_one(StatusLine).render().plain


def message(at: Desk) -> str:
    return at.screen.query_one(MessageLine).text


def lines(at: Desk, pane: type[LabelPane] | type[Timeline]) -> list[str]:
    widget = at.screen.query_one(pane)
    return [widget.render_line(y).text for y in range(widget.size.height)]


async def add_labels(at: Desk, *names: str) -> None:
    for name in names:
        await at.press("a")
        await at.type(name)
        await at.press("enter")


async def test_steps_and_jumps(desk: OpenDesk) -> None:
    async with desk() as at:
        for keys, frame in (
            (["right"], 1),
            (["l", "l"], 3),
            (["left"], 2),
            (["h"], 1),
            (["shift+right"], 11),
            (["L"], 21),
            (["L"], 29),
            (["H"], 19),
            (["shift+left"], 9),
            (["home"], 0),
            (["left"], 0),
            (["end"], FRAMES - 1),
            (["g", "1", "7", "enter"], 17),
        ):
            await at.press(*keys)
            assert at.screen.place.frame == frame, keys
        assert f"frame 17/{FRAMES - 1}" in status(at)


async def test_going_to_no_frame_is_refused_and_can_be_mended(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("g", "9", "9", "enter")
        assert at.told == ["“99” is not a frame; type a number from 0 to 29."]
        await at.press("backspace", "enter")
        assert at.screen.place.frame == 9
        await at.press("g", "3", "escape", "right")
        assert at.screen.place.frame == 10


async def test_blocks(desk: OpenDesk) -> None:
    from samannot_tui.session.commands import ChangeSetting

    async with desk() as at:
        at.session.submit(ChangeSetting("block_size", 12))
        await at.settle()
        assert "block 1/3" in status(at)
        for key, frame in (
            ("right_square_bracket", 12),
            ("l", 13),
            ("left_square_bracket", 12),
            ("left_square_bracket", 0),
            ("left_square_bracket", 0),
            ("right_square_bracket", 12),
            ("right_square_bracket", 24),
            ("right_square_bracket", 24),
        ):
            await at.press(key)
            assert at.screen.place.frame == frame
        assert "block 3/3" in status(at)


async def test_labels(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_labels(at, "left child", "right", "鳥")
        assert [label.name for label in at.session.state.labels.values()] == ["left child", "right", "鳥"]
        assert "█ 3 鳥" in status(at)
        await at.press("up")
        assert at.screen.place.label == 2
        await at.press("k", "k", "k")
        assert at.screen.place.label == 1
        await at.press("j", "down", "j")
        assert at.screen.place.label == 3
        await at.press("2")
        assert at.screen.place.label == 2
        await at.press("r", *["backspace"] * 5, "d", "o", "g", "enter")
        assert at.session.state.labels[2].name == "dog"
        await at.press("o")
        assert at.session.state.labels[2].hidden
        assert [line.split() for line in lines(at, LabelPane)[:3]] == [
            ["1", "█", "left", "child"],
            ["2", "█", "dog", "(hidden)"],
            ["3", "█", "鳥"],
        ]
        await at.press("o")
        assert not at.session.state.labels[2].hidden


async def test_refusals_are_sentences_without_markup(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_labels(at, "[bold]dog[/nonsense]")
        await add_labels(at, "[bold]dog[/nonsense]")
        assert at.told[-1] == "Label 1 is already called [bold]dog[/nonsense]; names are unique."
        assert lines(at, LabelPane)[0].split() == ["1", "█", "[bold]dog[/nonsense]"]
        await at.press("7")
        assert at.told[-1] == "There is no label 7; a adds one."
        await at.press("f", "x", "enter", "escape")
        assert at.told[-1].startswith("A feature is typed as name = value")
        await at.press("F")
        assert at.told[-1].startswith("No feature of this label changes on this frame")


async def test_what_needs_a_label_says_so(desk: OpenDesk) -> None:
    async with desk() as at:
        for key in ("r", "o", "f", "p", "b", "t", "m", "delete"):
            await at.press(key)
            assert at.told[-1] == "There is no label yet: press a to add one.", key
            assert at.screen.place.mode is None


async def test_features_hold_until_the_next_change(desk: OpenDesk) -> None:
    def shown() -> list[str]:
        return str(at.screen.query_one(FeaturePane).content).split()

    async with desk() as at:
        await add_labels(at, "dog")
        await at.press("L", "f")
        await at.type("posture = jumping")
        await at.press("enter")
        assert shown() == ["posture", "jumping", "◆", "@10"]
        await at.press("home", "f")
        await at.type("lying")
        await at.press("enter")
        assert shown() == ["posture", "lying", "◆", "@0"]
        await at.press("L", "l")
        assert shown() == ["posture", "jumping", "@10"]
        await at.press("h", "F", "l")
        assert shown() == ["posture", "lying", "@0"]
        await at.press("u")
        assert shown() == ["posture", "jumping", "@10"]


async def test_undo_and_redo_name_what_they_did(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_labels(at, "dog")
        await at.press("c")
        assert at.session.state.barriers == {0}
        assert "┃ barrier" in status(at)
        await at.press("u")
        assert at.session.state.barriers == set()
        assert message(at) == "Undone: the barrier at frame 0."
        await at.press("u")
        assert at.session.state.labels == {}
        assert at.screen.place.label is None
        assert message(at) == "Undone: the label dog."
        await at.press("u")
        assert at.told[-1] == "There is nothing to undo."
        await at.press("ctrl+r")
        assert message(at) == "Redone: the label dog."
        assert at.screen.place.label == 1


async def test_views_cycle_and_names_toggle(desk: OpenDesk) -> None:
    async with desk() as at:
        for view in ("masks", "original", "prompts", "overlay"):
            await at.press("v")
            assert at.screen.place.kept.view == view
            assert view in status(at)
        await at.press("i")
        assert at.screen.place.kept.names


async def test_reopening_returns_to_the_same_place(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_labels(at, "dog", "cat")
        await at.press("1", "L", "v", "plus")
        kept = at.screen.place.kept
        assert kept == View(frame=10, label=1, view="masks", side_width=34)
    async with desk() as at:
        assert at.screen.place.kept == kept
        assert "frame 10/29" in status(at)
        assert at.screen.query_one("#side").size.width == 34


async def test_leaving_by_q_keeps_the_view_and_ends_the_app(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("L", "q")
        assert not at.app.is_running
        view = msgspec.json.decode((at.session.folder / "view.json").read_bytes())
        assert view["frame"] == 10


@pytest.mark.parametrize("kept", [b"", b"{", b'{"frame": 9999, "label": 77}', b'{"frame": -1}', b"[" * 5000])
async def test_a_broken_view_is_no_obstacle(desk: OpenDesk, session_folder, kept: bytes) -> None:  # type: ignore[no-untyped-def]
    (session_folder / "view.json").write_bytes(kept)
    async with desk() as at:
        assert 0 <= at.screen.place.frame < FRAMES
        assert at.screen.place.label is None


async def test_read_only_says_so_and_refuses(desk: OpenDesk) -> None:
    async with desk(), desk() as second:
        assert second.client.read_only
        assert second.client.read_only in second.told
        assert "read-only" in status(second)
        told = len(second.told)
        for key in ("c", "a", "p", "t", "m", "r", "f", "greater_than_sign", "u"):
            await second.press(key)
            assert len(second.told) == told + 1, key
            assert second.told[-1] == second.client.read_only
            told = len(second.told)
        await second.press("l")
        assert second.screen.place.frame == 1
        assert second.session.state.barriers == set()


async def test_a_click_picks_a_label(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_labels(at, "dog", "cat", "cow")
        await at.pilot.click(LabelPane, offset=(6, 2))
        await at.settle()
        assert at.screen.place.label == 2


async def test_many_labels_scroll_to_the_active_one(desk: OpenDesk) -> None:

    async with desk() as at:
        for number in range(40):
            at.session.submit(AddLabel(f"label {number}"))
        await at.settle()
        for _ in range(39):
            await at.pilot.press("j")
        await at.settle()
        assert at.screen.place.label == 40
        assert any("label 39" in line for line in lines(at, LabelPane))


async def test_resources_show_what_was_read(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.until(lambda: "CPU" in str(at.screen.query_one(ResourcePane).content))
        assert str(at.screen.query_one(ResourcePane).content).split() == [
            *("CPU", "██░░░░░░", "25", "%"),
            *("RAM", "█░░░░░░░", "3.0/24", "G"),
        ]


@pytest.mark.parametrize(("size", "side", "rows"), [((80, 24), 0, 3), ((120, 40), 30, 8), ((200, 60), 40, 8)])
async def test_the_panes_fit_the_terminal(desk: OpenDesk, size: tuple[int, int], side: int, rows: int) -> None:
    async with desk(size=size) as at:
        assert at.screen.query_one("#side").display is (side > 0)
        assert at.screen.query_one("#side").size.width == side
        assert at.screen.query_one(Timeline).size.height == rows
        await at.press("tab")
        assert at.screen.query_one("#side").display is (side == 0)
        await at.press("tab")
        assert at.screen.query_one("#side").display is (side > 0)


async def test_keys_typed_into_a_question_do_nothing_else(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("a")
        await at.type("quick vivid ox")
        await at.press("right", "up", "escape")
        assert at.app.is_running
        assert at.screen.place.kept == View()
        assert at.session.state.labels == {}


async def test_keys_that_come_all_at_once_reach_what_they_were_meant_for(desk: OpenDesk) -> None:
    async with desk() as at:
        for key in ("g", "1", "7", "enter", "l", "a", "d", "o", "g", "enter", "L"):
            at.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await at.pilot.pause()
        await at.settle()
        assert [label.name for label in at.session.state.labels.values()] == ["dog"]
        assert at.screen.place.frame == 28


async def test_a_prompt_typed_right_after_a_new_label_is_the_new_labels(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_labels(at, "dog")
        for key in ("a", "c", "a", "t", "enter", "t", "9", ",", "8", "enter"):
            at.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await at.pilot.pause()
        await at.settle()
        assert [placed.label for placed in at.session.state.prompts.values()] == [2]
        assert at.screen.place.label == 2


async def test_a_long_name_stays_short_in_sentences(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_labels(at, "鳥" * 50)
        assert message(at) == f"Label 1 is {'鳥' * 11} …: p places points on it, b a box."
        assert at.told == [], "the line has room for it"


async def test_a_new_session_says_how_to_begin(desk: OpenDesk) -> None:
    async with desk() as at:
        assert message(at) == "To begin, a adds a label, that is one instance; ? shows every key."
        await add_labels(at, "dog")
    async with desk() as at:
        assert message(at) == ""


async def test_a_sentence_told_again_is_on_the_screen_once(desk: OpenDesk) -> None:
    async with desk() as at:
        for key in ("g", "9", "9", "enter", "enter", "enter"):
            await at.press(key)
        assert at.told == ["“99” is not a frame; type a number from 0 to 29."] * 3
        assert len(at.app._notifications) == 1


@pytest.mark.parametrize("width", [40, 60, 80, 100])
async def test_the_status_line_says_how_far_a_run_is_at_any_width(desk: OpenDesk, width: int) -> None:
    async with desk((width, 24)) as at:
        await add_labels(at, "the child on the left")
        at.screen.place.run = RunStatus("forward", 17, 100, 87.0)
        said = status(at).rstrip().removesuffix(" · cells").removesuffix("flow").rstrip()
        assert said.endswith("run ▶ 17/100 1:27 left")
        assert "frame 0/29" in status(at)
        assert status(at).strip().startswith("square") == (width >= 80)


async def test_two_feature_changes_on_one_frame_are_told_apart(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_labels(at, "dog")
        for text in ("mood = calm", "posture = lying"):
            await at.press("f", *["backspace"] * 20)
            await at.type(text)
            await at.press("enter")
        await at.press("F", *["backspace"] * 20)
        await at.type("posture")
        await at.press("enter")
        assert at.session.state.features[1]["posture"].frames == []
        assert at.session.state.features[1]["mood"].frames == [0]


async def test_clicking_elsewhere_while_a_question_is_open(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_labels(at, "dog", "cat")
        await at.press("r", *["backspace"] * 3)
        await at.pilot.click(LabelPane, offset=(6, 1))
        await at.type("cow")
        await at.press("enter")
        assert [label.name for label in at.session.state.labels.values()] == ["dog", "cow"]
