"""Motion that the camera does not explain, and what it says about each pixel of an object."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from samannot_tui.engine.flow.flow import warped
from samannot_tui.engine.flow.grid import Bool, Float, length

Matrix = npt.NDArray[np.floating[Any]]

_GRID_STEP = 4  # half-size pixels
_TOLERANCE = 0.5  # half-size pixels
_FEWEST_POINTS = 24
_CEILING = 8.0  # work pixels
_MEMORY = 0.5
_CORE_PERCENTILE = 60
_RING_PERCENTILE = 40  # below the half: water or another mover may fill much of the ring


@dataclass(frozen=True, eq=False)
class Residual:
    """Motion against the camera's at half size, in work pixels, and how far the camera is to be trusted.

    Attributes:
        size: float32, at most 8; the smaller of the motion to either neighbouring frame.
        inliers: share of background points that the camera's motion explains, 0 where it is unknown.
    """

    size: Float
    inliers: float


def residual(flows: Sequence[Float], background: Bool) -> Residual:
    """Compare flows (half size and half-size pixels, to one or both neighbouring frames) with the camera's.

    `background`: half-size pixels that may be used to find the camera's motion.
    """
    sizes, inliers = [], 1.0
    for flow in flows:
        homography, share = _camera(flow, background)
        inliers = min(inliers, share)
        if homography is not None:
            sizes.append(length(flow - _camera_flow(homography, flow.shape[:2])))
    if len(sizes) < len(flows) or not flows:
        return Residual(np.zeros(background.shape, np.float32), 0.0)
    size = np.minimum.reduce(sizes) * np.float32(2)
    return Residual(np.minimum(size, np.float32(_CEILING)), inliers)


def _camera(flow: Float, background: Bool) -> tuple[Matrix | None, float]:
    rows, columns = np.nonzero(background[::_GRID_STEP, ::_GRID_STEP])
    if len(rows) < _FEWEST_POINTS:
        return None, 0.0
    rows, columns = rows * _GRID_STEP, columns * _GRID_STEP
    origin = np.stack([columns, rows], axis=1).astype(np.float32)
    homography, inliers = cv2.findHomography(origin, origin + flow[rows, columns], cv2.RANSAC, _TOLERANCE)
    if homography is None or not np.isfinite(homography).all():
        return None, 0.0
    return cast(Matrix, homography), float(inliers.mean())


def _camera_flow(homography: Matrix, shape: tuple[int, ...]) -> Float:
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    m = homography.astype(np.float32)
    depth = m[2, 0] * x + m[2, 1] * y + m[2, 2]
    depth = np.where(np.abs(depth) < 1e-3, np.float32(1e-3), depth)
    moved_x = (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / depth
    moved_y = (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / depth
    return np.dstack([moved_x - x, moved_y - y])


def accumulated(energy: Float, residual: Residual, backward: Float) -> Float:
    """Motion energy one frame on: half of the old, moved along, plus the frame's own."""
    return np.float32(_MEMORY) * warped(energy, backward) + residual.size


@dataclass(frozen=True, eq=False)
class MotionCue:
    """`vote` at half size, -1 (moves like the background) to .6 (like the object); `gate` 0 to 1 is trust."""

    vote: Float
    gate: float


def motion_cue(energy: Float, inliers: float, core: Bool, ring: Float, least: float) -> MotionCue:
    """Compare the energy in the object's core with that around it.

    Args:
        energy: motion energy, half size.
        inliers: as in `Residual`.
        core: half-size pixels that are the object's.
        ring: signed distance to the object's contour in work pixels, negative outside, half size.
        least: share of the core that has to move for the cue to be trusted at all.
    """
    silent = MotionCue(np.zeros(energy.shape, np.float32), 0.0)
    near = (ring < -4) & (ring > -25)
    if not core.any() or not near.any():
        return silent
    level = float(np.percentile(energy[core], _CORE_PERCENTILE))
    floor = float(np.percentile(energy[near], _RING_PERCENTILE))
    step = 0.35 * (level - floor)
    if step <= 1e-3:
        return silent
    vote = np.clip((energy - floor - step) / step, -1, 1)
    around = vote[(ring < -6) & (ring > -30)]
    core_share = float((vote[core] > 0).mean())
    ring_share = float((around > 0).mean()) if len(around) else 1.0
    gate = _ramp(level - floor - 0.3) * _ramp((core_share - least) / 0.3) * _ramp((0.6 - ring_share) / 0.3)
    gate *= _ramp((inliers - 0.4) / 0.3)
    return MotionCue(np.where(vote > 0, np.float32(0.6) * vote, vote).astype(np.float32), gate)


def _ramp(value: float) -> float:
    return min(max(value, 0.0), 1.0)
