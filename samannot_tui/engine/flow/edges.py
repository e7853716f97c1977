"""Sharpening a contour at fine size: local projection on the line between the two sides' mean colours."""

from typing import cast

import cv2
import numpy as np

from samannot_tui.engine.flow.grid import Bool, Byte, Crop, Float, crop_around, enlarged, signed_distance
from samannot_tui.engine.flow.picture import Picture, normalised_lab

_BAND = 8.0  # fine pixels
_SIGMA = 3.0  # work pixels
_LEAST_SUPPORT = 1e-4


def contour_field(picture: Picture, crop: Crop, mask: Bool) -> Float:
    """Evidence at fine size inside the crop that a pixel is the object's; positive where it is.

    `mask` is the object's at work size inside the crop.
    """
    distance = signed_distance(mask)
    fine = enlarged(distance) * 2
    field: Float = np.clip(fine / 4, -2, 2)
    rows, columns = np.nonzero(np.abs(fine) < _BAND)
    if len(rows):
        lab = picture.lab[crop.work]
        near = rows // 2, columns // 2
        inside, outside = _local_mean(lab, distance > 1)[near].T, _local_mean(lab, distance < -1)[near].T
        colour = normalised_lab(picture.lab_fine[crop.fine][rows, columns]).T
        known = (inside[3] > _LEAST_SUPPORT) & (outside[3] > _LEAST_SUPPORT)
        field[rows, columns] += known * _projection(colour, inside[:3], outside[:3])
    return field


def sharpened(picture: Picture, mask: Bool) -> Byte:
    """A work-size mask at fine size, 0 or 255, its contour moved to the edge nearby."""
    fine = np.zeros(picture.grid.fine, np.uint8)
    if mask.any():
        crop = crop_around(mask, int(_BAND))
        field = contour_field(picture, crop, mask[crop.work])
        if not (field > 0).any():
            field = enlarged(signed_distance(mask[crop.work]))
        fine[crop.fine] = (field > 0) * np.uint8(255)
    return fine


def _local_mean(lab: Float, where: Bool) -> Float:
    """(height, width, 4): Gaussian mean colour over the pixels `where`, and how much of them is near."""
    weighted = np.dstack([lab, np.ones(lab.shape[:2], np.float32)]) * where[..., None].astype(np.float32)
    blurred = cast(Float, cv2.GaussianBlur(weighted, (0, 0), _SIGMA))
    blurred[..., :3] /= np.maximum(blurred[..., 3:], np.float32(1e-6))
    return blurred


def _projection(colour: Float, inside: Float, outside: Float) -> Float:
    """2 for the object's local colour, -2 for the background's, less where the two are alike; all (3, n)."""
    difference = inside - outside
    square = np.square(difference).sum(axis=0)
    along = ((colour - outside) * difference).sum(axis=0) / (square + np.float32(0.05))
    return cast(Float, 2 * np.clip(2 * along - 1, -1, 1) * np.minimum(np.sqrt(square), 1))


def soft_mask(mask: Byte) -> Byte:
    """The mask (fine size, 0 or 255) as the next frame starts from it: work size, edges softened."""
    height, width = mask.shape
    half = cv2.resize(mask, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return cast(Byte, cv2.GaussianBlur(half, (0, 0), 0.7))
