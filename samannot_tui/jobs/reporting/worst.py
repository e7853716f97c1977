"""The frames of a label that are most worth a look, and their pictures."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from samannot_tui.errors import InputError
from samannot_tui.jobs.reporting.bins import Numbers
from samannot_tui.jobs.reporting.content import UNSATISFACTORY, Crop, Verdict
from samannot_tui.jobs.reporting.doubts import LabelDoubts, most_doubtful
from samannot_tui.masks.geometry import bounding_box
from samannot_tui.masks.rle import BoolMask, decode
from samannot_tui.media.source import FrameSource
from samannot_tui.render.compose import compose
from samannot_tui.render.layers import Layer, Tint
from samannot_tui.render.viewport import Viewport
from samannot_tui.session.follower import Follower

MOST_OF_A_LABEL = 6
MOST_OF_ALL = 120
SIDE = 240
"""A picture's longer side, in pixels."""
_LEAST_SHARE = 0.25
_MARGIN = 0.4
_LEAST_ASPECT = 0.75
_QUALITY = 80


@dataclass(frozen=True)
class Scene:
    """A label's mask on a frame, and why to look at it."""

    label: int
    frame: int
    why: str


def worst_frames(
    label: int,
    doubt: LabelDoubts,
    said: Sequence[Verdict],
    confidence: Numbers,
    labels: int,
) -> list[Scene]:
    """A few frames, not all of one stretch: those judged unsatisfactory, then those flagged, then the least confident.

    Args:
        said: what people said of it.
        confidence: of a model's masks, 0 to 1; NaN elsewhere.
        labels: how many the report is of: the more, the fewer frames each.
    """
    bad = {
        frame: f"{UNSATISFACTORY}: {verdict.reason}" if verdict.reason else f"judged {UNSATISFACTORY}"
        for verdict in said
        if verdict.standing == UNSATISFACTORY
        for frame in range(verdict.first, verdict.last + 1)
    }
    unsure = [int(frame) for frame in np.argsort(confidence, kind="stable") if not np.isnan(confidence[frame])]
    flagged = most_doubtful(doubt.flagged)
    order = dict.fromkeys((*(frame for frame in flagged if frame in bad), *bad, *flagged, *unsure))
    most = max(1, min(MOST_OF_A_LABEL, MOST_OF_ALL // labels))
    chosen = _apart(order, most, len(confidence) // (4 * most))
    found = doubt.describe([frame for frame in chosen if doubt.flagged[frame]])
    words = {each.frame: f"{each.words} (doubt {each.doubt:.2f})" for each in found}
    reasons = {frame: "; ".join(each[frame] for each in (bad, words) if frame in each) for frame in chosen}
    return [Scene(label, frame, reasons[frame] or f"confidence {confidence[frame]:.2f}") for frame in chosen]


def _apart(frames: Iterable[int], most: int, distance: int) -> list[int]:
    """The first of them, each at least so far from those before it."""
    chosen: list[int] = []
    for frame in frames:
        if len(chosen) == most:
            break
        if all(abs(frame - other) > distance for other in chosen):
            chosen.append(frame)
    return chosen


def take_pictures(
    scenes: Sequence[Scene], follower: Follower, source: FrameSource, step: Callable[[], object] = lambda: None
) -> tuple[dict[int, list[Crop]], list[bytes], list[str]]:
    """Picture the scenes, in the order of the frames so that the video is gone through once.

    Returns:
        Label -> its crops in the order of `scenes`; JPEG files by number; sentences about what could not be read.
    """
    pictures: list[bytes] = []
    numbers: dict[Scene, int | None] = {}
    notices: list[str] = []
    for scene in sorted(scenes, key=lambda scene: scene.frame):
        numbers[scene] = None
        try:
            pictures.append(_picture(scene, follower, source))
            numbers[scene] = len(pictures) - 1
        except InputError as error:
            notices.append(f"Frame {scene.frame} could not be shown: {error}")
        step()
    crops: dict[int, list[Crop]] = {}
    for scene in scenes:
        crops.setdefault(scene.label, []).append(Crop(scene.frame, scene.why, numbers[scene]))
    return crops, pictures, notices


def _picture(scene: Scene, follower: Follower, source: FrameSource) -> bytes:
    frame = source.read(scene.frame)
    record = follower.live.record(scene.frame, scene.label)
    mask = decode(follower.read(record).rle) if record is not None else np.zeros(frame.shape[:2], np.bool_)
    rows, columns = _around(mask)
    part, of_mask = np.ascontiguousarray(frame[rows, columns]), np.ascontiguousarray(mask[rows, columns])
    height, width = part.shape[:2]
    scale = SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    layer = Layer(scene.label, "", of_mask)
    shown = compose(part, [layer], "overlay", Viewport((width, height), size), tint=Tint(25, True))
    file = BytesIO()
    Image.fromarray(shown).save(file, format="JPEG", quality=_QUALITY)
    return file.getvalue()


def _around(mask: BoolMask) -> tuple[slice, slice]:
    """The part of the frame to show: the mask and a margin; all of it where there is no mask."""
    height, width = mask.shape
    box = bounding_box(mask)
    if box is None:
        return slice(0, height), slice(0, width)
    left, top, right, bottom = box
    tall, wide = bottom - top + 1, right - left + 1
    least = max(round(_LEAST_SHARE * min(height, width)), round(_LEAST_ASPECT * max(tall, wide) * (1 + 2 * _MARGIN)))
    return _span(top, bottom, least, height), _span(left, right, least, width)


def _span(first: int, last: int, least: int, end: int) -> slice:
    """Frame rows or columns `first`..`last` and a margin, at least `least` of them where there are so many."""
    length = last - first + 1
    margin = max(round(length * _MARGIN), -(-(least - length) // 2))
    return slice(max(first - margin, 0), min(last + 1 + margin, end))
