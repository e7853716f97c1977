"""The run dialog: how far, which way, which labels; and what that will do, before it is done."""

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.visual import VisualType
from textual.widgets import Input, Label, RadioSet, SelectionList, Static
from textual.widgets.selection_list import Selection

from samannot_tui.engine.foresee import Foreseen, duration, names
from samannot_tui.engine.planner import Extent, RunRequest
from samannot_tui.errors import InputError
from samannot_tui.session.plan import Direction
from samannot_tui.session.state import State
from samannot_tui.text import printable
from samannot_tui.tui.client import Client
from samannot_tui.tui.confirming import after_keys_before
from samannot_tui.tui.place import Place
from samannot_tui.tui.screens.foreseeing import ForeseeingScreen
from samannot_tui.tui.typed_number import whole_number
from samannot_tui.tui.widgets.choice import Choice
from samannot_tui.tui.widgets.field import Field

FRAMES_BY_DEFAULT = 50
EXTENTS = (
    ("block", "to the block's end, or a barrier before it"),
    ("frames", "over so many frames:"),
    ("all", "all remaining blocks, unattended; Esc pauses, x ends it"),
    ("frame", "this frame only"),
)
DIRECTIONS: dict[str, Direction] = {"forward": "forward", "backward": "backward", "both": "both"}

Ordered = tuple[RunRequest, Foreseen]


class RunScreen(ForeseeingScreen[Ordered, Ordered]):
    """Ends with what to run and what was foreseen of it, or with None where nothing is to be run."""

    DEFAULT_CSS = """
    RunScreen { align: center middle;
        & > Vertical { width: 95%; max-width: 90; height: auto; max-height: 95%; border: round $primary;
                       padding: 0 1; background: $surface; }
        & Horizontal { height: auto; }
        & Horizontal > Label { width: 11; }
        & #frames { width: 10; background: $boost; }
        & #labels { width: 1fr; height: auto; max-height: 5; border: none; padding: 0; background: $surface; }
        & #labels:focus { background: $boost; }
        & #ahead { height: auto; max-height: 9; margin-top: 1; }
        & #foreseen { height: auto; }
        & .refused { color: $warning; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority: no field takes Enter for itself, so that it starts the run wherever one is.
        Binding("enter", "start", "Start", id="run.dialog.start", tooltip="Start the run", priority=True),
        Binding("escape", "leave", "Close", id="run.dialog.close", tooltip="Close the dialog; nothing is run"),
    ]

    def __init__(self, client: Client, place: Place) -> None:
        super().__init__()
        self._client = client
        self._place = place
        self._start = place.frame

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = f"Run from frame {self._start}"
            box.border_subtitle = "Tab next · arrows choose · Space ticks · Enter starts · Esc closes"
            with Horizontal():
                yield Label("How far")
                yield Choice(EXTENTS, "block", "extent")
            with Horizontal():
                yield Label("Frames")
                yield Field(str(FRAMES_BY_DEFAULT), id="frames", compact=True)
            with Horizontal():
                yield Label("Direction")
                yield Choice(((each, each) for each in DIRECTIONS), "forward", "direction", in_a_row=True)
            with Horizontal():
                yield Label("Labels")
                yield SelectionList[int](*self._labels(), id="labels", compact=True)
            with VerticalScroll(id="ahead", can_focus=False):
                yield Static(id="foreseen", markup=False)

    def on_mount(self) -> None:
        self.look_ahead()

    def _labels(self) -> Iterator[Selection[int]]:
        for label in self._place.state.labels.values():
            yield Selection(Content(f"{label.id} {printable(label.name)}"), label.id, True)

    @on(Input.Changed)
    def _take_number(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != str(FRAMES_BY_DEFAULT):
            self.query_one("#extent", Choice).choose("frames")  # who types a number means it
        self.look_ahead()

    @on(RadioSet.Changed)
    @on(SelectionList.SelectedChanged)
    def _take_change(self, event: RadioSet.Changed | SelectionList.SelectedChanged[int]) -> None:
        event.stop()
        self.look_ahead()

    async def foresee(self) -> tuple[Ordered, VisualType]:
        request = self._request()
        foreseen = await self._client.foresee(request)
        return (request, foreseen), Content("\n").join(in_lines(foreseen, self._place.state))

    def action_start(self) -> None:
        after_keys_before(self, self.order)

    def carry_out(self, asked: Ordered) -> None:
        self.dismiss(asked)

    def action_leave(self) -> None:
        self.dismiss(None)

    def _request(self) -> RunRequest:
        """What the fields ask for.

        Raises:
            InputError: no label is ticked, or the frames are no number.
        """
        ticked = tuple(sorted(self.query_one("#labels", SelectionList).selected))
        if not ticked:
            raise InputError("No label is ticked; Space ticks one.")
        extent, direction = self.query_one("#extent", Choice).value, self.query_one("#direction", Choice).value
        return RunRequest(
            self._start,
            "frame" if extent == "frame" else DIRECTIONS[direction],
            None if len(ticked) == len(self._place.state.labels) else ticked,
            extent=self._extent(extent),
        )

    def _extent(self, chosen: str) -> Extent:
        if chosen != "frames":
            return "all" if chosen == "all" else "block"
        typed = self.query_one("#frames", Input).value.strip()
        if (frames := whole_number(typed)) is None:
            raise InputError(f"“{typed}” is not a number of frames.")
        return frames


def in_lines(foreseen: Foreseen, state: State) -> Iterator[Content]:
    """What is foreseen, a line each: frames, labels, who is left alone, edits, time, and what the plan remarks."""

    def line(title: str, text: str) -> Content:
        return Content.assemble((f"{title:<11}", "bold"), text)

    runs = f", in {foreseen.runs} runs, each undone by itself" if foreseen.runs > 1 else ""
    yield line("Frames", f"{foreseen.first} to {foreseen.last}: {foreseen.frames} to track{runs}")
    yield line("Tracked", names(foreseen.labels, state))
    if foreseen.labels_without_source:
        yield line("Left alone", names(foreseen.labels_without_source, state))
    if foreseen.edits_kept:
        yield line("Kept", "1 edited mask" if foreseen.edits_kept == 1 else f"{foreseen.edits_kept} edited masks")
    known = foreseen.seconds is not None
    yield line("Time", f"about {duration(foreseen.seconds or 0)}" if known else "not known before a run of this engine")
    for notice in foreseen.notices:
        yield line("Note", notice)
