"""One label, one frame on: where it is expected, where it is found, what is learnt from it."""

from dataclasses import dataclass, replace
from typing import cast

import cv2
import numpy as np

from samannot_tui.engine.flow import appearance, histogram
from samannot_tui.engine.flow.flow import warped
from samannot_tui.engine.flow.grid import Bool, Byte, Crop, Float, crop_around, enlarged, signed_distance
from samannot_tui.engine.flow.meanfield import mean_field_cut
from samannot_tui.engine.flow.memory import LabelMemory
from samannot_tui.engine.flow.model import Model, learn
from samannot_tui.engine.flow.motion import MotionCue, Residual, accumulated, motion_cue
from samannot_tui.engine.flow.passage import Passage
from samannot_tui.engine.flow.picture import Picture
from samannot_tui.engine.flow.sampling import Shape, shape_of
from samannot_tui.engine.flow.unary import REACH, unary

_MARGIN = 24  # work pixels around the expected mask
_ANCHOR_SAMPLES = 2000
_RUNNING_SAMPLES = 500
_RUNNING_SHARE = 0.05
_STEADINESS_SHARE = 0.05


@dataclass(frozen=True, eq=False)
class Expected:
    """Where the flow carried a label's mask, before the frame itself was looked at."""

    soft: Byte
    mask: Bool
    shape: Shape


def expect(memory: LabelMemory, passage: Passage) -> Expected:
    soft = warped(memory.soft, passage.backward)
    mask = soft > 127
    return Expected(soft, mask, shape_of(mask))


@dataclass(frozen=True, eq=False)
class Found:
    """A label on a frame. `mask`, `evidence` and `look` cover the crop at work size; `energy` is the
    motion energy to remember and `cue` what it says, both at half size."""

    crop: Crop
    mask: Bool
    evidence: Float
    look: Float
    energy: Float
    cue: MotionCue


def find(memory: LabelMemory, expected: Expected, passage: Passage, residual: Residual) -> Found | None:
    """Segment the frame near the expected mask; None where nothing is expected."""
    energy = accumulated(memory.energy, residual, passage.backward_half)
    if not expected.mask.any():
        return None
    crop = crop_around(expected.mask, _MARGIN)
    cue = _cue(energy, residual, expected.shape.distance)
    model = memory.anchor.mixed(memory.running, 0.5)
    near = np.zeros(passage.occluded.shape, np.bool_)
    near[crop.half] = expected.shape.distance[crop.half] > -REACH - 4
    look = enlarged(appearance.score(model.gram, passage.picture.features, expected.shape, near)[crop.half])
    evidence = unary(
        soft=expected.soft[crop.work],
        distance=signed_distance(expected.mask[crop.work]),
        look=look,
        colour=histogram.log_odds(model.colours)[histogram.bins_of(passage.picture.lab_bytes[crop.work])],
        motion=np.float32(cue.gate) * enlarged(cue.vote[crop.half]),
        occluded=passage.occluded[crop.half].repeat(2, axis=0).repeat(2, axis=1),
    )
    labels = mean_field_cut(evidence, passage.picture.lab[crop.work])
    mask = _plausible_parts(labels, expected.mask[crop.work], look)
    return Found(crop, mask, evidence, look, energy, cue)


def _cue(energy: Float, residual: Residual, distance: Float) -> MotionCue:
    return motion_cue(energy, residual.inliers, distance > 2, distance, least=0.4)


def _plausible_parts(labels: Bool, expected: Bool, look: Float) -> Bool:
    """Drop small components, and those that neither overlap the expected mask nor look like the object."""
    count, parts = cv2.connectedComponents(labels.view(np.uint8), connectivity=8)
    area = np.bincount(parts.ravel(), minlength=count)
    overlap = np.bincount(parts.ravel(), expected.ravel(), minlength=count)
    mean_look = np.bincount(parts.ravel(), look.ravel(), minlength=count) / np.maximum(area, 1)
    keep = (area >= 0.02 * area[1:].max(initial=0)) & ((overlap >= 0.25 * area) | (mean_look > 0.2))
    keep[0] = False
    return cast(Bool, keep[parts])


def anchored(memory: LabelMemory, picture: Picture, soft: Byte, rivals: Bool) -> LabelMemory:
    """The memory after a prompted frame whose mask, at work size, is `soft` (0 to 255).

    An empty mask says that the label is not there; what it looks like stays known.
    """
    mask = soft > 127
    known = memory
    if mask.any():
        shape = shape_of(mask)
        nothing = np.zeros_like(rivals)
        model = learn(picture, shape, rivals=rivals, doubtful=nothing, samples=_ANCHOR_SAMPLES, margin=0)
        anchors = memory.anchors + 1
        anchor = memory.anchor.mixed(model, 1 / anchors)
        known = replace(memory, anchor=anchor, anchors=anchors, running=anchor, area=float(mask.sum()))
    blurred = cast(Byte, cv2.GaussianBlur(soft, (0, 0), 1.0))
    return replace(known, soft=blurred, energy=np.zeros_like(memory.energy), steadiness=1.0)


def seen(picture: Picture, found: Found, soft: Byte, rivals: Bool) -> Model:
    """What the label looks like on a frame where it was found; `soft` is its final mask at work size."""
    moves_away = (found.cue.vote < -0.3) & (found.cue.gate > 0.3)
    return learn(
        picture,
        shape_of(soft > 127),
        rivals=rivals,
        doubtful=moves_away,
        samples=_RUNNING_SAMPLES,
        margin=2,
    )


def followed(memory: LabelMemory, found: Found, model: Model, soft: Byte, overlap: float) -> LabelMemory:
    """The memory after a frame on which the label was found, `overlap` being that of the expected and the
    found mask."""
    return replace(
        memory,
        running=memory.running.mixed(model, _RUNNING_SHARE),
        soft=soft,
        energy=found.energy,
        steadiness=(1 - _STEADINESS_SHARE) * memory.steadiness + _STEADINESS_SHARE * overlap,
    )


def waiting(memory: LabelMemory, expected: Expected, found: Found | None) -> LabelMemory:
    """The memory after a frame on which the label was not found: it is still expected where flow leads."""
    return replace(memory, soft=expected.soft, energy=memory.energy if found is None else found.energy)
