"""One frame of a pass: the labels that are followed into it, beside those that are prompted on it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from samannot_tui.engine.contract import LabelResult
from samannot_tui.engine.flow import confidence
from samannot_tui.engine.flow.contest import Claim, settled
from samannot_tui.engine.flow.edges import contour_field, soft_mask
from samannot_tui.engine.flow.grid import Bool, Byte, Grid, resized
from samannot_tui.engine.flow.memory import LabelMemory
from samannot_tui.engine.flow.motion import Residual
from samannot_tui.engine.flow.passage import Passage
from samannot_tui.engine.flow.picture import Picture
from samannot_tui.engine.flow.sampling import shape_of
from samannot_tui.engine.flow.track import Expected, Found, anchored, expect, find, followed, seen, waiting

Memories = dict[int, LabelMemory]
Masks = Mapping[int, Bool]


@dataclass(frozen=True, eq=False)
class Sighting:
    """A label on a frame it was followed into. `soft` is its mask at work size, 0 to 255."""

    expected: Expected
    found: Found | None
    mask: Bool
    soft: Byte


def follow(passage: Passage, memories: Memories, prompted: Masks) -> dict[int, Sighting]:
    """Find each label of `memories` on the frame. Their masks share no pixel, nor any with `prompted`."""
    grid = passage.picture.grid
    taken = np.logical_or.reduce([np.zeros(grid.frame, np.bool_), *prompted.values()])
    expected = {label: expect(memory, passage) for label, memory in memories.items()}
    residual = _residual(passage, expected, taken)
    found = {label: find(memories[label], expected[label], passage, residual) for label in memories}
    fine = _sharpened(passage.picture, _uncontested({k: v for k, v in found.items() if v}, grid))
    sightings = {}
    for label in memories:
        mask, soft = np.zeros(grid.frame, np.bool_), np.zeros(grid.work, np.uint8)
        if label in fine:
            pixels = fine[label]
            pixels[resized(taken.view(np.uint8), grid.fine) > 0] = 0
            soft = soft_mask(pixels)
            if (soft > 127).any():
                mask = grid.mask_to_frame(pixels) & ~taken
        sightings[label] = Sighting(expected[label], found[label], mask, soft)
    return sightings


def _residual(passage: Passage, expected: Mapping[int, Expected], taken: Bool) -> Residual:
    background = shape_of(passage.picture.grid.mask_to_work(taken) > 127).distance < -6
    for one in expected.values():
        background &= one.shape.distance < -6
    return passage.residual(background)


def _uncontested(found: Mapping[int, Found], grid: Grid) -> dict[int, Found]:
    claims = [Claim(one.crop.work, one.mask, one.evidence) for one in found.values()]
    masks = settled(claims, grid.work)
    return {label: replace(one, mask=mask) for (label, one), mask in zip(found.items(), masks, strict=True)}


def _sharpened(picture: Picture, found: Mapping[int, Found]) -> dict[int, Byte]:
    """Masks at fine size, 0 or 255, of the labels of which anything was found."""
    seen_labels = {label: one for label, one in found.items() if one.mask.any()}
    fields = [contour_field(picture, one.crop, one.mask) for one in seen_labels.values()]
    claims = [Claim(one.crop.fine, field > 0, field) for one, field in zip(seen_labels.values(), fields, strict=True)]
    result = {}
    for (label, one), mask in zip(seen_labels.items(), settled(claims, picture.grid.fine), strict=True):
        result[label] = np.zeros(picture.grid.fine, np.uint8)
        result[label][one.crop.fine] = mask * np.uint8(255)
    return result


def remember(
    picture: Picture, memories: Memories, sightings: Mapping[int, Sighting], prompted: Masks
) -> tuple[Memories, dict[int, LabelResult]]:
    """Memories after a frame, and results for the labels that were followed into it.

    Args:
        memories: those before the frame; a prompted label may lack one.
        sightings: what `follow` gave.
        prompted: masks of the prompted labels, frame size.
    """
    softs = {label: picture.grid.mask_to_work(mask) for label, mask in prompted.items()}
    softs |= {label: sighting.soft for label, sighting in sightings.items()}
    later, results = {}, {}
    for label, sighting in sightings.items():
        rivals = _rivals(softs, label, picture.grid)
        later[label], quality = _learnt(picture, memories[label], sighting, rivals)
        score = confidence.object_score(sighting.mask, quality)
        results[label] = LabelResult(label, sighting.mask, score, quality, "propagated")
    for label in prompted:
        known = memories.get(label) or LabelMemory.blank(picture.grid)
        later[label] = anchored(known, picture, softs[label], _rivals(softs, label, picture.grid))
    return later, results


def _rivals(softs: Mapping[int, Byte], label: int, grid: Grid) -> Bool:
    """Half-size pixels of all labels but one."""
    others = [soft[::2, ::2] > 127 for other, soft in softs.items() if other != label]
    return cast(Bool, np.logical_or.reduce([np.zeros(grid.half, np.bool_), *others]))


def _learnt(picture: Picture, memory: LabelMemory, sighting: Sighting, rivals: Bool) -> tuple[LabelMemory, float]:
    """The label's memory after the frame, and the quality of its mask there."""
    found = sighting.found
    if found is None or not sighting.mask.any():
        return waiting(memory, sighting.expected, found), 0.0
    final = sighting.soft > 127
    model = seen(picture, found, sighting.soft, rivals)
    agreement = confidence.overlap(sighting.expected.mask, final)
    later = followed(memory, found, model, sighting.soft, agreement)
    contrast = confidence.contrast(final[found.crop.work], found.look)
    area = float(np.count_nonzero(final))
    return later, confidence.quality(later, model.colours.inside, area, contrast)
