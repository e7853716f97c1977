"""The sam2 package's own video predictor, driven as its authors do, on seeded random weights: the reference that
the engine must equal. Trained weights change none of what is compared."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch
from hydra.utils import instantiate
from omegaconf import OmegaConf
from PIL import Image
from sam2 import sam2_video_predictor
from sam2.sam2_video_predictor import SAM2VideoPredictor
from torch import Tensor

from samannot_tui.engine.contract import PromptSet
from samannot_tui.engine.models.catalog import Variant
from samannot_tui.engine.sam2.checkpoint import CONFIGS
from samannot_tui.media.source import FrameSource

_PREDICTOR = {
    "_target_": "sam2.sam2_video_predictor.SAM2VideoPredictor",
    "sam_mask_decoder_extra_args": {
        "dynamic_multimask_via_stability": True,
        "dynamic_multimask_stability_delta": 0.05,
        "dynamic_multimask_stability_thresh": 0.98,
    },
    "binarize_mask_from_pts_for_mem_enc": True,
    "add_all_frames_to_correct_as_cond": True,
}
_PRESENT = 2.0
_MEAN = torch.tensor((0.485, 0.456, 0.406))[:, None, None]
_STD = torch.tensor((0.229, 0.224, 0.225))[:, None, None]


def random_weights(variant: Variant = "tiny", seed: int = 7) -> dict[str, Tensor]:
    """Weights of a model fresh from its constructor, float32 on the CPU, but that it sees its objects as present:
    left alone, a random head may say "absent" for all, and every mask would be empty."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        weights: dict[str, Tensor] = _model(variant, 256, -1).state_dict()
    last = max(name for name in weights if name.startswith("sam_mask_decoder.pred_obj_score_head"))
    weights[last.rpartition(".")[0] + ".bias"] += _PRESENT
    return weights


def save_random_checkpoint(path: Path, variant: Variant = "tiny", seed: int = 7) -> None:
    """Write random weights as the official checkpoint files hold theirs."""
    torch.save({"model": random_weights(variant, seed)}, path)


def build_upstream(
    weights: Mapping[str, Tensor],
    image_size: int,
    variant: Variant = "tiny",
    *,
    max_cond_frames: int = 8,
    device: str = "cpu",
) -> SAM2VideoPredictor:
    """Upstream's predictor with the engine's settings; hole filling off, as it needs a CUDA extension."""
    model = _model(variant, image_size, max_cond_frames)
    model.load_state_dict(weights, strict=True)
    model.fill_hole_area = 0
    return model.eval().to(device)


def _model(variant: Variant, image_size: int, max_cond_frames: int) -> Any:
    config = OmegaConf.create((files("sam2") / CONFIGS[variant]).read_text()).model
    own = {"image_size": image_size, "max_cond_frames_in_attn": max_cond_frames}
    return instantiate(OmegaConf.merge(config, _PREDICTOR, own))


class _Images:
    """What upstream's folder loader gives, a frame at a time."""

    def __init__(self, frames: FrameSource, image_size: int) -> None:
        self._frames = frames
        self._size = image_size

    def __getitem__(self, frame: int) -> Tensor:
        picture = Image.fromarray(self._frames.read(frame)).resize((self._size, self._size))
        image = torch.from_numpy(np.array(picture) / 255.0).permute(2, 0, 1).to(torch.float32)
        image -= _MEAN
        image /= _STD
        return image


class Upstream:
    """A video opened in upstream's predictor; labels are its object ids.

    `seen` is its cache of image features, by frame: where it holds all frames, `look` need not run again.
    """

    def __init__(
        self, predictor: SAM2VideoPredictor, frames: FrameSource, seen: Mapping[int, Any] | None = None
    ) -> None:
        self.predictor = predictor
        self.size = (frames.info.height, frames.info.width)
        self.state: dict[str, Any] = {
            "images": _Images(frames, predictor.image_size),
            "num_frames": frames.info.frame_count,
            "video_height": frames.info.height,
            "video_width": frames.info.width,
            "device": predictor.device,
            "storage_device": predictor.device,
            "offload_video_to_cpu": False,
            "offload_state_to_cpu": False,
            "point_inputs_per_obj": {},
            "mask_inputs_per_obj": {},
            "cached_features": dict(seen or {}),
            "constants": {},
            "obj_id_to_idx": OrderedDict(),
            "obj_idx_to_id": OrderedDict(),
            "obj_ids": [],
            "output_dict_per_obj": {},
            "temp_output_dict_per_obj": {},
            "frames_tracked_per_obj": {},
        }

    @torch.inference_mode()
    def look(self) -> dict[int, Any]:
        """Image features of all frames, as its cache keeps those of one."""
        seen: dict[int, Any] = {}
        for frame in range(self.state["num_frames"]):
            self.predictor._get_image_feature(self.state, frame, 1)
            seen |= self.state["cached_features"]
        return seen

    def add(self, prompts: PromptSet) -> Tensor:
        """Apply a set of at most one box; mask logits (height, width) of its label on its frame.

        A mask together with points or a box is given first, as a person would who then refines it.
        """
        where = {"frame_idx": prompts.frame, "obj_id": prompts.label}
        mask = prompts.base if prompts.mask is None else prompts.mask
        shown = None
        if mask is not None:
            shown = self.predictor.add_new_mask(self.state, **where, mask=mask)
        if prompts.points or prompts.boxes:
            shown = self.predictor.add_new_points_or_box(
                self.state,
                **where,
                points=[point[:2] for point in prompts.points] or None,
                labels=[int(point[2]) for point in prompts.points] or None,
                box=prompts.boxes[0] if prompts.boxes else None,
            )
        assert shown is not None
        _, labels, logits = shown
        return logits[labels.index(prompts.label), 0]

    def propagate(self, start: int, count: int, *, reverse: bool = False) -> Iterator[tuple[int, dict[int, Tensor]]]:
        """`count` frames from `start` on; each with the mask logits (height, width) of every label."""
        sam2_video_predictor.tqdm = _untouched
        steps = self.predictor.propagate_in_video(self.state, start, count - 1, reverse)
        for frame, labels, logits in steps:
            yield frame, {label: logits[place, 0] for place, label in enumerate(labels)}

    def forget_tracked(self) -> None:
        """Drop the memory of frames that were tracked; that of prompted ones stays."""
        for outputs in self.state["output_dict_per_obj"].values():
            outputs["non_cond_frame_outputs"].clear()

    def object_score(self, label: int, frame: int) -> float:
        """The object score logit on a frame that was prompted or tracked."""
        outputs = self.state["output_dict_per_obj"][self.state["obj_id_to_idx"][label]]
        found = outputs["cond_frame_outputs"].get(frame) or outputs["non_cond_frame_outputs"][frame]
        return float(found["object_score_logits"])

    def memory_bytes(self) -> int:
        """Bytes of the tensors that it keeps of all frames."""
        kept: Iterable[dict[str, Any]] = (
            output
            for outputs in self.state["output_dict_per_obj"].values()
            for part in outputs.values()
            for output in part.values()
        )
        names: Sequence[str] = ("maskmem_features", "pred_masks", "obj_ptr", "object_score_logits")
        return sum(output[name].nbytes for output in kept for name in names)


def _untouched(frames: Iterable[int], **_: object) -> Iterable[int]:
    """In place of tqdm, which draws on the terminal."""
    return frames
