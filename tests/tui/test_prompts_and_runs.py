"""Prompts, masks, runs and exports, by keys and mouse, with the real engine in its own process."""

import json
from collections.abc import Callable

from samannot_tui.graphics.pictures import CellPicture
from samannot_tui.masks.rle import area, decode
from samannot_tui.session.prompts import BoxPrompt, PointPrompt, Prompt
from samannot_tui.tui.screens.export import ExportScreen
from samannot_tui.tui.widgets.canvas import Canvas
from samannot_tui.tui.widgets.message_line import MessageLine
from tests.graphics.decoders import cell_screen
from tests.tui.conftest import FRAMES, HEIGHT, WIDTH, Desk, OpenDesk


async def with_label(at: Desk) -> None:
    await at.press("a", "d", "o", "g", "enter")


def prompts(at: Desk) -> list[Prompt]:
    return [placed.prompt for placed in at.session.state.prompts.values()]


def masked(at: Desk, frame: int = 0) -> Callable[[], bool]:
    return lambda: at.screen.place.live.record(frame, 1) is not None and not at.screen.place.pending


async def test_a_point_by_crosshair_gets_a_mask(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("p")
        assert "point + at 48,32" in at.screen.query_one(MessageLine).text
        step = at.screen.place.extent.coarse_step
        await at.press(*["left"] * 10, "up", "shift+down", "ctrl+right", "enter")
        assert prompts(at) == [PointPrompt(48 - 10 * step + 5, 32 - step + 1)]
        await at.until(masked(at))
        record = at.screen.place.live.record(0, 1)
        assert record is not None
        mask = decode(at.session.masks.read(record).rle)
        assert mask[30, 20]
        await at.press("escape")
        assert at.screen.place.mode is None
        await at.press("right")
        assert at.screen.place.frame == 1


async def test_typed_prompts(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        for text in ("4,20 27,43", "16,30", "-60,30"):
            await at.press("t")
            await at.type(text)
            await at.press("enter")
        assert prompts(at) == [BoxPrompt(4, 20, 27, 43), PointPrompt(16, 30), PointPrompt(60, 30, False)]
        await at.press("t")
        await at.type("96,3")
        await at.press("enter")
        assert at.told[-1].startswith("96,3 lies outside the frame")
        await at.press("escape")
        await at.until(masked(at))


async def test_a_box_by_two_corners_and_escape_out_of_it(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("b", "space")
        assert at.screen.place.mode is not None
        assert at.screen.place.mode.corner == (48, 32)
        await at.press("escape")
        assert at.screen.place.mode.corner is None
        await at.press("enter", "right", "l")
        assert at.screen.place.mode.corner is None, "a corner belongs to its frame"
        await at.press("h", "enter", "left", "up", "enter")
        step = at.screen.place.extent.coarse_step
        assert prompts(at) == [BoxPrompt(48 + step - step, 32 - step, 48 + step, 32)]


async def test_the_sign_key_and_removing_the_nearest(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("p", "enter", "s", "right", "right", "enter")
        step = at.screen.place.extent.coarse_step
        assert prompts(at) == [PointPrompt(48, 32), PointPrompt(48 + 2 * step, 32, False)]
        await at.press("shift+left", "delete")
        assert prompts(at) == [PointPrompt(48, 32)]
        await at.press("backspace")
        assert prompts(at) == []
        await at.press("backspace")
        assert at.told[-1] == "The active label has no prompt on this frame."
        await at.until(lambda: not at.screen.place.pending)
        await at.press("u")
        assert at.screen.query_one(MessageLine).text
        assert prompts(at) == [PointPrompt(48, 32)]


def cell_of(at: Desk, x: float, y: float) -> tuple[int, int]:
    canvas = at.screen.query_one(Canvas)
    assert canvas.viewport is not None and canvas.target is not None
    u, v = canvas.viewport.to_output(x, y)
    return int(u / canvas.target.cell[0]), int(v / canvas.target.cell[1])


async def test_mouse_points(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.until(lambda: at.screen.query_one(Canvas).viewport is not None)
        await at.pilot.click(Canvas, offset=cell_of(at, 10, 30))
        assert prompts(at) == []
        await at.press("p")
        await at.pilot.click(Canvas, offset=cell_of(at, 16, 30))
        await at.pilot.click(Canvas, offset=cell_of(at, 60, 30), control=True)
        await at.settle()
        first, second = prompts(at)
        assert isinstance(first, PointPrompt) and isinstance(second, PointPrompt)
        assert first.positive and not second.positive
        assert abs(first.x - 16) <= 1 and abs(first.y - 30) <= 1
        await at.pilot.click(Canvas, offset=cell_of(at, 60, 30), button=3)
        await at.settle()
        assert prompts(at) == [first]


async def test_a_mouse_box_by_drag_and_by_two_clicks(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.until(lambda: at.screen.query_one(Canvas).viewport is not None)
        await at.press("b")
        await at.pilot.mouse_down(Canvas, offset=cell_of(at, 4, 20))
        await at.pilot.hover(Canvas, offset=cell_of(at, 28, 44))
        await at.pilot.mouse_up(Canvas, offset=cell_of(at, 28, 44))
        await at.settle()
        (dragged,) = prompts(at)
        await at.pilot.click(Canvas, offset=cell_of(at, 4, 20))
        await at.pilot.click(Canvas, offset=cell_of(at, 28, 44))
        await at.settle()
        assert isinstance(dragged, BoxPrompt)
        assert dragged.x1 - dragged.x0 > 20
        assert prompts(at) == [dragged, dragged]


async def box_and_mask(at: Desk) -> None:
    await with_label(at)
    await at.press("t")
    await at.type("4,20 27,43")
    await at.press("enter")
    await at.until(masked(at))


async def test_run_export_undo_and_reopen(desk: OpenDesk) -> None:
    async with desk() as at:
        await box_and_mask(at)
        await at.press("greater_than_sign")
        await at.until(lambda: at.screen.place.run is None and len(at.screen.place.live.frames(1)) == FRAMES)
        assert at.screen.query_one(MessageLine).text.startswith("Run finished: 30 of 30 frames.")
        out = await exported(at)
        assert len(list((out / "png").rglob("*.png"))) >= FRAMES
        assert json.loads(next((out / "png").rglob("labels.json")).read_bytes())
        await at.press("u")
        assert at.screen.query_one(MessageLine).text == "Undone: the run forward from frame 0."
        assert at.screen.place.live.frames(1).tolist() == [0]
        await at.press("ctrl+r")
    async with desk() as at:
        assert at.screen.place.live.frames(1).tolist() == list(range(FRAMES))
        record = at.screen.place.live.record(FRAMES - 1, 1)
        assert record is not None
        assert area(at.session.masks.read(record).rle) > 100


async def test_backward_both_and_this_frame_alone(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press(*["right"] * 5, "t", *"14,20 37,43", "enter")
        await at.until(masked(at, 5))
        await at.press("less_than_sign")
        await at.until(lambda: at.screen.place.run is None and len(at.screen.place.live.frames(1)) == 6)
        await at.press("equals_sign")
        await at.until(lambda: at.screen.place.run is None and len(at.screen.place.live.frames(1)) == FRAMES)
        await at.press("u", "u")
        kept = at.screen.place.live.record(5, 1)
        await at.press("m")
        await at.until(lambda: at.screen.place.live.record(5, 1) != kept)
        assert at.screen.place.live.frames(1).tolist() == [5]


async def exported(at: Desk):  # type: ignore[no-untyped-def]
    await at.press("e")
    assert isinstance(at.app.screen, ExportScreen)
    await at.press("tab", "enter")
    await at.until(lambda: bool(at.app.screen.query_one("#written").display))
    await at.press("escape")
    assert at.app.screen is at.screen
    return at.session.folder.parent / "square-export"


async def test_a_run_without_anything_to_do_is_refused(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("greater_than_sign")
        assert len(at.told) == 1
        assert at.screen.place.run is None
        assert not at.session.state.runs


async def test_escape_pauses_and_resumes_and_x_ends(desk: OpenDesk) -> None:
    async with desk() as at:
        await box_and_mask(at)
        await at.press("greater_than_sign", "escape")
        await at.until(lambda: at.screen.place.run is None or at.screen.place.run.paused)
        if at.screen.place.run is not None:
            assert at.session.state.active_run is not None
            await at.press("escape")
            await at.until(lambda: at.screen.place.run is None or not at.screen.place.run.paused)
            await at.press("x")
        await at.until(lambda: at.screen.place.run is None)
        (run,) = at.session.state.runs.values()
        assert run.outcome in ("ended", "finished")
        assert len(at.screen.place.live.frames(1)) >= 1


async def test_leaving_in_a_run_keeps_what_is_finished(desk: OpenDesk) -> None:
    async with desk() as at:
        await box_and_mask(at)
        await at.press("greater_than_sign")
        await at.until(lambda: len(at.screen.place.live.frames(1)) > 1 or at.screen.place.run is None)
        shown = at.screen.place.live.frames(1).tolist()
        await at.press("q")
    async with desk() as at:
        assert set(shown) <= set(at.screen.place.live.frames(1).tolist())
        (run,) = at.session.state.runs.values()
        assert run.outcome in ("ended", "finished")


async def test_only_the_newest_of_many_steps_needs_to_be_drawn(desk: OpenDesk) -> None:
    async with desk() as at:
        for _ in range(FRAMES):
            await at.pilot.press("l")
        await at.until(lambda: drawn_frame(at) == FRAMES - 1)
        assert (at.screen.place.extent.width, at.screen.place.extent.height) == (WIDTH, HEIGHT)


def drawn_frame(at: Desk) -> int:
    """Which frame the picture on the screen is of, told by where the bright square begins."""
    canvas = at.screen.query_one(Canvas)
    encoded = canvas._encoded
    if encoded is None:
        return -1
    assert isinstance(encoded, CellPicture)
    screen = cell_screen(encoded)
    row = screen[len(screen) // 2].mean(axis=1) > 120
    if not row.any():
        return -1
    x, _ = encoded.viewport.to_source(float(row.argmax()), 0.0)
    return round((x - 4) / 2)


async def test_a_ninth_point_is_warned_of(desk: OpenDesk) -> None:
    async with desk() as at:
        await with_label(at)
        await at.press("p", *["enter", "right"] * 8)
        assert at.told == []
        await at.press("enter")
        assert at.told == ["More than 8 points on one instance in one frame tend to fragment its mask."]
        assert len(prompts(at)) == 9
