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
    from samannot_tui.formats.reading import Reader

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


@dataclass(frozen=True)
class ReadableFormat:
    """`what` is a line for people; `load` imports the format and gives its reader.

    `minimum_score` is what a score must reach where a person names no other.
    """

    what: str
    load: "Callable[[], Reader]"
    minimum_score: float | None = None


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


def _readable(module: str, what: str, minimum_score: float | None = None) -> ReadableFormat:
    def load() -> "Reader":
        reader: Reader = import_module(f"samannot_tui.formats.{module}").read
        return reader

    return ReadableFormat(what, load, minimum_score)


READABLE: Mapping[str, ReadableFormat] = MappingProxyType(
    {
        "coco": _readable("coco_reader", "COCO: masks, polygons and boxes in a JSON"),
        "coco_keypoints": _readable("coco_keypoints_reader", "COCO: keypoints in a JSON, as points"),
        "youtube_vis": _readable("youtube_vis_reader", "YouTube-VIS: tracks of masks in a JSON"),
        "deeplabcut": _readable("deeplabcut_reader", "DeepLabCut: body parts in CSV or HDF5, as points", 0.6),
        "png": _readable("davis_reader", "PNG whose pixel values are the labels"),
        "davis": _readable("davis_reader", "DAVIS: the same, in its folders"),
        "yolo": _readable("yolo_reader", "YOLO: outlines or boxes as text"),
        "mots": _readable("mots_reader", "MOTS: RLE text, or PNG of class * 1000 + instance"),
        "labelme": _readable("labelme_reader", "Labelme: a JSON of shapes for each frame"),
        "cvat": _readable("cvat_reader", "CVAT's XML 1.1, for video or images"),
    }
)


def require_readable(name: str) -> ReadableFormat:
    """The format of that name that can be imported.

    Raises:
        InputError: there is none.
    """
    if name not in READABLE:
        raise InputError(f"{printable(name)} cannot be imported; formats are {', '.join(READABLE)}.")
    return READABLE[name]


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
