"""The workspace: the one screen where a video is annotated."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer

from samannot_tui.engine.reports import Progressed, RunnerEvent
from samannot_tui.graphics.link import Link
from samannot_tui.graphics.terminal import Terminal
from samannot_tui.media.source import FrameSource
from samannot_tui.monitor import Alarm, Reading
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.location import session_name
from samannot_tui.tui.actions.features import FeatureActions
from samannot_tui.tui.actions.flags import FlagActions
from samannot_tui.tui.actions.identity import IdentityActions
from samannot_tui.tui.actions.looking import LookingActions
from samannot_tui.tui.actions.masking import MaskingActions
from samannot_tui.tui.actions.painting import STROKE_ACTIONS, PaintingActions
from samannot_tui.tui.actions.playing import PLAYING_ACTIONS
from samannot_tui.tui.actions.proposing import ProposingActions
from samannot_tui.tui.actions.reviewing import ASKING, JUDGING, JUDGING_ALONE
from samannot_tui.tui.actions.running import RunningActions
from samannot_tui.tui.actions.selecting import SelectingActions
from samannot_tui.tui.actions.session import SessionActions
from samannot_tui.tui.actions.sheet import ON_SHEET, SHEET_ALONE, SheetActions
from samannot_tui.tui.bindings import BINDINGS, NOTES, TOPICS, Topic
from samannot_tui.tui.client import Client
from samannot_tui.tui.drawing import Drawer, Drawn, PictureRequest, request_for
from samannot_tui.tui.engine_status import EngineNews
from samannot_tui.tui.follow import follow_engine, follow_events
from samannot_tui.tui.information import information
from samannot_tui.tui.painting import PaintMode
from samannot_tui.tui.pictures import Pictures, Screen
from samannot_tui.tui.place import Place
from samannot_tui.tui.screens.info import InfoScreen
from samannot_tui.tui.screens.proposals import Search
from samannot_tui.tui.screenshot import screenshot
from samannot_tui.tui.widgets.ask_line import AskLine
from samannot_tui.tui.widgets.canvas import Canvas
from samannot_tui.tui.widgets.features import FeaturePane
from samannot_tui.tui.widgets.key_footer import KeyFooter
from samannot_tui.tui.widgets.labels import LabelPane
from samannot_tui.tui.widgets.message_line import MessageLine
from samannot_tui.tui.widgets.resources import ResourcePane
from samannot_tui.tui.widgets.status import StatusLine
from samannot_tui.tui.widgets.suggestions import Suggestions
from samannot_tui.tui.widgets.timeline import Timeline
from samannot_tui.tui.widgets.timeline_rows import SHORT_TITLES, TITLES

VIEW_KEPT_AFTER_SECONDS = 1.0
MONITOR_SECONDS = 1.0
LEFT_BUTTON, MIDDLE_BUTTON, RIGHT_BUTTON = 1, 2, 3
TALL_SCREEN = 30
FIRST_STEP = "To begin, a adds a label, that is one instance; ? shows every key."


class Workspace(
    SheetActions,
    FeatureActions,
    PaintingActions,
    SelectingActions,
    MaskingActions,
    IdentityActions,
    ProposingActions,
    FlagActions,
    RunningActions,
    LookingActions,
    SessionActions,
):
    """Wires the widgets to the place, and the session's and engine's news to both.

    News arrives in other threads and is posted here as messages; handlers own all state.
    """

    AUTO_FOCUS = ""
    TOPICS: ClassVar[tuple[Topic, ...]] = TOPICS
    NOTES: ClassVar[str] = NOTES
    BINDINGS: ClassVar[list[BindingType]] = [*BINDINGS]
    CSS = """
    Workspace {
        & #middle { height: 1fr; }
        & #side { height: 1fr; }
    }
    """

    @dataclass
    class SessionChanged(Message):
        """Events that have become durable."""

        events: tuple[AnyEvent, ...]

    @dataclass
    class EngineReported(Message):
        """What the engine is or does."""

        event: RunnerEvent | EngineNews

    @dataclass
    class PictureReady(Message):
        """An encoded picture for the canvas."""

        request: PictureRequest
        drawn: Drawn

    @dataclass
    class PictureFailed(Message):
        """Why there is none."""

        sentence: str

    @dataclass
    class MachineRead(Message):
        """The monitor's reading."""

        reading: Reading

    def __init__(
        self, client: Client, source: FrameSource, terminal: Terminal, read_machine: Callable[[], Reading]
    ) -> None:
        super().__init__()
        self.client = client
        self.place = Place(client.follower, client.read_view())
        self.ask_line = AskLine()
        self.is_leaving = False
        self.first_deed: Callable[[Workspace], None] | None = None
        self._search = Search()
        self._source = source
        self._terminal = terminal
        self._link = Link()
        self._read_machine = read_machine
        self._reading = Reading()
        self._alarm = Alarm()
        self._asked: PictureRequest | None = None
        self._view_timer: Timer | None = None
        self._is_painted = False

    def compose(self) -> ComposeResult:
        is_read_only = self.client.read_only is not None
        yield StatusLine(self.place, self._source.path.name, self._graphics, is_read_only)
        with Horizontal(id="middle"):
            with Vertical(id="side"):
                yield LabelPane(self.place)
                yield FeaturePane(self.place, is_read_only)
                yield ResourcePane(self.place)
            yield Canvas(self._terminal, self._link)
        yield Timeline(self.place)
        yield MessageLine(self.place)
        yield self.ask_line
        yield Suggestions()
        yield KeyFooter()

    def on_mount(self) -> None:
        self._drawer = Drawer(self._source, self.client.follower)
        canvas = self.query_one(Canvas)
        self._pictures = Pictures(
            self._drawer.draw,
            lambda request, drawn: _post(self, self.PictureReady(request, drawn)),
            lambda error: _post(self, self.PictureFailed(str(error))),
            Screen(canvas.show, canvas.preload, canvas.ask, self.set_timer, self._tell_speed),
            self._link,
            self.place.frame_count,
        )
        self.client.listen(
            lambda events: _post(self, self.SessionChanged(events)),
            lambda event: _post(self, self.EngineReported(event)),
        )
        self.show_place()
        self.call_after_refresh(self._after_first_paint)

    def _after_first_paint(self) -> None:
        # Not before: a picture's thread imports OpenCV, which would hold up everything else.
        self._is_painted = True
        self._ask_for_picture()
        if not self.place.state.labels and self.client.read_only is None:
            self.say(FIRST_STEP)
        for notice in (*self.client.notices, *self._source.notices):
            self.warn(notice)
        if self.first_deed is not None:
            with self.refusals_told():
                self.first_deed(self)
        self.carry_out(self.client.look_up_engine())
        self.look_for_flags()
        self._watch_machine()
        self.set_interval(MONITOR_SECONDS, self._watch_machine)

    def on_unmount(self) -> None:
        self._pictures.close()
        self._drawer.close()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self.is_leaving or not self._is_painted or self.ask_line.is_open:
            return False
        if not self._fits_review(action):
            return False
        mode, run = self.place.mode, self.place.run
        match action:
            case "crosshair" | "place" | "leave_mode":
                return mode is not None
            case "play":
                return mode is None
            case "flip_sign":
                return mode is not None and mode.kind != "box"
            case "brush_size":
                return mode is not None and mode.kind == "brush"
            case "fill":
                return isinstance(mode, PaintMode)
            case "pause_run":
                return run is not None and not run.paused
            case "resume_run":
                return run is not None and run.paused
            case "deselect":
                return mode is None and run is None and self.place.selected is not None
            case "end_run":
                return run is not None
            case _:
                return True

    def _fits_review(self, action: str) -> bool:
        """In a review nothing changes a mask, and outside it nothing is judged."""
        review = self.place.review
        if review is None or not review.is_on:
            in_reviews_alone = (*ASKING, *JUDGING_ALONE, *SHEET_ALONE)
            is_mending = review is not None  # then V comes back out of any mode, as is said there
            return action not in in_reviews_alone and (action != "review" or is_mending or self.place.mode is None)
        return action in (ASKING if review.asks else JUDGING if review.sheet is None else ON_SHEET)

    def _asks_for_reason(self) -> bool:
        """Then a click must not take the verdict to other masks."""
        return self.place.is_reviewing and self.place.review is not None and self.place.review.asks

    def about_to(self, action: str) -> None:
        """An action is about to be carried out."""
        self.client.give_way()
        if action not in PLAYING_ACTIONS:
            self.stop_playing()
        if action not in STROKE_ACTIONS:
            self.lift()

    @property
    def fps(self) -> float:
        return self._source.info.fps

    @property
    def media_name(self) -> str:
        return session_name(self._source.path, self._source.info)

    async def draw_screenshot(self, request: PictureRequest) -> bytes:
        return await asyncio.to_thread(screenshot, request, self._drawer.frame, self.client.follower.read)

    def is_behind(self) -> bool:
        return self._pictures.busy

    def show_place(self) -> None:
        self._fit_panes()
        self.query_one(StatusLine).refresh()
        self.query_one(MessageLine).refresh()
        self.query_one(LabelPane).refresh_labels()
        self.query_one(FeaturePane).refresh_features()
        self.query_one(ResourcePane).refresh_resources()
        self.query_one(Timeline).refresh_tracks()
        self.show_picture()

    def show_picture(self) -> None:
        self._ask_for_picture()
        if self._view_timer is None:
            self._view_timer = self.set_timer(VIEW_KEPT_AFTER_SECONDS, self._keep_view)

    def _fit_panes(self) -> None:
        side = self.query_one("#side")
        side.display = self.pane_width() > 0
        side.styles.width = self.pane_width()
        self.query_one(Timeline).styles.height = len(SHORT_TITLES if self.size.height < TALL_SCREEN else TITLES)

    def _keep_view(self) -> None:
        self._view_timer = None
        if not self.is_leaving:
            self.carry_out(self.client.keep_view(self.place.kept))

    @on(Canvas.Resized)
    def _ask_for_picture(self) -> None:
        """A new picture, where anything that it shows has changed."""
        target = self.query_one(Canvas).target
        request = request_for(self.place, target) if target and self._is_painted else None
        if request is not None and request != self._asked:
            self._asked = request
            self._pictures.request(request)

    def on_resize(self) -> None:
        self.show_place()

    @on(Canvas.Resized)
    def _tell_speed(self) -> None:
        self.query_one(StatusLine).refresh()

    def _graphics(self) -> str:
        terminal = self.query_one(Canvas).terminal
        name = "textual-image" if terminal.by_library else terminal.protocol
        return " ".join(filter(None, [name, self._link.words]))

    def _watch_machine(self) -> None:
        self.run_worker(self._read_and_post, group="monitor", thread=True)

    def _read_and_post(self) -> None:
        self.post_message(self.MachineRead(self._read_machine()))

    def on_workspace_machine_read(self, message: MachineRead) -> None:
        self._reading = message.reading
        self.query_one(ResourcePane).show_reading(message.reading)
        for shortage in self._alarm.news(message.reading):
            self.warn(f"{shortage.level.capitalize()}: {shortage.sentence}")

    def action_information(self) -> None:
        self.app.push_screen(InfoScreen(self._information))

    async def _information(self) -> Iterable[tuple[str, str]]:
        used = await self.client.usage()
        return information(self.place, self.client.folder, used, self._reading, self._graphics())

    def on_workspace_picture_ready(self, message: PictureReady) -> None:
        self._pictures.drawn(message.request, message.drawn)
        if message.drawn.missing and message.request.sheet is not None:
            self.ask_again()

    @on(Canvas.Answered)
    def _go_on_with_pictures(self) -> None:
        self._pictures.answered()

    def on_workspace_picture_failed(self, message: PictureFailed) -> None:
        self._pictures.failed()
        self.warn(message.sentence)

    def on_workspace_session_changed(self, message: SessionChanged) -> None:
        for sentence in follow_events(self.place, message.events):
            self.say(sentence)
        self.look_for_flags_soon()
        self.show_place()

    @on(FlagActions.FlagsFound)
    def _take_in_flags(self, message: FlagActions.FlagsFound) -> None:
        self.take_in_flags(message.news)

    def on_workspace_engine_reported(self, message: EngineReported) -> None:
        told = follow_engine(self.place, message.event)
        if told is not None and told.is_bad:
            self.warn(told.sentence)
        elif told is not None:
            self.say(told.sentence)
        # Four times a second in a run, and the whole footer is made anew: the keys would wait for it.
        if not isinstance(message.event, Progressed):
            self.refresh_bindings()
        self.show_place()

    @on(Timeline.Seek)
    def _seek(self, message: Timeline.Seek) -> None:
        if not self._asks_for_reason():
            self.about_to("seek")
            self.go_to(message.frame)

    @on(LabelPane.Picked)
    def _pick(self, message: LabelPane.Picked) -> None:
        if not self._asks_for_reason():
            self.about_to("pick_label")
            self.pick_label(message.label)

    @on(Canvas.Pressed)
    def _press(self, message: Canvas.Pressed) -> None:
        self.stop_playing()
        if self.place.sheet is not None:
            if not self._asks_for_reason():
                self.pick_on_sheet(message.x, message.y)
            return
        if self.place.is_reviewing:
            self.grab((message.x, message.y))
            return
        drags = message.button == LEFT_BUTTON and self.place.mode is None and self.place.kept.zoom > 1
        if (drags and not message.ctrl) or message.button == MIDDLE_BUTTON:
            self.grab((message.x, message.y))
            return
        is_right = message.button == RIGHT_BUTTON
        with self.refusals_told():
            if isinstance(self.place.mode, PaintMode):
                self.press_brush(message.x, message.y, opposite=is_right, fills=message.ctrl)
                return
            if message.button == LEFT_BUTTON and message.ctrl and self.select_at(message.x, message.y):
                return
            if is_right and self.place.mode is None:
                self.remove_at(message.x, message.y)
                return
            self.press(message.x, message.y, opposite=is_right or message.ctrl)

    @on(Canvas.Dragged)
    def _drag(self, message: Canvas.Dragged) -> None:
        if not self.drag_picture((message.x, message.y), message.viewport):
            self.drag(message.x, message.y)

    @on(Canvas.Released)
    def _release(self) -> None:
        if not self.let_go():
            with self.refusals_told():
                self.release()

    @on(Canvas.Wheel)
    def _turn_wheel(self, message: Canvas.Wheel) -> None:
        self.stop_playing()
        if self.place.sheet is not None:
            if not self._asks_for_reason():
                self.action_sheet_page(-message.delta)
            return
        self.zoom_at((message.x, message.y), message.delta, message.viewport)

    def action_quit(self) -> None:
        """End a run cleanly, keep everything, then leave."""
        if not self.is_leaving:
            self.is_leaving = True
            self.refresh_bindings()
            if self.place.run is not None:
                self.say("Ending the run; its finished frames are kept.")
            self.run_worker(self._leave())

    async def _leave(self) -> None:
        run = self.place.run
        await asyncio.to_thread(self.client.close, self.place.kept)
        farewell = f"The run was ended after {run.done} of {run.total} frames, which are kept." if run else None
        self.app.exit(message=farewell)


def _post(workspace: Workspace, message: Message) -> None:
    workspace.post_message(message)
