"""The dataset formats by name. Reading this table imports none of them: `--help` must answer at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from samannot_tui.errors import InputError
from samannot_tui.text import printable

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from samannot_tui.formats.job import Writer

EXPORTERS = "samannot_tui.exporters"
"""The group of entry points by which an installed package adds formats; see `formats.hooks`."""


@dataclass(frozen=True)
class Format:
    """A format, and what is known of its exports before they are written.

    Attributes:
        what: a line for people.
        load: imports the format and gives its writer.
        every_frame: it writes all chosen frames of the media, not only the annotated ones.
        one_label_a_pixel: where instances overlap, it keeps the smaller one.
        loses: what else of the masks it is without; "" for nothing.
    """

    what: str
    load: "Callable[[], Writer]"
    every_frame: bool = False
    one_label_a_pixel: bool = False
    loses: str = ""


def _format(
    module: str, what: str, *, every_frame: bool = False, one_label_a_pixel: bool = False, loses: str = ""
) -> Format:
    def load() -> "Writer":
        writer: Writer = import_module(f"samannot_tui.formats.{module}").write
        return writer

    return Format(what, load, every_frame, one_label_a_pixel, loses)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "png": _format("png", "palette PNG masks of the annotated frames, and these", one_label_a_pixel=True),
        "davis": _format(
            "davis", "DAVIS 2017: a palette PNG for every frame", every_frame=True, one_label_a_pixel=True
        ),
        "coco": _format("coco", "COCO: RLE masks in a JSON, and the frames"),
        "youtube_vis": _format("youtube_vis", "tracks of RLE masks in a JSON, and the frames"),
        "yolo": _format(
            "yolo", "Ultralytics: outlines as text, and the frames", loses="holes and specks under three corners"
        ),
        "mots": _format("mots", "MOTS: PNG of class * 1000 + instance, and RLE text", one_label_a_pixel=True),
        "labelme": _format("labelme", "Labelme: a JSON with masks beside each frame"),
        "cvat": _format("cvat", "CVAT's XML 1.1 for video, with masks"),
        "overlay": _format("overlay", "masks drawn over the frames: a video and PNG", loses="the masks by themselves"),
        "tables": _format("tables", "prompts, masks, labels and events as CSV", loses="the masks' shapes"),
        "xlsx": _format("xlsx", "the same tables as one workbook", loses="the masks' shapes"),
    }
)


def require_format(name: str) -> Format:
    """The format of that name: one of FORMATS, or an installed package's exporter.

    Raises:
        InputError: there is none.
    """
    if name in FORMATS:
        return FORMATS[name]
    known = all_formats()
    if name not in known:
        names = ", ".join(map(printable, known))
        raise InputError(f"There is no format {printable(name)}; formats are {names}.")
    return known[name]


def all_formats() -> dict[str, Format]:
    """FORMATS, and behind them the exporters that are installed now, by name. Looks at the disk."""
    from importlib.metadata import entry_points  # slow to load, and seldom asked

    plugins = entry_points(group=EXPORTERS)
    return {**FORMATS, **{name: _plugin(plugins[name]) for name in sorted(plugins.names - FORMATS.keys())}}


def _plugin(plugin: "EntryPoint") -> Format:
    def load() -> "Writer":
        from samannot_tui.formats.hooks import plugin_writer

        return plugin_writer(plugin)

    return Format(f"an exporter of your own, {plugin.value}", load)
