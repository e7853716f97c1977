"""The network's calls, typed: the one place that knows the tuples and dicts that upstream passes around.

Each does what upstream's video predictor does inside for one object, so its results are the same bit for bit.
All are called inside `Placement.inference`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from sam2.modeling.sam2_base import SAM2Base
from torch import Tensor
from torch.nn.functional import interpolate

from samannot_tui.engine.sam2.features import ImageFeatures
from samannot_tui.engine.sam2.memory import Bank, Memory
from samannot_tui.engine.sam2.placement import Placement
from samannot_tui.masks.rle import BoolMask

Click = tuple[float, float, int]
"""x and y in pixels; 0 negative, 1 positive, 2 and 3 a box's top left and bottom right corner."""

_MASK_LOGIT = 10.0  # of pixels inside a mask that a person gave; minus this outside


@dataclass(frozen=True, eq=False)
class Prediction:
    """One label on one frame, for an image of side S.

    Attributes:
        logits: of its mask, float32 (1, 1, S/4, S/4).
        pointer: float32 (1, 256).
        presence: is the object there? A logit, (1, 1).
        ious: estimates of the IoU of each candidate, (1, 1) or (1, 3); the best one became the mask.
    """

    logits: Tensor
    pointer: Tensor
    presence: Tensor
    ious: Tensor

    @property
    def object_score(self) -> float:
        return float(self.presence)

    @property
    def quality(self) -> float:
        """0 to 1."""
        return min(max(float(self.ious.max()), 0.0), 1.0)

    def mask(self, size: tuple[int, int]) -> BoolMask:
        """The mask at a frame's size (height, width)."""
        full: BoolMask = (_resized(self.logits, size)[0, 0] > 0).cpu().numpy()
        return full


