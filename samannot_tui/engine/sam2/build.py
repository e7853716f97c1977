"""From weights to the network, as upstream's `build_sam2_video_predictor` makes it, without hydra's global state."""

from collections.abc import Mapping
from importlib.resources import files

from hydra.utils import instantiate
from omegaconf import OmegaConf
from sam2.modeling.sam2_base import SAM2Base
from torch import Tensor

from samannot_tui.engine.models.catalog import Variant
from samannot_tui.engine.sam2.checkpoint import CONFIGS
from samannot_tui.engine.sam2.memory import MAX_CONDITIONING

# Upstream's post-processing, less the hole filling: that needs its CUDA extension and warns where it is not built.
_POSTPROCESSING = {
    "sam_mask_decoder_extra_args": {
        "dynamic_multimask_via_stability": True,
        "dynamic_multimask_stability_delta": 0.05,
        "dynamic_multimask_stability_thresh": 0.98,
    },
    "binarize_mask_from_pts_for_mem_enc": True,
}


def build_model(variant: Variant, image_size: int, weights: Mapping[str, Tensor]) -> SAM2Base:
    """The network on the CPU, in evaluation mode, its weights loaded; `image_size` is its square's side.

    Raises:
        RuntimeError: the weights are not this variant's.
    """
    config = files("sam2") / CONFIGS[variant]
    own = {"image_size": image_size, "max_cond_frames_in_attn": MAX_CONDITIONING}
    merged = OmegaConf.merge(OmegaConf.create(config.read_text()).model, _POSTPROCESSING, own)
    model: SAM2Base = instantiate(merged)
    model.load_state_dict(weights, strict=True)
    return model.eval()
