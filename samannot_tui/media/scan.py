"""Finding a video's frames when it is opened, decoding no more of it than is needed to be sure."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from samannot_tui.errors import InputError
from samannot_tui.media.decoder import Decoder
from samannot_tui.media.packets import Int64Array
from samannot_tui.media.timeline import (
    Timeline,
    average_fps,
    build_timeline,
    frame_times,
    presentation_order,
)
from samannot_tui.text import printable

# Enough frames to see whether the packets' time stamps tell the order in which frames come out.
_TRIAL_FRAMES = 12


@dataclass(frozen=True, eq=False)
class Scan:
    """The frames of a video: see `Timeline`; `times` in seconds by frame, `notices` as in FrameSource."""

    timeline: Timeline
    times: npt.NDArray[np.float64]
    fps: float
    notices: tuple[str, ...]


def scan(decoder: Decoder, path: Path) -> Scan:
    """Number the frames of a video that was just opened.

    The packets tell them in almost every file. Where they do not, or where the first frames come out
    otherwise than they tell, the whole video is decoded once.

    Raises:
        InputError: there is no frame that can be decoded.
    """
    if len(decoder.packets):
        decoder.drop_incomplete_tail()
    if not len(decoder.packets):
        raise _without_frames(path)
    order = presentation_order(decoder.packets, decoder.stream.codec_context.codec.reorder)
    if order is not None:
        order = _confirmed(decoder, order)
    if order is None:
        order = _order_by_decoding(decoder)
    if not len(order):
        raise _without_frames(path)
    packets, stream = decoder.packets, decoder.stream
    rate = stream.average_rate or stream.guessed_rate
    fps = float(rate) if rate else None
    times = frame_times(packets, order, stream.time_base, fps)
    timeline = build_timeline(packets, order)
    return Scan(timeline, times, average_fps(times, fps), _notices(path, packets.cut, len(order)))


def _without_frames(path: Path) -> InputError:
    return InputError(f"{printable(path)} holds no frame that can be decoded; give another video")


def _confirmed(decoder: Decoder, order: Int64Array) -> Int64Array | None:
    """`order` if the first frames come out so, less those at the start that cannot be decoded; else None."""
    rank = {ordinal: number for number, ordinal in enumerate(order.tolist())}
    trial = [rank.get(ordinal, -1) for ordinal, _ in islice(decoder.frames_from(0), _TRIAL_FRAMES)]
    if not trial:
        return order[:0]
    first = trial[0]
    return order[first:] if trial == list(range(first, first + len(trial))) and first >= 0 else None


def _order_by_decoding(decoder: Decoder) -> Int64Array:
    order = list(dict.fromkeys(ordinal for ordinal, _ in decoder.frames_from(0)))
    return np.array(order, dtype=np.int64)


def _notices(path: Path, cut: bool, count: int) -> tuple[str, ...]:
    if not cut:
        return ()
    frames = "its first frame" if count == 1 else f"its first {count} frames"
    return (f"{printable(path)} is cut off or damaged at its end: {frames} can be used",)
