import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from rich.color import Color
from textual import on
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.geometry import Region, Size
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Footer, Header, Label, Static

from samannot_tui.graphics.coding.quadrants import NUMBERED, PATTERNS
from samannot_tui.graphics.encode import encode
from samannot_tui.graphics.link import Link
from samannot_tui.graphics.pictures import CellPicture, Encoded
from samannot_tui.graphics.target import Target
from samannot_tui.graphics.terminal import Answers, Colours, Terminal, choose
from samannot_tui.graphics.tmux import Client, Pane
from samannot_tui.render.compose import compose
from samannot_tui.render.viewport import Viewport
from samannot_tui.tui.widgets.canvas import Canvas
from samannot_tui.tui.widgets.canvas_graphics import FIRST_TICKET, TICKET_ROW

FRAME_SIZE = (200, 100)
FRAME = np.random.default_rng(0).integers(0, 256, (100, 200, 3), np.uint8)

CELLS = Terminal("cells", "Asked for.", Answers())
KITTY = Terminal("kitty", "Asked for.", Answers(kitty=True, cell=(8, 16), answered=True))
SIXEL = Terminal("sixel", "Asked for.", Answers(sixel=True, cell=(8, 16), answered=True))
ITERM = Terminal("iterm", "Asked for.", Answers(cell=(8, 16), answered=True))
LAYERED = Terminal("kitty", "Asked for.", replace(KITTY.answers, name="kitty(0.41.1)"))
BY_LIBRARY = replace(SIXEL, by_library=True)


