"""A set of prompts becomes one mask on its frame: a pure function of the set and of the frames around."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import cv2
import numpy as np

from samannot_tui.engine.answerable import require_answerable
from samannot_tui.engine.contract import PromptSet
from samannot_tui.engine.flow.boxes import Box, box_mask
from samannot_tui.engine.flow.clicks import Click, corrected, first_mask
from samannot_tui.engine.flow.edges import sharpened
from samannot_tui.engine.flow.grid import Bool, Byte, Grid, Size, resized
from samannot_tui.engine.flow.region import Scene, scene
from samannot_tui.engine.flow.video import Video

_SEAM = 7  # work pixels; how wide around a change the contour is drawn anew


def prompted_mask(video: Video, prompts: PromptSet) -> Bool:
    """The mask, bool (height, width) of the frame, that a set of prompts asks for.

    It starts from the set's mask and boxes (their union), without these from its base, without that from
    its first positive click. Every other click then corrects it, in their order. A mask or base is changed
    only where the prompts reach; with nothing else it is the result.

    Raises:
        ValueError: the set computes nothing, or is not of this video.
    """
    prompts = checked(prompts, video.grid.frame, video.frame_count)
    given = prompts.base if prompts.mask is None and not prompts.boxes else prompts.mask
    changes = bool(prompts.boxes) or any(positive or _any(given) for _, _, positive in prompts.points)
    if given is not None and not changes:
        return given.copy()
    view = scene(video, prompts.frame)
    known = np.zeros(video.grid.work, np.bool_) if given is None else video.grid.mask_to_work(given) > 127
    start = known.copy()
    for box in prompts.boxes:
        start |= box_mask(view, box)
    clicks = [_click(point, video.grid) for point in prompts.points]
    mask = _clicked(view, start, clicks, local=given is not None)
    fine = sharpened(view.picture, mask)
    if given is None:
        return video.grid.mask_to_frame(fine)
    return _patched(given, known ^ mask, fine, video.grid)


def checked(prompts: PromptSet, size: Size, frame_count: int) -> PromptSet:
    """The set with its boxes in order and everything inside a frame of `size` (height, width).

    Raises:
        ValueError: the set computes nothing, or is not of such a video.
    """
    require_answerable(prompts, size, frame_count)
    return replace(
        prompts,
        points=tuple((_clip(x, size[1]), _clip(y, size[0]), sign) for x, y, sign in prompts.points),
        boxes=tuple(_ordered(box, size) for box in prompts.boxes),
    )


def _clip(value: float, length: int) -> float:
    return min(max(value, 0.0), length - 1.0)


def _ordered(box: Box, size: Size) -> Box:
    (left, right), (top, bottom) = sorted(box[::2]), sorted(box[1::2])
    return _clip(left, size[1]), _clip(top, size[0]), _clip(right, size[1]), _clip(bottom, size[0])


def _any(mask: Bool | None) -> bool:
    return mask is not None and bool(mask.any())


def _click(point: tuple[float, float, bool], grid: Grid) -> Click:
    x, y = grid.to_work(*point[:2])
    return _clip(x, grid.work[1]), _clip(y, grid.work[0]), point[2]


def _clicked(view: Scene, mask: Bool, clicks: Sequence[Click], *, local: bool) -> Bool:
    """The mask after all clicks; where it is empty, the first positive one begins it."""
    done = 0
    if not mask.any():
        first = next(click for click in clicks if click[2])
        clicks = [first, *(click for click in clicks if click is not first)]
        mask, done = first_mask(view, first), 1
    for count in range(done, len(clicks)):
        mask = corrected(view, mask, clicks[: count + 1], local=local)
    return mask


def _patched(given: Bool, changed: Bool, fine: Byte, grid: Grid) -> Bool:
    """The given mask with the new one's pixels where, at work size, the two differ."""
    seam = cast(Byte, cv2.dilate(changed.view(np.uint8), np.ones((_SEAM, _SEAM), np.uint8)))
    zone = resized(seam * np.uint8(255), grid.frame) > 127
    return np.where(zone, grid.mask_to_frame(fine), given)
