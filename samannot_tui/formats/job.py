"""What every dataset format is given, and what it gives back."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from samannot_tui.errors import JobError
from samannot_tui.formats.atomic import Staging
from samannot_tui.formats.labelmap import LabelMap, flatten
from samannot_tui.masks.log import MaskRecord
from samannot_tui.masks.rle import BoolMask, decode
from samannot_tui.media.source import FrameSource
from samannot_tui.session.events import ReviewMarked
from samannot_tui.session.follower import Follower
from samannot_tui.session.paths import encode_path
from samannot_tui.session.reviews import Standing, Verdicts
from samannot_tui.session.state import Label


@dataclass(frozen=True)
class Part:
    """A dataset that an export writes: all of it, or one split.

    Attributes:
        name: its folder in the export, "" for none.
        span: the chosen frames of the media, rising.
        frames: those of them that are annotated.
        splits: the names of all parts, () where there is but one.
    """

    name: str
    span: Sequence[int]
    frames: Sequence[int]
    splits: tuple[str, ...] = ()


@dataclass
class ExportJob:
    """One export under way.

    Attributes:
        follower: the annotation; nobody applies events to it meanwhile.
        source: the media.
        staging: where files go.
        video: the media's name, safe as part of a path.
        labels: the labels to export, by ID; hidden ones are among them like all others.
        part: which frames to export.
        progress: called with (frames done, frames to do).
        cancelled: asked before each frame; once it says yes, the export ends with a JobError.
        verdicts: what was said of the labels' masks, by ID.
        only: export masks of this standing alone; None for all.
        hidden_pixels: label ID -> pixels under other instances, added up by `label_map`.
        notices: sentences about what the format could not hold.
    """

    follower: Follower
    source: FrameSource
    staging: Staging
    video: str
    labels: dict[int, Label]
    part: Part
    progress: Callable[[int, int], None]
    cancelled: Callable[[], bool]
    verdicts: Mapping[int, Verdicts]
    only: Standing | None = None
    hidden_pixels: Counter[int] = field(default_factory=Counter)
    notices: list[str] = field(default_factory=list)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the media in pixels."""
        return self.follower.manifest.height, self.follower.manifest.width

    def file(self, *parts: str) -> Path:
        """Where to write a file of this part; as `Staging.file`."""
        return self.staging.file(*([self.part.name] if self.part.name else []), *parts)

    def name(self, frame: int) -> str:
        r"""The frame's name in a dataset, as text: its stem, bytes that are not UTF-8 as `\xNN`."""
        return encode_path(Path(self.source.stem(frame)))

    def each(self, frames: Iterable[int]) -> Iterator[int]:
        """Go through frames, reporting each as it is done.

        Raises:
            JobError: the export was cancelled.
        """
        frames = list(frames)
        for done, frame in enumerate(frames):
            self.end_if_cancelled()
            yield frame
            self.progress(done + 1, len(frames))

    def end_if_cancelled(self) -> None:
        """Raises:
        JobError: the export was cancelled.
        """
        if self.cancelled():
            raise JobError("The export was cancelled; what an earlier export left there is whole.")

    def live(self, frame: int) -> dict[int, int]:
        """Label ID -> live record id of the masks to export, by ID."""
        return {
            label: record
            for label, record in self.follower.live.on_frame(frame).items()
            if label in self.labels and self.only in (None, self.verdicts[label].standing[frame])
        }

    def verdict(self, frame: int, label: int) -> ReviewMarked | None:
        """What a person said of the mask that is exported; None where nothing, or where it was of another mask."""
        said = self.verdicts[label]
        if said.standing[frame] not in (Standing.SATISFACTORY, Standing.UNSATISFACTORY):
            return None
        event = self.follower.state.event(int(said.marks[frame]))
        assert isinstance(event, ReviewMarked), "no other event makes a verdict stand"
        return event

    def records(self, frame: int) -> dict[int, MaskRecord]:
        """Label ID -> live mask on a frame, by ID; a mask without pixels says that the label is absent.

        Raises:
            InputError: a mask is damaged on disk.
        """
        return {label: self.follower.read(record) for label, record in self.live(frame).items()}

    def masks(self, frame: int) -> dict[int, BoolMask]:
        """Label ID -> live mask on a frame, bool (height, width). Raises as `records`."""
        return {label: decode(record.rle) for label, record in self.records(frame).items()}

    def label_map(self, frame: int) -> LabelMap:
        """The frame's live masks in one map, uint8 (height, width). Raises as `records`."""
        flat, hidden = flatten(self.masks(frame), self.size)
        self.hidden_pixels.update(hidden)
        return flat


Writer = Callable[[ExportJob], int]
"""Writes all files of one part of a format and returns how many frames it wrote."""
