"""Clicks become a mask: the first finds a region, each further one corrects it."""

from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np

from samannot_tui.engine.flow.geodesic import geodesic_distance
from samannot_tui.engine.flow.grid import Bool, Float, enlarged, resized, signed_distance
from samannot_tui.engine.flow.motion import residual
from samannot_tui.engine.flow.region import Scene, recut

Click = tuple[float, float, bool]  # work coordinates, x right, y down; positive?

_HARD_RADIUS = 4  # work pixels around a click that are as it says
_REACH = 14.0  # work pixels
_LONGEST_REACH = 70.0
_FIRST_WEIGHT = 4.0
_WEIGHT = 8.0
_SMALLEST_MOVER = 60  # work pixels
_LARGEST_MOVER = 0.4  # share of the frame
_CLEAR_MOTION = 0.6  # work pixels a frame
_BALL = 75.0  # geodesic distance


def first_mask(scene: Scene, click: Click) -> Bool:
    """The region (work size, never empty) around a positive click: what moves there as one, else what is
    alike in colour and near."""
    grid = scene.picture.grid
    motion = residual(scene.flows, np.ones(grid.half, np.bool_))
    mover, vote = _mover(resized(motion.size, grid.work), motion.inliers, click)
    evidence = _pull(grid.work, [click], [_REACH], _FIRST_WEIGHT) + 3 * vote
    start = mover if mover is not None else _ball(scene, click)
    evidence += 0.5 * np.clip(signed_distance(start) / 8, -2, 2)
    return recut(scene.picture, start, _hardened(evidence, [click]))


def corrected(scene: Scene, mask: Bool, clicks: Sequence[Click], *, local: bool) -> Bool:
    """A work-size mask after the last of the clicks; the earlier ones still hold where they are.

    A click on the wrong side of the contour is taken for the middle of the error: it reaches as far as the
    error may. When `local`, only changes that begin within that reach are made: the mask is good elsewhere.
    """
    distance = signed_distance(mask)
    x, y, positive = clicks[-1]
    depth = float(distance[round(y), round(x)])
    reaches = [_REACH] * len(clicks)
    if (depth > 0) != positive:
        reaches[-1] = min(max(2 * abs(depth), _REACH), _LONGEST_REACH)
    evidence = _pull(mask.shape, clicks, reaches, _WEIGHT) + np.clip(distance / 8, -2, 2)
    cut = recut(scene.picture, mask, _hardened(evidence, clicks), texture=2.0)
    return mask ^ _touching(mask ^ cut, clicks[-1], reaches[-1]) if local else cut


def _touching(changes: Bool, click: Click, reach: float) -> Bool:
    """The connected changes that come within reach of a click."""
    count, parts = cv2.connectedComponents(changes.view(np.uint8), connectivity=8)
    near = np.zeros(changes.shape, np.uint8)
    cv2.circle(near, (round(click[0]), round(click[1])), round(reach), 1, cv2.FILLED)
    keep = np.zeros(count, np.bool_)
    keep[parts[near > 0]] = True
    keep[0] = False
    return cast(Bool, keep[parts])


def _mover(speed: Float, inliers: float, click: Click) -> tuple[Bool | None, Float]:
    """The connected region that moves as the clicked pixel does, and every pixel's vote; None if unclear."""
    floor, level = float(np.median(speed)), float(speed[round(click[1]), round(click[0])])
    still = np.zeros(speed.shape, np.float32)
    if level - floor <= _CLEAR_MOTION or inliers <= 0.4:
        return None, still
    moving = (speed > (floor + level) / 2).view(np.uint8)
    parts = cv2.connectedComponents(moving, connectivity=8)[1]
    region = parts == parts[round(click[1]), round(click[0])]
    if not _SMALLEST_MOVER < np.count_nonzero(region) < _LARGEST_MOVER * region.size:
        return None, still
    step = 0.35 * (level - floor)
    vote = np.clip((speed - floor - step) / step, -1, 1)
    gate = min(max(level - floor - 0.3, 0.0), 1.0)
    return region, np.float32(gate) * np.where(vote > 0, np.float32(0.6) * vote, vote)


def _ball(scene: Scene, click: Click) -> Bool:
    """What is alike in colour and near; measured at half size, where it is four times as fast."""
    picture = scene.picture
    seed = round(click[1]) // 2, round(click[0]) // 2
    return enlarged(geodesic_distance(resized(picture.lab, picture.grid.half), seed)) < _BALL / 2


def _pull(shape: tuple[int, ...], clicks: Sequence[Click], reaches: Sequence[float], weight: float) -> Float:
    """Evidence of the clicks: a Gaussian hill or hole around each."""
    x, y = np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32)
    total = np.zeros(shape, np.float32)
    for (click_x, click_y, positive), reach in zip(clicks, reaches, strict=True):
        hill = np.outer(np.exp(-(((y - click_y) / reach) ** 2)), np.exp(-(((x - click_x) / reach) ** 2)))
        total += (weight if positive else -weight) * hill
    return total


def _hardened(evidence: Float, clicks: Sequence[Click]) -> Float:
    for x, y, positive in clicks:
        cv2.circle(evidence, (round(x), round(y)), _HARD_RADIUS, 20.0 if positive else -20.0, cv2.FILLED)
    return evidence
