from math import floor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from textual.events import MouseDown

from samannot_tui.graphics.target import Target
from samannot_tui.graphics.terminal import Protocol, Terminal
from samannot_tui.render.viewport import Viewport
from samannot_tui.session.view import MAX_ZOOM
from samannot_tui.tui.widgets.canvas import Canvas
from samannot_tui.tui.widgets.canvas_mouse import Pointer, nearest
from tests.tui.test_canvas import CELLS, FRAME_SIZE, KITTY, SIXEL, CanvasApp, settle

sizes = st.tuples(st.integers(1, 2000), st.integers(1, 1500))
Share = tuple[float, float]
shares = st.tuples(st.floats(0, 0.999), st.floats(0, 0.999))
cell_sizes = st.tuples(st.integers(4, 30), st.integers(8, 60))


@st.composite
def targets(draw: st.DrawFn) -> Target:
    protocol: Protocol = draw(st.sampled_from(["kitty", "sixel", "cells"]))
    cell = (1, 2) if protocol == "cells" else draw(cell_sizes)
    limit = draw(st.none() | sizes.filter(lambda size: size[1] >= 6)) if protocol == "sixel" else None
    return Target(protocol, draw(st.integers(1, 300)), draw(st.integers(2, 100)), cell, limit)


def mouse(x: float, y: float) -> MouseDown:
    return MouseDown(None, x, y, 0, 0, 1, False, False, False)


@given(targets(), sizes, st.floats(1, 20), st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)))
def test_the_middle_of_the_clicked_cell_counts(
    target: Target, frame: tuple[int, int], zoom: float, share: tuple[float, float]
) -> None:
    """Reckoned the other way round: the cell that a source pixel's middle is in, clicked, gives a pixel
    whose middle is not further from it than the cell is large."""
    viewport = Viewport(frame, target.pixel_size, zoom)
    source = viewport.source
    pixel = source.x + int(share[0] * source.width), source.y + int(share[1] * source.height)
    u, v = viewport.to_output(*pixel)
    column = int(u // target.cell[0]) + target.origin[0]
    row = int(v // target.cell[1]) + target.origin[1]
    hit = viewport.to_source(*Pointer(None).position(mouse(column, row), target))
    per_pixel = source.width / viewport.target.width, source.height / viewport.target.height
    for wanted, found, cell, size in zip(pixel, hit, target.cell, per_pixel, strict=True):
        assert abs(wanted - found) <= cell * size / 2 + 1e-6


@given(targets(), sizes, st.floats(1, 20), cell_sizes, st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)))
def test_a_terminal_that_reports_pixels_hits_the_very_pixel(
    target: Target, frame: tuple[int, int], zoom: float, cell: tuple[int, int], share: tuple[float, float]
) -> None:
    if target.protocol != "cells":
        cell = target.cell
    viewport = Viewport(frame, target.pixel_size, zoom)
    pointer = Pointer(cell)
    pointer.position(mouse(0.5, 0), target)
    x, y, width, height = viewport.target
    u, v = x + share[0] * width, y + share[1] * height
    reported = [
        (int(place / size * wide) + origin * wide) / wide
        for place, size, wide, origin in zip((u, v), target.cell, cell, target.origin, strict=True)
    ]
    found = pointer.position(mouse(*reported), target)
    for wanted, got, size, wide in zip((u, v), found, target.cell, cell, strict=True):
        assert abs(wanted - got) <= size / wide / 2 + 1e-6


@given(targets(), sizes, st.floats(1, MAX_ZOOM), shares, shares, st.booleans())
def test_from_a_pixel_to_the_pointer_and_back(
    target: Target, frame: tuple[int, int], zoom: float, middle: Share, share: Share, reports_pixels: bool
) -> None:
    """A pixel that is larger than what the terminal can tell apart is hit by a click on its middle."""
    center = middle[0] * frame[0], middle[1] * frame[1]
    viewport = Viewport(frame, target.pixel_size, zoom, center)
    least = (1, 1) if reports_pixels else target.cell
    spans = [across / part for across, part in zip(viewport.target[2:], viewport.source[2:], strict=True)]
    assume(all(span > told for span, told in zip(spans, least, strict=True)))
    x, y, width, height = viewport.source
    pixel = x + int(share[0] * width), y + int(share[1] * height)
    u, v = viewport.to_output(*pixel)
    reported = [
        int(place / told) * told / cell + origin
        for place, told, cell, origin in zip((u, v), least, target.cell, target.origin, strict=True)
    ]
    pointer = Pointer(target.cell)
    if reports_pixels:
        pointer.position(mouse(0.5, 0), target)
    position = pointer.position(mouse(*reported), target)
    assert viewport.pixel_at(*position) == pixel
    assert tuple(round(place) for place in nearest(viewport, *position)) == pixel


