"""People's own exporters: what they are given, and how they are called.

An exporter is a function `export(annotation, folder)`: it reads the `Annotation` and writes whatever files it likes
into the folder, which then replaces what it wrote there before. It comes as a script, named on the command line, or
with an installed package, as an entry point of the group `samannot_tui.exporters`. A session never names one.
"""

import re
import runpy
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

from samannot_tui.errors import InputError, JobError
from samannot_tui.formats.coco_parts import MADE_BY
from samannot_tui.formats.job import ExportJob, Writer
from samannot_tui.masks.log import MaskRecord
from samannot_tui.masks.palette import Rgb, voc_color
from samannot_tui.masks.rle import BoolMask, decode
from samannot_tui.media.source import RgbFrame
from samannot_tui.session.prompts import Prompt
from samannot_tui.text import printable

FUNCTION = "export"


@dataclass(frozen=True)
class LabelInfo:
    """A label: its ID, its name, its colour (RGB, 0 to 255)."""

    id: int
    name: str
    color: Rgb


@dataclass(frozen=True, eq=False)
class MaskInfo:
    """A mask: `pixels` bool (height, width), none set where the label is absent; `source` "prompted", "propagated" or
    "edited"; `made_by` "person" or "model"; `object_score` a logit, above 0 for present; `quality` 0 to 1; `verdict`
    "satisfactory" or "unsatisfactory" where a person judged this very mask, else None.
    """

    pixels: BoolMask
    source: str
    made_by: str
    object_score: float
    quality: float
    verdict: str | None


class Annotation:
    """What an exporter may read; nothing in it changes the session.

    Attributes:
        video: the media's name.
        width, height: in pixels; fps: frames a second.
        labels: those to export, by ID.
        frames: numbers of the annotated frames to export, rising, from 0.
    """

    def __init__(self, job: ExportJob) -> None:
        self._job = job
        self.video = job.video
        self.height, self.width = job.size
        self.fps = job.follower.manifest.fps
        self.labels = tuple(LabelInfo(label.id, label.name, voc_color(label.id)) for label in job.labels.values())
        self.frames = tuple(job.part.frames)

    def each_frame(self) -> Iterator[int]:
        """Go through `frames`, showing how far it is; ends when the person cancels."""
        return self._job.each(self.frames)

    def name(self, frame: int) -> str:
        """The name of a frame's files in exports, without a suffix."""
        return self._job.name(frame)

    def time(self, frame: int) -> float:
        """A frame's time in seconds."""
        return self._job.source.time(frame)

    def picture(self, frame: int) -> RgbFrame:
        """A frame's picture, uint8 (height, width, 3), RGB."""
        return self._job.source.read(frame)

    def masks(self, frame: int) -> dict[int, MaskInfo]:
        """Label ID -> mask on a frame; a label that was not looked at there has none."""
        return {label: self._mask(frame, label, record) for label, record in self._job.records(frame).items()}

    def _mask(self, frame: int, label: int, record: MaskRecord) -> MaskInfo:
        source, verdict = record.source, self._job.verdict(frame, label)
        scores = record.object_score, record.quality
        return MaskInfo(decode(record.rle), source, MADE_BY[source], *scores, verdict.verdict if verdict else None)

    def prompts(self, frame: int, label: int) -> tuple[Prompt, ...]:
        """A label's prompts on a frame: points, boxes, masks, in pixels, x right, y down."""
        return tuple(placed.prompt for placed in self._job.follower.state.prompts_on(frame, label))

    def features(self, frame: int, label: int) -> dict[str, str]:
        """A label's features at a frame: name -> value."""
        known = self._job.follower.state.features.get(label, {})
        values = {name: feature.at(frame) for name, feature in known.items()}
        return {name: value[1] for name, value in values.items() if value}


Exporter = Callable[[Annotation, Path], object]


def script_writer(script: Path) -> Writer:
    """The writer of a script, which is run once, here and now.

    Raises:
        InputError: it cannot be read, or has no function `export`.
        JobError: it failed.
    """
    if not script.is_file():
        raise InputError(f"There is no script {printable(script)}.")
    with _told(script.name):
        exporter = runpy.run_path(str(script), run_name=script.stem).get(FUNCTION)
    return _writer(exporter, script.name)


def plugin_writer(plugin: EntryPoint) -> Writer:
    """The writer of an installed package's exporter.

    Raises:
        InputError: its name cannot be a folder's, or it is no function.
        JobError: it cannot be imported.
    """
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", plugin.name):
        raise InputError(f"An exporter cannot be named {printable(plugin.name)}; use letters, digits, . _ and -.")
    with _told(plugin.name):
        exporter = plugin.load()
    return _writer(exporter, plugin.name)


def _writer(exporter: object, name: str) -> Writer:
    if not callable(exporter):
        raise InputError(f"{printable(name)} has no function {FUNCTION}(annotation, folder); write one.")

    def write(job: ExportJob) -> int:
        folder = job.staging.root / job.part.name
        folder.mkdir(exist_ok=True)
        with _told(name):
            exporter(Annotation(job), folder)
        job.staging.adopt(folder)
        return len(job.part.frames)

    return write


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Tell what went wrong in somebody's code in a sentence that says where."""
    try:
        yield
    except (InputError, JobError):
        raise
    except (Exception, SystemExit) as error:
        places = [place for place in traceback.extract_tb(error.__traceback__) if Path(place.filename).name == name]
        where = f" in line {places[-1].lineno}" if places else ""
        what = printable(f"{type(error).__name__}: {error}")
        raise JobError(f"The exporter {printable(name)} failed{where} ({what}); nothing was written.") from error
