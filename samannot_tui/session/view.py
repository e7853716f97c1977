"""`view.json`: where the person was looking. Not part of the annotation: not undoable, and may be lost."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from samannot_tui.appendlog import open_regular
from samannot_tui.errors import InputError
from samannot_tui.session.manifest import write_atomically

NonNegative = Annotated[int, msgspec.Meta(ge=0)]
ViewName = Literal["original", "prompts", "overlay", "masks"]
VIEW_NAMES: tuple[ViewName, ...] = ("original", "prompts", "overlay", "masks")
MAX_ZOOM = 64.0
Zoom = Annotated[float, msgspec.Meta(ge=1, le=MAX_ZOOM)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
MAX_TIMELINE_ZOOM = 2**20
TimelineZoom = Annotated[int, msgspec.Meta(ge=1, le=MAX_TIMELINE_ZOOM)]
FILE_NAME = "view.json"
_LARGEST_FILE = 64 * 1024


class ExportView(msgspec.Struct, frozen=True):
    """What the last export was of, as the person chose it in the dialog.

    `formats` are names of `formats.registry.FORMATS`; an installed exporter is not among them, for a session names no
    code. `folder` is where it went, relative to the session's folder, as `session.paths` encodes it, None for the
    default. `labels` are IDs, none for all. `frames`, `every` and `split` are as typed; "" is all, each, and none.
    """

    formats: tuple[str, ...] = ()
    folder: str | None = None
    labels: tuple[NonNegative, ...] = ()
    frames: str = ""
    every: str = ""
    split: str = ""
    zipped: bool = False
    only_satisfactory: bool = False


class View(msgspec.Struct, frozen=True):
    """The place to return to.

    `label` is the active label's ID, None before there is one. `compare` shows the original in place of
    `view`. `names` shows the labels' names on their masks, `only_active` leaves out all labels but the active one.
    `opacity` (percent) and `outline` are those of `render.layers.Tint`. `side_width` is the side panes' width in
    columns: 0 hides them, None leaves it to the screen size. `zoom` and `center` (frame pixels) are those of
    `render.viewport.Viewport`; `timeline_zoom` is how many times the timeline is magnified. `export`
    is what the export dialog offers.
    """

    frame: NonNegative = 0
    label: NonNegative | None = None
    view: ViewName = "overlay"
    compare: bool = False
    names: bool = False
    only_active: bool = False
    opacity: Percent = 50
    outline: bool = True
    side_width: NonNegative | None = None
    zoom: Zoom = 1.0
    center: tuple[float, float] | None = None
    timeline_zoom: TimelineZoom = 1
    export: ExportView = ExportView()


def read_view(folder: Path) -> View:
    """The view kept in a session folder; the defaults where there is none or it cannot be understood."""
    try:
        with open_regular(folder / FILE_NAME) as file:
            return msgspec.json.decode(file.read(_LARGEST_FILE), type=View)
    except (InputError, OSError, ValueError, msgspec.MsgspecError, RecursionError):
        return View()


def write_view(folder: Path, view: View) -> None:
    """Replace the kept view in one step: a crash leaves the old file or the new one.

    Raises:
        OSError: the folder cannot be written.
    """
    write_atomically(folder / FILE_NAME, msgspec.json.encode(view) + b"\n")