@given(sizes, sizes, st.floats(1, 20), st.tuples(st.floats(-3000, 5000), st.floats(-3000, 5000)))
def test_positions_beside_the_frame_give_its_nearest_pixel(
    frame: tuple[int, int], output: tuple[int, int], zoom: float, position: tuple[float, float]
) -> None:
    x, y = nearest(Viewport(frame, output, zoom), *position)
    assert 0 <= x <= frame[0] - 1 and 0 <= y <= frame[1] - 1


@pytest.mark.parametrize("terminal", [CELLS, KITTY, SIXEL])
@pytest.mark.parametrize("size", [(60, 40), (120, 14)])
@pytest.mark.parametrize("zoom", [1.0, 5.0])
async def test_a_click_lands_on_the_pixel_under_it(terminal: Terminal, size: tuple[int, int], zoom: float) -> None:
    app = CanvasApp(terminal, zoom)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        viewport = app.show().viewport
        cell = terminal.cell
        x, y, width, height = viewport.target
        for u, v in ((x + 1, y + 1), (x + width / 2, y + height / 3), (x + width - 1, y + height - 1)):
            app.heard.clear()
            column, row = int(u // cell[0]), int(v // cell[1])
            centre = (column + 0.5) * cell[0], (row + 0.5) * cell[1]
            await pilot.click(app.canvas, offset=(column, row))
            if not viewport.shows(*centre):
                assert app.heard == []
                continue
            pressed, released = app.heard
            assert isinstance(pressed, Canvas.Pressed) and isinstance(released, Canvas.Released)
            assert (pressed.x, pressed.y) == nearest(viewport, *centre) == (released.x, released.y)
            assert (floor(pressed.x + 0.5), floor(pressed.y + 0.5)) == viewport.pixel_at(*centre)
            assert pressed.button == 1 and not pressed.shift and not pressed.ctrl


async def test_modifiers_and_buttons_are_told() -> None:
    app = CanvasApp(CELLS)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.show()
        app.heard.clear()
        await pilot.click(app.canvas, offset=(30, 10), shift=True, control=True, button=3)
        assert [(m.button, m.shift, m.ctrl) for m in app.heard] == [(3, True, True)] * 2  # type: ignore[attr-defined]


async def test_black_bars_are_not_pressed_but_a_drag_may_end_there() -> None:
    app = CanvasApp(CELLS)
    async with app.run_test(size=(60, 40)) as pilot:
        await settle(pilot)
        viewport = app.show().viewport
        assert viewport.target.y > 4
        app.heard.clear()
        await pilot.click(app.canvas, offset=(20, 0))
        await pilot.hover(app.canvas, offset=(20, 18))
        assert app.heard == []
        await pilot.mouse_down(app.canvas, offset=(20, 18))
        await pilot.hover(app.canvas, offset=(0, 0))
        await pilot.mouse_up(app.canvas, offset=(0, 0))
        kinds = [type(message) for message in app.heard]
        assert kinds[0] is Canvas.Pressed and kinds[-1] is Canvas.Released and Canvas.Dragged in kinds
        last = app.heard[-1]
        assert isinstance(last, Canvas.Released)
        assert last.y == 0 and 0 <= last.x < FRAME_SIZE[0]


async def test_the_wheel_tells_where_and_which_way() -> None:
    app = CanvasApp(CELLS)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        viewport = app.show().viewport
        app.heard.clear()
        await pilot._post_mouse_events([_wheel("up")], app.canvas, offset=(30, 10), button=0)
        await pilot._post_mouse_events([_wheel("down")], app.canvas, offset=(30, 10), button=0)
        await pilot.pause()
        wheels = [message for message in app.heard if isinstance(message, Canvas.Wheel)]
        assert [wheel.delta for wheel in wheels] == [1, -1]
        assert (wheels[0].x, wheels[0].y) == viewport.to_source(61.0, 42.0)


def _wheel(way: str) -> type[MouseDown]:
    from textual.events import MouseScrollDown, MouseScrollUp

    return {"up": MouseScrollUp, "down": MouseScrollDown}[way]  # type: ignore[return-value]
