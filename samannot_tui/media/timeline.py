"""Frame numbers from packets: which packet holds frame i, when it is shown, where decoding can start."""

import itertools
from bisect import bisect_right
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from samannot_tui.media.packets import UNKNOWN, Int64Array, PacketTable

DEFAULT_FPS = 25.0

# By how much time stamps in whole milliseconds (Matroska, FLV) can make a video seem longer or shorter.
_ROUNDING_SECONDS = 0.002


@dataclass(frozen=True)
class Entry:
    """A place where decoding can start: feeding packet `ordinal` gives right pictures from `frame` on."""

    ordinal: int
    frame: int


@dataclass(eq=False)
class Timeline:
    """The frames of a video in presentation order.

    Attributes:
        ordinal: by frame, the packet that holds it.
        frame: by packet, its frame, or -1 where it gives none.
        entries: rising in both members; the first is the video's beginning.
    """

    ordinal: Int64Array
    frame: Int64Array
    entries: list[Entry]
    _entry_frames: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._entry_frames = [entry.frame for entry in self.entries]

    def __len__(self) -> int:
        return len(self.ordinal)

    def entry_before(self, frame: int) -> int:
        """Index of the last entry from which `frame` can be reached."""
        return bisect_right(self._entry_frames, frame) - 1

    def correct(self, entry: Entry, frame: int) -> None:
        """Decoding from `entry` turned out to give no frame before `frame`: believe it from there on only."""
        at = self.entries.index(entry)
        end = self.entries[at + 1].frame if at + 1 < len(self.entries) else len(self)
        self.entries[at : at + 1] = [Entry(entry.ordinal, frame)] if frame < end else []
        self._entry_frames = [each.frame for each in self.entries]


def presentation_order(packets: PacketTable, reorders: bool) -> Int64Array | None:
    """Ordinals of the shown packets in presentation order; None where only decoding can tell.

    `reorders`: the codec may show frames in another order than it stores them (B-frames).
    """
    if packets.irregular:
        return None
    shown = np.flatnonzero(packets.shown)
    if not reorders:
        return shown
    pts, dts = packets.pts[shown], packets.dts[packets.dts != UNKNOWN]
    sound = not (pts == UNKNOWN).any() and len(np.unique(pts)) == len(pts) and not (np.diff(dts) < 0).any()
    return shown[np.argsort(pts, kind="stable")] if sound else None


def build_timeline(packets: PacketTable, order: Int64Array) -> Timeline:
    """The timeline of a video whose frames come from packets `order`, in presentation order."""
    frame = np.full(len(packets), -1, dtype=np.int64)
    frame[order] = np.arange(len(order))
    entries = [Entry(0, 0)]
    keys = np.flatnonzero(packets.key).tolist()
    for ordinal, after in itertools.pairwise([*keys, len(packets)]):
        first = _first_frame(frame[ordinal:after])
        if ordinal > entries[-1].ordinal and first is not None and first > entries[-1].frame:
            entries.append(Entry(ordinal, first))
    return Timeline(order, frame, entries)


def _first_frame(group: Int64Array) -> int | None:
    """The first frame that is right when decoding starts at the key packet that begins `group`.

    With an open group of pictures, packets after the key may be shown before it: those need what came
    before. A key that an edit list hides leaves the first frame of its group that is not hidden.
    """
    if group[0] >= 0:
        return int(group[0])
    frames = group[group >= 0]
    return int(frames.min()) if len(frames) else None


def frame_times(
    packets: PacketTable, order: Int64Array, time_base: Fraction | None, rate: float | None
) -> npt.NDArray[np.float64]:
    """Seconds from the first frame, by frame: the time stamps if they are sound, else a constant rate."""
    pts = packets.pts[order]
    if time_base and not (pts == UNKNOWN).any() and (np.diff(pts) > 0).all():
        return np.asarray((pts - pts[0]) * float(time_base), np.float64)
    return np.arange(len(order), dtype=np.float64) / (rate or DEFAULT_FPS)


def average_fps(times: npt.NDArray[np.float64], rate: float | None) -> float:
    """Frames per second over the whole video; the container's own figure where it agrees, being exact."""
    if len(times) < 2:
        return rate or DEFAULT_FPS
    duration = float(times[-1])
    exact = rate is not None and abs((len(times) - 1) / rate - duration) <= _ROUNDING_SECONDS
    return rate if rate is not None and exact else (len(times) - 1) / duration
