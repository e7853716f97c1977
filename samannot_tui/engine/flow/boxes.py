"""A box becomes a mask: GrabCut (Rother et al., SIGGRAPH 2004) helped by motion, then cut by colour."""

from typing import cast

import cv2
import numpy as np

from samannot_tui.engine.flow.grid import Bool, Float, enlarged, signed_distance
from samannot_tui.engine.flow.motion import MotionCue, motion_cue, residual
from samannot_tui.engine.flow.region import Scene, recut

Box = tuple[float, float, float, float]

_GRABCUT_ROUNDS = 5
_FEWEST_PIXELS = 32  # GrabCut needs a few on either side to tell colours apart
_SMALLEST_SHARE = 0.1  # of the box; GrabCut's result is not believed below
_ELLIPSE_CORE = 0.5


def box_mask(scene: Scene, box: Box) -> Bool:
    """The mask (work size, never empty) of the object that a box in frame pixels, XYXY, encloses."""
    inside, radius = _box_and_ellipse(scene, box)
    cue = _motion(scene, inside, radius)
    vote = enlarged(cue.vote)
    first = _grabcut(scene, inside, inside & (vote < -0.3) if cue.gate > 0.3 else np.zeros_like(inside))
    start = first
    if np.count_nonzero(first) < _SMALLEST_SHARE * np.count_nonzero(inside):
        start = inside & (radius < 1) if (inside & (radius < 1)).any() else inside
    evidence = np.where(first, np.float32(1), np.float32(-1)) + np.clip(1 - radius, -2, 1)
    evidence += np.float32(3 * cue.gate) * vote
    evidence[~inside] = -20
    return recut(scene.picture, start, evidence)


def _box_and_ellipse(scene: Scene, box: Box) -> tuple[Bool, Float]:
    """Work pixels inside the box, one at least, and the square of the radius in the ellipse it holds."""
    grid = scene.picture.grid
    left, top = grid.to_work(box[0] - 0.5, box[1] - 0.5)
    right, bottom = grid.to_work(box[2] + 0.5, box[3] + 0.5)
    x, y = np.arange(grid.work[1], dtype=np.float32), np.arange(grid.work[0], dtype=np.float32)[:, None]
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    inside = (np.abs(x - middle_x) <= max((right - left) / 2, 0.5)) & (
        np.abs(y - middle_y) <= max((bottom - top) / 2, 0.5)
    )
    radius = ((x - middle_x) * 2 / (right - left)) ** 2 + ((y - middle_y) * 2 / (bottom - top)) ** 2
    return inside, radius.astype(np.float32)


def _motion(scene: Scene, inside: Bool, radius: Float) -> MotionCue:
    """What moves in the box unlike the background around it."""
    distance = 2 * signed_distance(inside[::2, ::2])
    motion = residual(scene.flows, distance < -6)
    core = radius[::2, ::2] < _ELLIPSE_CORE
    # A box holds background too, so that no share of its core needs to move.
    return motion_cue(motion.size, motion.inliers, core, distance, least=0)


def _grabcut(scene: Scene, inside: Bool, unlikely: Bool) -> Bool:
    """GrabCut over the whole frame (a tight crop knows too little background); nothing lies off `inside`."""
    likely = inside & ~unlikely
    if min(np.count_nonzero(likely), np.count_nonzero(~likely), np.count_nonzero(~inside)) < _FEWEST_PIXELS:
        return inside
    labels = np.full(inside.shape, cv2.GC_BGD, np.uint8)
    labels[unlikely] = cv2.GC_PR_BGD
    labels[likely] = cv2.GC_PR_FGD
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    # GrabCut's first clusters are drawn from OpenCV's global generator: the same mask every time needs a seed.
    cv2.setRNGSeed(1)
    no_box = (0, 0, 1, 1)  # not read: the labels say where
    cv2.grabCut(
        scene.picture.lab_bytes,
        labels,
        no_box,
        background,
        foreground,
        _GRABCUT_ROUNDS,
        cv2.GC_INIT_WITH_MASK,
    )
    return cast(Bool, labels == cv2.GC_PR_FGD)
