"""What every engine refuses: prompt sets that compute nothing, or that are not of the video."""

import math

import numpy as np

from samannot_tui.engine.contract import PromptSet


def require_answerable(prompts: PromptSet, size: tuple[int, int], frame_count: int) -> None:
    """See that a set can be answered on a video of `size` (height, width).

    Raises:
        ValueError: the set computes nothing, or is not of such a video.
    """
    where = f"label {prompts.label} on frame {prompts.frame}"
    if not 0 <= prompts.frame < frame_count:
        raise ValueError(f"{where}: the video has frames 0 to {frame_count - 1}")
    for mask in (prompts.mask, prompts.base):
        if mask is not None and (mask.shape != size or mask.dtype != np.bool_):
            raise ValueError(f"{where}: a mask must be bool, {size[1]}x{size[0]} pixels as the video's frames")
    numbers = [n for point in prompts.points for n in point[:2]] + [n for box in prompts.boxes for n in box]
    if not all(math.isfinite(number) for number in numbers):
        raise ValueError(f"{where}: a prompt lies at a coordinate that is no number")
    if prompts.mask is None and prompts.base is None and not prompts.boxes:
        if not prompts.points:
            raise ValueError(f"{where} has no prompt; add a point, a box or a mask")
        if not any(positive for _, _, positive in prompts.points):
            raise ValueError(f"{where} has negative points alone; add a positive point or a box")
