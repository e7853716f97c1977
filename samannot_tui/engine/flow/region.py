"""The scene in which prompts become a mask: one frame, its motion, and the cut by colour."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from samannot_tui.engine.flow import appearance, histogram
from samannot_tui.engine.flow.grid import Bool, Float, enlarged
from samannot_tui.engine.flow.meanfield import mean_field_cut
from samannot_tui.engine.flow.model import learn
from samannot_tui.engine.flow.passage import neighbour_flows
from samannot_tui.engine.flow.picture import Picture
from samannot_tui.engine.flow.sampling import shape_of
from samannot_tui.engine.flow.video import Video

_SAMPLES = 1000


@dataclass(frozen=True, eq=False)
class Scene:
    """A frame and its flows to the frames on either side (half size), whatever the direction of travel."""

    picture: Picture
    flows: Sequence[Float]


def scene(video: Video, frame: int) -> Scene:
    return Scene(video.picture(frame), neighbour_flows(video, frame, (frame - 1, frame + 1)))


def colour_evidence(picture: Picture, mask: Bool) -> Float:
    """Log odds of each work pixel's colour, 2.5 at most, learnt from a work-size mask."""
    bins = histogram.bins_of(picture.lab_bytes)
    weight = shape_of(mask).background_weight(None).repeat(2, axis=0).repeat(2, axis=1)
    colours = histogram.Colours(
        histogram.shares(bins, mask.astype(np.float32)),
        histogram.shares(bins, np.where(mask, np.float32(0), weight)),
    )
    return np.clip(histogram.log_odds(colours)[bins], -2.5, 2.5)


def texture_evidence(picture: Picture, mask: Bool) -> Float:
    """The appearance classifier's score for every work pixel, 1.2 at most, learnt from a work-size mask."""
    shape = shape_of(mask)
    nothing = np.zeros(picture.grid.half, np.bool_)
    seen = learn(picture, shape, rivals=nothing, doubtful=nothing, samples=_SAMPLES, margin=2)
    return np.clip(enlarged(appearance.score(seen.gram, picture.features, shape, ~nothing)), -1.2, 1.2)


def recut(picture: Picture, mask: Bool, evidence: Float, *, texture: float = 0.0) -> Bool:
    """The mask cut again, twice, by what it looks like itself and by the evidence given (all work size).

    `texture` weighs the appearance classifier, which must not learn from a first guess: it would only
    confirm it. Returns the mask as it was where the cut leaves nothing of it.
    """
    for _ in range(2):
        total = evidence + colour_evidence(picture, mask)
        if texture:
            total += np.float32(texture) * texture_evidence(picture, mask)
        found = mean_field_cut(total, picture.lab)
        if not found.any():
            return mask
        mask = found
    return mask
