"""From one frame to the next: what all labels share."""

from dataclasses import dataclass

import numpy as np

from samannot_tui.engine.flow.flow import occluded
from samannot_tui.engine.flow.grid import Bool, Float, resized
from samannot_tui.engine.flow.motion import Residual, residual
from samannot_tui.engine.flow.picture import Picture
from samannot_tui.engine.flow.video import Video


@dataclass(frozen=True, eq=False)
class Passage:
    """The step from frame `before` to `frame`, in either direction of time.

    Attributes:
        picture: the frame, prepared.
        backward: where its pixels were, work size.
        backward_half: the same at half size, in half-size pixels.
        occluded: half-size pixels that were not to be seen before.
        flows: flows to the frame before and, where there is one, the frame after, as `backward_half`.
    """

    picture: Picture
    backward: Float
    backward_half: Float
    occluded: Bool
    flows: tuple[Float, ...]

    def residual(self, background: Bool) -> Residual:
        """Motion against the camera's, which is sought in `background` (half size)."""
        return residual(self.flows, background & ~self.occluded)


def passage(video: Video, before: int, frame: int) -> Passage:
    """Looks one frame ahead: an edge that the frame before hides is seen moving in the next one."""
    backward = video.flow(frame, before)
    flows = neighbour_flows(video, frame, (before, 2 * frame - before))
    backward_half = flows[0]
    return Passage(
        picture=video.picture(frame),
        backward=backward,
        backward_half=backward_half,
        occluded=occluded(backward_half, halved(video.flow(before, frame))),
        flows=flows,
    )


def neighbour_flows(video: Video, frame: int, others: tuple[int, int]) -> tuple[Float, ...]:
    """Flows from a frame to those of the other two that exist, half size and in half-size pixels."""
    return tuple(halved(video.flow(frame, other)) for other in others if video.has(other))


def halved(flow: Float) -> Float:
    """A work-size flow at half size, in half-size pixels."""
    height, width = flow.shape[:2]
    return resized(flow, (height // 2, width // 2)) * np.float32(0.5)
