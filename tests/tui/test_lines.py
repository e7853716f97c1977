"""Text that changes often, and when the screen is laid out anew for it."""

from textual.app import App, ComposeResult
from textual.content import Content

from samannot_tui.tui.widgets.lines import Lines
from tests.tui.conftest import OpenDesk


class LinesApp(App[None]):
    CSS = "Lines { width: 10; height: auto; }"

    def compose(self) -> ComposeResult:
        yield Lines()


async def test_the_height_follows_the_text_and_nothing_else_is_laid_out_anew() -> None:
    app = LinesApp()
    async with app.run_test(size=(40, 10)) as pilot:
        lines = app.query_one(Lines)
        layouts: list[object] = []
        app.screen.screen_layout_refresh_signal.subscribe(lines, layouts.append, immediate=True)
        for text, height, laid_out in (
            ("one", 1, True),
            ("two", 1, False),
            ("two\nthree", 2, True),
            ("wider than ten", 2, False),
            ("narrow", 1, True),
        ):
            layouts.clear()
            lines.show(Content(text))
            await pilot.pause()
            assert (lines.size.height, bool(layouts)) == (height, laid_out), text
            assert lines.render_line(0).text.split()[0] == text.split()[0]


async def test_a_step_does_not_lay_out_the_screen(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("right")
        layouts = []
        at.screen.screen_layout_refresh_signal.subscribe(at.screen, layouts.append, immediate=True)
        await at.press("right", "left", "right")
        assert at.screen.place.frame == 2 and layouts == []
