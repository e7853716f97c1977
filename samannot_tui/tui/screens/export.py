"""The export dialog: what to write, and where; what that will be; how far it is; and what was written."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.visual import VisualType
from textual.widgets import Checkbox, Input, Label, SelectionList, Static
from textual.widgets.selection_list import Selection as Tick

from samannot_tui.errors import InputError, JobError
from samannot_tui.formats.registry import FORMATS, Format
from samannot_tui.formats.selection import Selection, parse_frames, parse_shares
from samannot_tui.jobs.export_request import ExportRequest
from samannot_tui.session.paths import decode_path, relative_to_session
from samannot_tui.session.reviews import Standing
from samannot_tui.session.view import ExportView
from samannot_tui.text import printable
from samannot_tui.tui.client import Client
from samannot_tui.tui.confirming import after_keys_before
from samannot_tui.tui.export_words import as_table, foreseen_rows, progress_rows, summary_rows
from samannot_tui.tui.place import Place
from samannot_tui.tui.screens.foreseeing import ForeseeingScreen
from samannot_tui.tui.typed_number import whole_number
from samannot_tui.tui.widgets.field import Field
from samannot_tui.tui.widgets.folder_field import FolderField

if TYPE_CHECKING:
    from samannot_tui.formats.export import ExportSummary

FORMAT_BY_DEFAULT = "png"
Page = Literal["choices", "writing", "written"]
KEYS: dict[Page, str] = {
    "choices": "Tab next · Space ticks · → completes · Enter starts · Esc closes",
    "writing": "Esc cancels",
    "written": "↑ ↓ scroll · Enter back to the choices · Esc closes",
}


class ExportScreen(ForeseeingScreen[ExportView, ExportRequest]):
    """Ends with what the last export was of, or with None where there was none."""

    DEFAULT_CSS = """
    ExportScreen { align: center middle;
        & > Vertical { width: 95%; max-width: 110; height: auto; max-height: 95%; border: round $primary;
                       padding: 0 1; background: $surface; }
        & Vertical Vertical { height: auto; }
        & Horizontal { height: auto; }
        & Horizontal > Label { width: 9; }
        & Horizontal > .within { width: auto; padding: 0 1 0 2; }
        & SelectionList { width: 1fr; height: auto; border: none; padding: 0; background: $surface; }
        & SelectionList:focus { background: $boost; }
        /* What is not ticked has nothing in its box: colours alone tell not everybody which is which. */
        & SelectionList > .selection-list--button { color: $panel; background: $panel; }
        & SelectionList > .selection-list--button-highlighted { color: $panel; background: $panel; }
        & Checkbox > .toggle--button { color: $panel; background: $panel; }
        & Checkbox.-on > .toggle--button { color: $text-success; background: $panel; }
        & #formats { max-height: 21vh; }
        & #labels { max-height: 13vh; }
        & Input { background: $boost; }
        & #folder { width: 1fr; }
        & #frames { width: 1fr; }
        & #every { width: 6; }
        & #split { width: 10; }
        & Checkbox { margin-left: 2; background: $surface; }
        & VerticalScroll { height: auto; }
        /* Of one height, or the dialog and the picture around it would be drawn anew with every key. */
        & #ahead { height: 34vh; margin-top: 1; }
        & #ahead:focus { background: $boost; }
        & #written { max-height: 80vh; }
        & .title { text-style: bold; margin-top: 1; }
        & Static { height: auto; }
        & .refused { color: $warning; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority: no field takes Enter for itself, so that it starts the export wherever one is.
        Binding("enter", "go_on", "Start", id="export.start", tooltip="Start the export", priority=True),
        Binding("escape", "leave", "Close", id="export.close", tooltip="Cancel the export, or close the dialog"),
    ]

    @dataclass
    class Progressed(Message):
        """Frames done and frames to do of a format."""

        name: str
        done: int
        total: int

    @dataclass
    class Wrote(Message):
        """A format is complete."""

        summary: "ExportSummary"

    def __init__(self, client: Client, place: Place, formats: Mapping[str, Format]) -> None:
        """`formats` are those that there are, by name."""
        super().__init__()
        self._client = client
        self._place = place
        self._formats = formats
        self._page: Page = "choices"
        self._last: ExportView | None = None
        self._cancelled = threading.Event()
        self._told_last: tuple[str, int] = ("", -1)
        self._begin(ExportRequest((), Path()))

    def compose(self) -> ComposeResult:
        kept = self._place.kept.export
        with Vertical() as box:
            box.border_title = "Export"
            with Vertical(id="choices"):
                with Horizontal():
                    yield Label("Formats")
                    yield SelectionList[str](*self._format_ticks(kept), id="formats", compact=True)
                with Horizontal():
                    yield Label("Folder")
                    yield FolderField(self._kept_folder(kept), self._default_folder(), id="folder")
                with Horizontal():
                    yield Label("Labels")
                    yield SelectionList[int](*self._label_ticks(kept), id="labels", compact=True)
                    yield Checkbox("only satisfactory masks", kept.only_satisfactory, id="only", compact=True)
                with Horizontal():
                    yield Label("Frames")
                    yield Field(kept.frames, placeholder="all, or 0..99", id="frames", compact=True)
                    yield Label("every", classes="within")
                    yield Field(kept.every, placeholder="1", id="every", compact=True)
                    yield Label("split", classes="within")
                    yield Field(kept.split, placeholder="80/10/10", id="split", compact=True)
                    yield Checkbox("zip", kept.zipped, id="zip", compact=True)
                with VerticalScroll(id="ahead"):
                    yield Static(id="foreseen", markup=False)
            yield Static(id="writing", markup=False)
            with VerticalScroll(id="written"):
                yield Static(id="failed", classes="refused", markup=False)
                yield Static(id="told", markup=False)
                yield Label("The same from a shell:", classes="title")
                yield Static(id="command", markup=False)

    def on_mount(self) -> None:
        self._show("choices")
        self.look_ahead()

    def on_resize(self) -> None:
        self.query_one(Vertical).styles.min_height = None

    def on_unmount(self) -> None:
        self._cancelled.set()

    def _format_ticks(self, kept: ExportView) -> Iterator[Tick[str]]:
        ticked = FORMATS.keys() & set(kept.formats) or {FORMAT_BY_DEFAULT}
        width = max(map(len, self._formats))
        for name, format_ in self._formats.items():
            yield Tick(Content(printable(f"{name:<{width}}  {format_.what}")), name, name in ticked)

    def _label_ticks(self, kept: ExportView) -> Iterator[Tick[int]]:
        labels = self._place.state.labels
        ticked = labels.keys() & set(kept.labels) or labels.keys()
        for label in labels.values():
            yield Tick(Content(f"{label.id} {printable(label.name)}"), label.id, label.id in ticked)

    def _default_folder(self) -> Path:
        folder = self._client.folder.resolve()
        return folder.parent / f"{folder.stem}-export"

    def _kept_folder(self, kept: ExportView) -> Path:
        try:
            return (
                (self._client.folder / decode_path(kept.folder or "")).resolve()
                if kept.folder
                else (self._default_folder())
            )
        except ValueError:
            return self._default_folder()

    @on(Input.Changed)
    @on(SelectionList.SelectedChanged)
    @on(Checkbox.Changed)
    def _take_change(self, event: Message) -> None:
        event.stop()
        self.look_ahead()

    async def foresee(self) -> tuple[ExportRequest, VisualType]:
        request = self._request()
        return request, as_table(foreseen_rows(await self._client.foresee_export(request)))

    def _request(self) -> ExportRequest:
        """What the fields ask for.

        Raises:
            InputError: nothing is ticked, or a field does not hold what it is for.
        """
        ticked = self.query_one("#formats", SelectionList).selected
        if not ticked:
            raise InputError("No format is ticked; Space ticks one.")
        names = tuple(name for name in self._formats if name in ticked)
        return ExportRequest(
            names, self.query_one(FolderField).folder, self._selection(), self.query_one("#zip", Checkbox).value
        )

    def _selection(self) -> Selection:
        labels = self._place.state.labels
        names = tuple(labels[label].name for label in self._ticked_labels())
        if labels and not self.query_one("#labels", SelectionList).selected:
            raise InputError("No label is ticked; Space ticks one.")
        frames, split = self._typed("frames"), self._typed("split")
        every = whole_number(self._typed("every") or "1")
        if not every:
            raise InputError(f"“{printable(self._typed('every'))}” is no step; 1 is every frame, 5 each fifth.")
        shares = parse_shares(split) if split else None
        only = Standing.SATISFACTORY if self.query_one("#only", Checkbox).value else None
        return Selection(names, *parse_frames(frames or ".."), every, shares, only)

    def _ticked_labels(self) -> tuple[int, ...]:
        """The chosen labels' IDs; none for all, those that are added later included."""
        ticked = self.query_one("#labels", SelectionList).selected
        return () if len(ticked) == len(self._place.state.labels) else tuple(sorted(ticked))

    def _typed(self, field: str) -> str:
        return self.query_one(f"#{field}", Input).value.strip()

    def action_go_on(self) -> None:
        after_keys_before(self, self._go_on)

    def _go_on(self) -> None:
        if self._page == "choices":
            self.order()
        elif self._page == "written":
            self._show("choices")
            self.look_ahead()

    def carry_out(self, asked: ExportRequest) -> None:
        self._last = self._choices(asked)
        self._begin(asked)
        self._show("writing")
        self._show_progress()
        self.run_worker(self._export(asked))

    def _choices(self, request: ExportRequest) -> ExportView:
        return ExportView(
            tuple(name for name in request.formats if name in FORMATS),
            relative_to_session(request.out, self._client.folder),
            self._ticked_labels(),
            self._typed("frames"),
            self._typed("every"),
            self._typed("split"),
            request.zipped,
            request.selection.only is not None,
        )

    def _begin(self, request: ExportRequest) -> None:
        self._under_way = request
        self._cancelled.clear()
        self._done: dict[str, tuple[int, int]] = {}
        self._written: list[ExportSummary] = []

    async def _export(self, request: ExportRequest) -> None:
        refusal = ""
        try:
            await self._client.export(
                request, lambda summary: _post(self, self.Wrote(summary)), self._progress, self._cancelled.is_set
            )
        except (InputError, JobError) as error:
            refusal = str(error)
        # Behind what was written, which is among this screen's messages by now.
        self.call_later(self._finish, refusal)

    def _progress(self, name: str, done: int, total: int) -> None:
        """In the export's thread: tell once a percent."""
        now = name, 100 * done // total
        if now != self._told_last:
            self._told_last = now
            _post(self, self.Progressed(name, done, total))

    @on(Progressed)
    def _take_progress(self, message: Progressed) -> None:
        self._done[message.name] = message.done, message.total
        self._show_progress()

    @on(Wrote)
    def _take_written(self, message: Wrote) -> None:
        self._written.append(message.summary)
        self._show_progress()

    def _show_progress(self) -> None:
        rows = progress_rows(self._under_way.formats, self._done, len(self._written))
        ending = [("", "Cancelled; ends with the frame that it is at.")] if self._cancelled.is_set() else []
        self.query_one("#writing", Static).update(as_table([*rows, *ending]))

    def _finish(self, refusal: str) -> None:
        """Show what was written, why that is not all where it is not, and the command that would do the same."""
        self.query_one("#failed", Static).update(printable(refusal))
        self.query_one("#failed", Static).display = bool(refusal)
        rows = summary_rows(self._under_way.formats, self._written, self._place)
        self.query_one("#told", Static).update(as_table(rows))
        command = self._under_way.command(self._client.folder.resolve())
        self.query_one("#command", Static).update(printable(command))
        self._show("written")

    def _show(self, page: Page) -> None:
        # As high as it was before: what a lower one uncovers would be drawn anew.
        box = self.query_one(Vertical)
        box.styles.min_height = box.outer_size.height
        self._page = page
        for each in KEYS:
            self.query_one(f"#{each}").display = each == page
        box.border_subtitle = KEYS[page]
        first = {"choices": "#formats", "written": "#written"}.get(page)
        self.set_focus(self.query_one(first) if first else None)

    def action_leave(self) -> None:
        if self._page == "writing":
            self._cancelled.set()
            self._show_progress()
        else:
            self.dismiss(self._last)


def _post(screen: ExportScreen, message: Message) -> None:
    screen.post_message(message)
