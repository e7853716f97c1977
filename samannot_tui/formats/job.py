"""What every dataset format is given, and what it gives back."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from samannot_tui.errors import JobError
from samannot_tui.formats.atomic import Staging
from samannot_tui.formats.labelmap import LabelMap, flatten
from samannot_tui.masks.rle import decode
from samannot_tui.media.source import FrameSource
from samannot_tui.session.follower import Follower


@dataclass
class ExportJob:
    """One export under way.

    Attributes:
        follower: the annotation; nobody applies events to it meanwhile.
        source: the media.
        staging: where files go.
        video: the media's name, safe as part of a path.
        progress: called with (frames done, frames to do).
        cancelled: asked before each frame; once it says yes, the export ends with a JobError.
        hidden_pixels: label ID -> pixels under other instances, added up by `label_map`.
    """

    follower: Follower
    source: FrameSource
    staging: Staging
    video: str
    progress: Callable[[int, int], None]
    cancelled: Callable[[], bool]
    hidden_pixels: Counter[int] = field(default_factory=Counter)

    def each(self, frames: Iterable[int]) -> Iterator[int]:
        """Go through frames, reporting each as it is done.

        Raises:
            JobError: the export was cancelled.
        """
        frames = list(frames)
        for done, frame in enumerate(frames):
            if self.cancelled():
                raise JobError("The export was cancelled; what an earlier export left there is whole.")
            yield frame
            self.progress(done + 1, len(frames))

    def label_map(self, frame: int) -> LabelMap:
        """The frame's live masks in one map, uint8 (height, width); hidden labels are in it like all others.

        Raises:
            InputError: a mask is damaged on disk.
        """
        manifest = self.follower.manifest
        records = self.follower.live.on_frame(frame)
        masks = {label: decode(self.follower.read(record).rle) for label, record in records.items()}
        flat, hidden = flatten(masks, (manifest.height, manifest.width))
        self.hidden_pixels.update(hidden)
        return flat


Writer = Callable[[ExportJob], int]
"""Writes all files of a format and returns how many frames it wrote."""