class Network:
    """SAM 2 on its device."""

    def __init__(self, model: SAM2Base, placement: Placement) -> None:
        self.placement = placement
        self.image_size = int(model.image_size)
        self._model = model.to(placement.device)
        # Positions depend on the size alone; a memory that was restored needs them before any was encoded.
        like = torch.empty((1, model.mem_dim, *[self.grid_side] * 2), device=placement.device)
        self._memory_position: Tensor = model.memory_encoder.position_encoding(like).to(placement.dtype)
        self._position: Tensor | None = None

    @property
    def grid_side(self) -> int:
        """Side of the grid of memory features."""
        return self.image_size // int(self._model.backbone_stride)

    @property
    def memory_shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Shapes of one frame's pointer and memory features, without the leading 1."""
        return (int(self._model.hidden_dim),), (int(self._model.mem_dim), self.grid_side, self.grid_side)

    def features(self, image: Tensor) -> ImageFeatures:
        """What the network sees in an image, float32 (1, 3, S, S)."""
        seen = self._model.forward_image(image.to(self.placement.device))
        if self._position is None:
            self._position = seen["vision_pos_enc"][-1]
        return ImageFeatures(tuple(seen["backbone_fpn"]), self._position)

    def clicked(
        self, features: ImageFeatures, clicks: Sequence[Click], size: tuple[int, int], base: BoolMask | None
    ) -> Prediction:
        """What clicks in a frame of `size` (height, width) ask for, without any memory; they refine `base`."""
        device = self.placement.device
        points = torch.tensor([[click[:2] for click in clicks]], dtype=torch.float32)
        # In this order and in float32, for the same bits as upstream.
        coordinates = points / torch.tensor(size[::-1]) * self.image_size
        labels = torch.tensor([[click[2] for click in clicks]], dtype=torch.int32)
        inputs = {"point_coords": coordinates.to(device), "point_labels": labels.to(device)}
        return self._step(features, points=inputs, base=None if base is None else self._logits(base))[0]

    def given(self, features: ImageFeatures, mask: BoolMask) -> Prediction:
        """A mask bool (height, width) taken for the result on a frame."""
        return self._step(features, mask=self._square(mask).float())[0]

    def tracked(self, features: ImageFeatures, frame: int, frame_count: int, bank: Bank) -> tuple[Prediction, Memory]:
        """One step of tracking: the label on the next frame of the bank, and that frame's memory."""
        outputs = {
            "cond_frame_outputs": self._outputs(bank.conditioning),
            "non_cond_frame_outputs": self._outputs(bank.recent),
        }
        prediction, fine = self._step(
            features, frame=frame, frame_count=frame_count, outputs=outputs, reverse=bank.step < 0
        )
        return prediction, self._encoded(features, prediction, fine, prompted=False)

    def remembered(self, features: ImageFeatures, prediction: Prediction) -> Memory:
        """The memory of a prompted frame."""
        fine = _resized(prediction.logits, (self.image_size,) * 2)
        return self._encoded(features, prediction, fine, prompted=True)

    def _step(
        self,
        features: ImageFeatures,
        *,
        points: dict[str, Tensor] | None = None,
        mask: Tensor | None = None,
        base: Tensor | None = None,
        frame: int = 0,
        frame_count: int = 1,
        outputs: dict[str, dict[int, dict[str, Any]]] | None = None,
        reverse: bool = False,
    ) -> tuple[Prediction, Tensor]:
        """A prediction and its logits at the image's size (1, 1, S, S); without `outputs`, no memory is read."""
        _, found, _, _ = self._model._track_step(
            frame_idx=frame,
            is_init_cond_frame=outputs is None,
            current_vision_feats=[_tokens(level) for level in features.levels],
            current_vision_pos_embeds=[_tokens(features.position)],
            feat_sizes=_sizes(features),
            point_inputs=points,
            mask_inputs=mask,
            output_dict=outputs,
            num_frames=frame_count,
            track_in_reverse=reverse,
            prev_sam_mask_logits=base,
        )
        _, _, ious, logits, fine, pointer, presence = found
        return Prediction(logits, pointer, presence, ious), fine

    def _encoded(self, features: ImageFeatures, prediction: Prediction, fine: Tensor, *, prompted: bool) -> Memory:
        encoded, _ = self._model._encode_new_memory(
            current_vision_feats=[_tokens(features.levels[-1])],
            feat_sizes=_sizes(features),
            pred_masks_high_res=fine,
            object_score_logits=prediction.presence,
            is_mask_from_pts=prompted,
        )
        return Memory(prediction.pointer, encoded.to(torch.bfloat16))

    def _outputs(self, memories: Mapping[int, Memory]) -> dict[int, dict[str, Any]]:
        return {
            frame: {
                "maskmem_features": memory.features,
                "maskmem_pos_enc": [self._memory_position],
                "obj_ptr": memory.pointer,
            }
            for frame, memory in memories.items()
        }

    def _logits(self, mask: BoolMask) -> Tensor:
        """Logits (1, 1, S/4, S/4) of a mask: what is kept of one that was given."""
        logits = self._square(mask).float() * (2 * _MASK_LOGIT) - _MASK_LOGIT
        return _resized(logits, (self.image_size // 4,) * 2, antialias=True)

    def _square(self, mask: BoolMask) -> Tensor:
        """A mask at the image's size, bool (1, 1, S, S)."""
        full = torch.from_numpy(mask).to(self.placement.device)[None, None].float()
        return _resized(full, (self.image_size,) * 2, antialias=True) >= 0.5


def _resized(planes: Tensor, size: tuple[int, int], *, antialias: bool = False) -> Tensor:
    if planes.shape[-2:] == size:
        return planes
    return interpolate(planes, size=size, mode="bilinear", align_corners=False, antialias=antialias)


def _tokens(level: Tensor) -> Tensor:
    """(1, channels, height, width) as (height x width, 1, channels)."""
    return level.flatten(2).permute(2, 0, 1)


def _sizes(features: ImageFeatures) -> list[tuple[int, int]]:
    return [(level.shape[-2], level.shape[-1]) for level in features.levels]
