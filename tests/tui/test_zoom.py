"""Zoom and pan, by keys and by mouse, in the real app: what is shown, and which pixel is under the pointer."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp

from samannot_tui.render.viewport import PixelRect, Viewport
from samannot_tui.session.commands import AddLabel
from samannot_tui.session.prompts import BoxPrompt, PointPrompt
from samannot_tui.session.view import MAX_ZOOM, read_view
from samannot_tui.tui.prompting import Extent
from samannot_tui.tui.widgets.canvas import Canvas
from samannot_tui.tui.widgets.message_line import MessageLine
from tests.tui.conftest import HEIGHT, WIDTH, Desk, OpenDesk

WHOLE = PixelRect(0, 0, WIDTH, HEIGHT)


async def shown(at: Desk) -> Viewport:
    """The viewport of the picture that is on the screen, once that is the one asked for."""
    canvas = at.screen.query_one(Canvas)
    await at.until(lambda: canvas.viewport is not None and canvas.viewport == at.screen.viewport)
    assert canvas.viewport is not None
    return canvas.viewport


async def add_label(at: Desk) -> None:
    at.session.submit(AddLabel("dog"))
    await at.settle()


async def turn_wheel(at: Desk, kind: type[MouseScrollUp | MouseScrollDown], offset: tuple[int, int]) -> None:
    await at.pilot._post_mouse_events([kind], at.screen.query_one(Canvas), offset=offset, button=0)
    await at.settle()


def cell_of(viewport: Viewport, pixel: tuple[int, int]) -> tuple[int, int]:
    """The canvas cell whose middle lies on a frame's pixel, which is magnified to more than a cell."""
    u, v = viewport.to_output(*pixel)
    return int(u // 2), int(v // 4)


def prompts(at: Desk) -> list[object]:
    return [placed.prompt for placed in at.session.state.prompts.values()]


async def test_keys_zoom_in_and_out_and_back_to_the_whole(desk: OpenDesk) -> None:
    async with desk() as at:
        assert (await shown(at)).source == WHOLE
        await at.press("z", "z")
        near = (await shown(at)).source
        assert abs(WIDTH / near.width - 1.5**2) < 0.2
        assert abs(near.x + near.width / 2 - WIDTH / 2) <= 1 and abs(near.y + near.height / 2 - HEIGHT / 2) <= 1
        await at.press("Z")
        assert (await shown(at)).source.width > near.width
        await at.press("z", "w")
        assert (await shown(at)).source == WHOLE
        assert at.screen.query_one(MessageLine).text == "Whole picture."
        await at.press(*["z"] * 20)
        assert at.screen.place.kept.zoom == MAX_ZOOM
        await at.press(*["Z"] * 20)
        assert (at.screen.place.kept.zoom, at.screen.place.kept.center) == (1, None)


async def test_one_pixel_for_one(desk: OpenDesk) -> None:
    async with desk((60, 20)) as at:
        viewport = await shown(at)
        assert viewport.scale < 1, "else there is nothing to magnify"
        await at.press("W")
        viewport = await shown(at)
        assert viewport.source[2:] == viewport.target[2:]


async def test_panning_never_leaves_the_picture(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("ctrl+left")
        assert (await shown(at)).source == WHOLE
        assert "z magnifies" in at.screen.query_one(MessageLine).text
        await at.press("z", "z", "z")
        middle = (await shown(at)).source
        await at.press("ctrl+right")
        right = (await shown(at)).source
        assert right.x == middle.x + round(middle.width / 4)
        assert (right.y, right.width, right.height) == middle[1:]
        await at.press("alt+left")
        assert (await shown(at)).source == middle
        await at.press(*["ctrl+left"] * 9, *["ctrl+up"] * 9)
        assert (await shown(at)).source[:2] == (0, 0)
        await at.press("ctrl+down")
        assert (await shown(at)).source.y == round(middle.height / 4)
        await at.press(*["ctrl+right"] * 12, *["ctrl+down"] * 12)
        corner = (await shown(at)).source
        assert (corner.x + corner.width, corner.y + corner.height) == (WIDTH, HEIGHT)


async def test_the_wheel_zooms_about_the_pixel_under_it(desk: OpenDesk) -> None:
    async with desk() as at:
        viewport = await shown(at)
        cell = cell_of(viewport, (30, 20))
        under = viewport.to_source(cell[0] * 2 + 1, cell[1] * 4 + 2)
        for _ in range(6):
            await turn_wheel(at, MouseScrollUp, cell)
            await shown(at)
        viewport = await shown(at)
        assert abs(at.screen.place.kept.zoom - 1.25**6) < 1e-9
        found = viewport.to_source(cell[0] * 2 + 1, cell[1] * 4 + 2)
        assert max(abs(found[0] - under[0]), abs(found[1] - under[1])) <= 1
        for _ in range(6):
            await turn_wheel(at, MouseScrollDown, cell)
        assert (await shown(at)).source == WHOLE


async def test_a_drag_moves_the_pixel_along_with_the_pointer(desk: OpenDesk) -> None:
    async with desk() as at:
        canvas = at.screen.query_one(Canvas)
        await at.press(*["z"] * 4)
        viewport = await shown(at)
        start, end = (30, 12), (12, 7)
        held = viewport.pixel_at(start[0] * 2 + 1, start[1] * 4 + 2)
        assert held is not None
        await at.pilot.mouse_down(canvas, offset=start)
        for step in (1, 2, 3):
            part = step / 3
            await at.pilot.hover(
                canvas, offset=(int(start[0] + part * (end[0] - start[0])), int(start[1] + part * (end[1] - start[1])))
            )
        await at.pilot.mouse_up(canvas, offset=end)
        viewport = await shown(at)
        now = viewport.to_output(*held)
        assert abs(now[0] - (end[0] * 2 + 1)) <= 2 * viewport.scale
        assert abs(now[1] - (end[1] * 4 + 2)) <= 2 * viewport.scale
        assert prompts(at) == []


async def test_the_middle_button_moves_the_picture_while_boxes_are_placed(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_label(at)
        canvas = at.screen.query_one(Canvas)
        await at.press("b", *["z"] * 4)
        before = (await shown(at)).source
        await at.pilot._post_mouse_events([MouseDown], canvas, offset=(30, 12), button=2)
        await at.pilot._post_mouse_events([MouseMove], canvas, offset=(10, 5), button=2)
        await at.pilot._post_mouse_events([MouseUp], canvas, offset=(10, 5), button=2)
        await at.settle()
        after = (await shown(at)).source
        assert after.x > before.x and after.y > before.y
        assert prompts(at) == [] and at.screen.place.mode is not None and at.screen.place.mode.corner is None


async def test_a_click_hits_the_single_pixel_that_is_seen(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_label(at)
        await at.press("p", *["z"] * 8)
        viewport = await shown(at)
        assert viewport.scale > 4, "a pixel is larger than a cell"
        x, y, width, height = viewport.source
        pixels = [(x, y), (x + width - 1, y + height // 2), (x + width // 3, y + height - 1)]
        for pixel in pixels:
            await at.pilot.click(at.screen.query_one(Canvas), offset=cell_of(viewport, pixel))
            await at.settle()
        assert prompts(at) == [PointPrompt(float(a), float(b), True) for a, b in pixels]
        assert (await shown(at)).source == viewport.source, "the picture stays under the mouse"


async def test_a_small_box_can_be_dragged_where_it_is_magnified(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_label(at)
        await at.press("b", *["z"] * 6)
        viewport = await shown(at)
        x, y = viewport.source.x + 2, viewport.source.y + 2
        canvas = at.screen.query_one(Canvas)
        await at.pilot.mouse_down(canvas, offset=cell_of(viewport, (x, y)))
        await at.pilot.hover(canvas, offset=cell_of(viewport, (x + 1, y + 1)))
        await at.pilot.mouse_up(canvas, offset=cell_of(viewport, (x + 1, y + 1)))
        await at.settle()
        assert prompts(at) == [BoxPrompt(x, y, x + 1, y + 1)]


async def test_the_view_follows_the_crosshair_and_zooms_about_it(desk: OpenDesk) -> None:
    async with desk((80, 24)) as at:
        await add_label(at)
        await at.press("p", *["z"] * 6)
        for key in ("shift+right", "ctrl+down", "up", "left"):
            for _ in range(10):
                await at.pilot.press(key)
                mode = at.screen.place.mode
                assert mode is not None and at.screen.viewport.contains(mode.x, mode.y)
        await at.press("z")
        assert at.screen.viewport.contains(mode.x, mode.y)
        await at.press("enter")
        assert prompts(at) == [PointPrompt(mode.x, mode.y, True)]


async def test_the_crosshair_starts_where_the_person_looks(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_label(at)
        await at.press("p", "escape", *["z"] * 6, *["ctrl+right"] * 30, "p")
        mode = at.screen.place.mode
        assert mode is not None
        assert at.screen.viewport.contains(mode.x, mode.y) and mode.x > WIDTH / 2


async def test_zoom_is_kept_and_resizing_keeps_the_place(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press(*["z"] * 4, "ctrl+right")
        kept = at.screen.place.kept
        source = (await shown(at)).source
    assert read_view(at.session.folder) == kept and kept.zoom > 1
    async with desk() as at:
        assert (await shown(at)).source == source
        await at.pilot.resize_terminal(80, 24)
        await at.settle()
        smaller = (await shown(at)).source
        assert abs(smaller.x + smaller.width / 2 - (source.x + source.width / 2)) <= 1


@pytest.mark.parametrize(
    "kept", [b'{"zoom": 1e9}', b'{"zoom": 0}', b'{"zoom": 8, "center": [1e308, -1e308]}', b'{"zoom": 2, "center": [0]}']
)
async def test_a_strangers_zoom_never_leaves_the_picture(desk: OpenDesk, session_folder: Path, kept: bytes) -> None:
    (session_folder / "view.json").write_bytes(kept)
    async with desk() as at:
        x, y, width, height = (await shown(at)).source
        assert min(x, y) >= 0 and x + width <= WIDTH and y + height <= HEIGHT
        await at.press("z", "ctrl+left", "Z")
        await shown(at)


@given(st.integers(1, 4000), st.integers(1, 4000), st.floats(1, MAX_ZOOM))
def test_a_coarse_step_stays_in_the_part_that_is_shown(width: int, height: int, zoom: float) -> None:
    extent = Extent(width, height, zoom)
    assert extent.coarse_step == 2 or extent.coarse_step <= min(width, height) / zoom / 12
    assert extent.coarse_step <= Extent(width, height).coarse_step