class RecordingCanvas(Canvas):
    """A canvas whose writes are kept: a headless app has no terminal."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal, Link())
        self.written: list[str] = []

    def _write(self, text: str) -> None:
        if text:
            self.written.append(text)

    @contextmanager
    def recorded(self) -> Iterator[list[str]]:
        self.written.clear()
        yield self.written


class Dialog(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Label("over the picture")


class CanvasApp(App[None]):
    CSS = """
    Screen { layers: base above; }
    #side { width: 20; }
    #over { layer: above; dock: bottom; height: 5; display: none; }
    """

    def __init__(self, terminal: Terminal, zoom: float = 1.0, footer: bool = True) -> None:
        super().__init__()
        self.canvas = RecordingCanvas(terminal)
        self.heard: list[Message] = []
        self.zoom = zoom
        self.footer = footer

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal():
            yield Static("side", id="side")
            yield self.canvas
        if self.footer:
            yield Footer()
        yield Static("a list over the picture", id="over")

    @on(Canvas.Pressed)
    @on(Canvas.Dragged)
    @on(Canvas.Released)
    @on(Canvas.Wheel)
    @on(Canvas.Resized)
    @on(Canvas.Overdrawn)
    def hear(self, message: Message) -> None:
        self.heard.append(message)

    def picture(self, brightness: int = 255, target: Target | None = None) -> Encoded:
        target = target or self.canvas.target
        assert target is not None
        viewport = Viewport(FRAME_SIZE, target.pixel_size, self.zoom)
        frame = (FRAME.astype(int) * brightness // 255).astype(np.uint8)
        return encode(compose(frame, [], "original", viewport), viewport, target)

    def show(self, brightness: int = 255) -> Encoded:
        encoded = self.picture(brightness)
        self.canvas.show(encoded)
        return encoded


async def settle(pilot: Pilot[None]) -> None:
    """Let repaints and what follows them happen (a sixel waits until Textual is quiet)."""
    await pilot.pause(0.1)
    await pilot.pause()


@pytest.mark.parametrize("terminal", [CELLS, KITTY, SIXEL, ITERM])
async def test_it_asks_for_a_picture_when_it_has_a_size_and_at_each_resize(terminal: Terminal) -> None:
    app = CanvasApp(terminal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        asked = [message.target for message in app.heard if isinstance(message, Canvas.Resized)]
        assert asked == [app.canvas.target]
        assert asked[0].columns == 60 and asked[0].rows == app.canvas.size.height
        assert app.canvas.pixel_size == asked[0].pixel_size
        assert asked[0].cell == terminal.cell
        await pilot.resize_terminal(100, 30)
        await settle(pilot)
        assert app.canvas.target == app.heard[-1].target != asked[0]  # type: ignore[attr-defined]


@pytest.mark.parametrize("terminal", [SIXEL, ITERM])
async def test_what_replaces_cells_keeps_off_the_last_row_of_the_screen(terminal: Terminal) -> None:
    app = CanvasApp(terminal, footer=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert app.canvas.target is not None
        assert app.canvas.region.bottom == 24
        assert app.canvas.target.rows == app.canvas.size.height - 1


@pytest.mark.parametrize("colours", ["truecolor", "256", "16"])
async def test_cells_have_the_pictures_patterns_and_colours(colours: Colours) -> None:
    app = CanvasApp(replace(CELLS, answers=Answers(colours=colours)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        shown = app.show()
        assert isinstance(shown, CellPicture)
        await settle(pilot)
        lines = app.canvas.render_lines(Region(0, 0, *app.canvas.size))
        for y, strip in enumerate(lines):
            assert strip.cell_length == 60
            cells = [(character, segment.style) for segment in strip for character in segment.text]
            assert [character for character, _ in cells] == [PATTERNS[number] for number in shown.patterns[y]]
            assert [number_of(style.color) for _, style in cells] == shown.front[y].tolist()  # type: ignore[union-attr]
            assert [number_of(style.bgcolor) for _, style in cells] == shown.back[y].tolist()  # type: ignore[union-attr]


def number_of(color: Color | None) -> int | None:
    assert color is not None
    if color.triplet is None:
        return NUMBERED + (color.number or 0)
    return color.triplet.red << 16 | color.triplet.green << 8 | color.triplet.blue


async def test_a_picture_for_an_old_size_is_dropped() -> None:
    app = CanvasApp(KITTY)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        late = app.picture()
        await pilot.resize_terminal(100, 30)
        await settle(pilot)
        app.canvas.show(late)
        await settle(pilot)
        assert app.canvas.viewport is None
        assert app.canvas.written == []


@pytest.mark.parametrize("terminal", [KITTY, LAYERED, SIXEL, ITERM, BY_LIBRARY])
async def test_a_picture_is_one_write_that_leaves_the_cursor_alone(terminal: Terminal) -> None:
    app = CanvasApp(terminal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        with app.canvas.recorded() as written:
            for brightness in (255, 128):
                app.show(brightness)
            await settle(pilot)
        assert len(written) == 2
        x, y = app.canvas.region.offset
        for text in written:
            update, question = text.rsplit("\x1b[?2026l", 1)
            assert update.startswith("\x1b[?2026h\x1b7") and update.endswith("\x1b8")
            assert re.fullmatch(r"\x1b7\x1b\[2;\d+H\x1b\[6n\x1b8", question)
            assert f"\x1b[{y + 1};{x + 1}H" in text


@pytest.mark.parametrize("terminal", [KITTY, LAYERED, SIXEL, ITERM])
async def test_an_unchanged_picture_that_nothing_was_painted_over_is_not_sent_again(terminal: Terminal) -> None:
    app = CanvasApp(terminal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.show()
        await settle(pilot)
        with app.canvas.recorded() as written:
            app.query_one("#side", Static).update("other text")
            app.canvas.refresh()
            await settle(pilot)
        assert written == []


async def test_a_dialog_hides_a_kitty_picture_and_it_comes_back_by_reference() -> None:
    app = CanvasApp(KITTY)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.show()
        await settle(pilot)
        with app.canvas.recorded() as written:
            await app.push_screen(Dialog())
            await settle(pilot)
        assert len(written) == 1 and "a=d,d=i" in written[0]
        with app.canvas.recorded() as written:
            app.pop_screen()
            await settle(pilot)
        assert "a=p" in written[-1]
        assert sum(map(len, written)) < 400


async def test_a_picture_made_while_a_dialog_is_open_waits_for_its_end() -> None:
    app = CanvasApp(SIXEL)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await app.push_screen(Dialog())
        await settle(pilot)
        with app.canvas.recorded() as written:
            shown = app.show()
            await settle(pilot)
            assert written == []
            app.pop_screen()
            await settle(pilot)
        assert [shown.stamps[0].commands in text for text in written] == [True]  # type: ignore[union-attr]


async def test_what_lies_over_the_canvas_is_cut_out_of_a_kitty_picture() -> None:
    app = CanvasApp(KITTY)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.show()
        await settle(pilot)
        with app.canvas.recorded() as written:
            app.query_one("#over").display = True
            await settle(pilot)
        covered = app.canvas.region.bottom - app.query_one("#over").region.y
        assert 0 < covered < app.canvas.size.height
        assert f"c=60,r={app.canvas.size.height - covered}," in written[-1]
        with app.canvas.recorded() as written:
            app.query_one("#over").display = False
            await settle(pilot)
        assert f"c=60,r={app.canvas.size.height}," in written[-1]


async def test_leaving_frees_the_picture() -> None:
    app = CanvasApp(KITTY)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.show()
        await settle(pilot)
        assert "a=d,d=I" in app.canvas.farewell()


async def test_what_is_sent_again_takes_the_place_of_what_the_terminal_had() -> None:
    app = CanvasApp(KITTY)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.show()
        await settle(pilot)
        with app.canvas.recorded() as written:
            app.canvas.start_over()
            await settle(pilot)
        assert ["a=d,d=I" in each for each in written] == [True, False]
        assert "a=t" in written[-1] and "a=p" in written[-1]


def test_neither_opencv_nor_torch_is_imported_with_the_canvas() -> None:
    code = (
        "import sys, samannot_tui.tui.widgets.canvas;"
        "sys.exit(' '.join({'cv2', 'torch', 'skimage', 'textual_image'} & set(sys.modules)) or 0)"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert finished.stderr == "" and finished.returncode == 0


TMUX = choose(
    "auto",
    Answers(cell=(8, 16), window_cell=(8, 16), multiplexer="tmux", passes_on=True, name="kitty(0.41.1)", answered=True),
)
KITTY_CLIENT = Client(1, "kitty(0.41.1)", (8, 16))
XTERM_CLIENT = Client(2, "XTerm(379)", (8, 16))


async def looked(pilot: Pilot[None], canvas: Canvas, *clients: Client, is_active: bool = True) -> None:
    canvas.post_message(Canvas.Looked(Pane(is_active, True, clients)))
    await settle(pilot)


async def test_attached_from_another_kind_of_terminal_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samannot_tui.tui.widgets.canvas.look", lambda environ: None)
    app = CanvasApp(TMUX)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show()
        await looked(pilot, app.canvas, KITTY_CLIENT)
        with app.canvas.recorded() as written:
            await looked(pilot, app.canvas, XTERM_CLIENT)
            app.show()
            await settle(pilot)
        assert app.canvas.terminal.protocol == "cells"
        assert "a=t" not in "".join(written) and "a=d,d=I" in "".join(written), "what it held is freed, if it can be"
        with app.canvas.recorded() as written:
            await looked(pilot, app.canvas, KITTY_CLIENT)
            app.show()
            await settle(pilot)
        assert app.canvas.terminal == TMUX
        assert "a=p,U=1" in "".join(written) and "a=t,f=100" in "".join(written)


async def test_another_terminal_of_the_same_kind_is_sent_all_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samannot_tui.tui.widgets.canvas.look", lambda environ: None)
    app = CanvasApp(TMUX)
    async with app.run_test(size=(80, 24)) as pilot:
        await looked(pilot, app.canvas, KITTY_CLIENT)
        app.show()
        await settle(pilot)
        with app.canvas.recorded() as written:
            await looked(pilot, app.canvas, KITTY_CLIENT)
        assert written == [], "nothing is new"
        app.canvas._link.rate, app.canvas._link.round_trip = 1e6, 0.1
        with app.canvas.recorded() as written:
            await looked(pilot, app.canvas, replace(KITTY_CLIENT, process=3))
        freed, opened, *sent = written
        assert app.canvas._link.words == "", "what was measured was another link"
        assert "d=I" in freed and "a=p,U=1" in opened and "a=t,f=100" in "".join(sent)


async def test_nothing_is_sent_to_a_pane_that_nobody_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samannot_tui.tui.widgets.canvas.look", lambda environ: None)
    app = CanvasApp(TMUX)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show()
        await looked(pilot, app.canvas)
        with app.canvas.recorded() as written:
            app.show(100)
            app.canvas.preload(app.picture(50))
            await settle(pilot)
            assert written == [], "tmux would throw it away"
            await looked(pilot, app.canvas, KITTY_CLIENT)
        assert "a=t,f=100" in "".join(written), "it comes when somebody looks again"


async def test_the_terminal_is_not_asked_while_another_pane_would_get_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("samannot_tui.tui.widgets.canvas.look", lambda environ: None)
    app = CanvasApp(TMUX)
    async with app.run_test(size=(80, 24)) as pilot:
        for is_active in (True, False):
            await looked(pilot, app.canvas, KITTY_CLIENT, is_active=is_active)
            with app.canvas.recorded() as written:
                app.show(100)
                app.canvas.ask()
                await settle(pilot)
            assert ("[6n" in "".join(written)) is is_active
        await looked(pilot, app.canvas, KITTY_CLIENT)
        app.app_focus = False
        await pilot.pause()
        with app.canvas.recorded() as written:
            app.show()
        assert written and "[6n" not in "".join(written)


async def test_what_tmux_may_not_have_passed_on_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samannot_tui.tui.widgets.canvas.look", lambda environ: None)
    app = CanvasApp(TMUX)
    async with app.run_test(size=(80, 24)) as pilot:
        await looked(pilot, app.canvas, KITTY_CLIENT)
        app.show()
        app.canvas.ask()
        with app.canvas.recorded() as written:
            app.canvas.answered(FIRST_TICKET + app.canvas._link._ticket, TICKET_ROW)
            await settle(pilot)
        assert "a=p,U=1" in "".join(written) and "a=t,f=100" in "".join(written)
        with app.canvas.recorded() as written:
            app.canvas.answered(FIRST_TICKET + app.canvas._link._ticket, TICKET_ROW)
            await settle(pilot)
        assert app.canvas._link.idle and written == []


async def test_cells_are_there_again_after_two_resizes_at_once() -> None:
    app = CanvasApp(CELLS)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.show()
        size, seen = app.canvas.size, app.canvas.render_line(0)
        for columns in (size.width - 10, size.width):
            app.canvas._size = Size(columns, size.height)
            app.canvas._retarget()
        assert list(app.canvas.render_line(0)) == list(seen)


async def test_who_covers_a_sixel_picture_is_told_when_it_is_drawn_over() -> None:
    app = CanvasApp(SIXEL)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.query_one("#over").display = True
        await settle(pilot)
        app.show()
        await settle(pilot)
        told = [message for message in app.heard if isinstance(message, Canvas.Overdrawn)]
        assert [message.placement.covers for message in told] == [(app.query_one("#over"),)]
