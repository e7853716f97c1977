"""Reading a checkpoint file: which SAM 2.1 model it holds, whether all its tensors fit, and its checksum.

The model is recognised from the tensors, whatever the file is called.
"""

import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from samannot_tui.engine.models import ledger
from samannot_tui.engine.models.catalog import Variant
from samannot_tui.engine.models.files import check_kind, digest, how_to_get
from samannot_tui.engine.models.folder import models_folder
from samannot_tui.errors import InputError
from samannot_tui.text import printable

Shapes = dict[str, tuple[int, ...]]

CONFIGS: Mapping[Variant, str] = {
    "tiny": "configs/sam2.1/sam2.1_hiera_t.yaml",
    "small": "configs/sam2.1/sam2.1_hiera_s.yaml",
    "base_plus": "configs/sam2.1/sam2.1_hiera_b+.yaml",
    "large": "configs/sam2.1/sam2.1_hiera_l.yaml",
}
# (channels of the first stage, transformer blocks) of the image encoder: together they name the model.
_TRUNKS: Mapping[tuple[int, int], Variant] = {
    (96, 12): "tiny",
    (96, 16): "small",
    (112, 24): "base_plus",
    (144, 48): "large",
}
_NEW_IN_2_1 = frozenset({"no_obj_embed_spatial", "obj_ptr_tpos_proj.weight", "obj_ptr_tpos_proj.bias"})
_PATCHES = "image_encoder.trunk.patch_embed.proj.weight"
_BLOCKS = "image_encoder.trunk.blocks."


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Weights that fit a SAM 2.1 model exactly.

    Attributes:
        weights: tensors by name, on the CPU. They lie in the file until they are copied: not to be changed, and
            not to be kept for long.
        size: of the file, in bytes.
        sha256: of the file, as hex digits.
        notice: a sentence where the checksum could not be recorded, else None.
    """

    variant: Variant
    weights: dict[str, torch.Tensor]
    size: int
    sha256: str
    notice: str | None = None


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint for use; its checksum is compared with the one recorded at its first use, or recorded now.

    Raises:
        InputError: it cannot be read, holds no SAM 2.1 model, or its bytes changed since its first use.
    """
    found = inspect_checkpoint(path)
    notice = ledger.confirm(models_folder(), path, found.size, found.sha256)
    return Checkpoint(found.variant, found.weights, found.size, found.sha256, notice)


def inspect_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint, whatever is known of the file.

    Raises:
        InputError: it cannot be read or holds no SAM 2.1 model.
    """
    check_kind(path)
    with ThreadPoolExecutor(1, "checksum") as pool:
        digested = pool.submit(digest, path)
        weights = _load(path)
        variant = _recognise(path, {name: tuple(tensor.shape) for name, tensor in weights.items()})
        size, sha256 = digested.result()
    return Checkpoint(variant, weights, size, sha256)


def _load(path: Path) -> dict[str, torch.Tensor]:
    try:
        with warnings.catch_warnings(action="ignore"):  # what torch has to say of an odd file, the sentence says
            # Mapped, not read: the weights are in memory once, as the model's own, not twice.
            content: Any = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # a damaged file makes torch stumble in any way
        raise InputError(
            f"{printable(path)} cannot be read as weights and nothing else: it is damaged, or it holds code, which is "
            f"never run. {how_to_get(path)}"
        ) from error
    weights = content.get("model") if isinstance(content, dict) else None
    if not isinstance(weights, dict):
        raise InputError(
            f'{printable(path)} has no "model" entry, as SAM 2.1 checkpoints have: it is another model\'s. '
            f"{how_to_get(path)}"
        )
    if not all(isinstance(name, str) and isinstance(tensor, torch.Tensor) for name, tensor in weights.items()):
        raise InputError(f'The "model" entry of {printable(path)} is not a table of tensors. {how_to_get(path)}')
    return dict(weights)


def _recognise(path: Path, shapes: Shapes) -> Variant:
    """The model that the tensors are, all of them there and of the right shape."""
    patches = shapes.get(_PATCHES, ())
    blocks = {name.removeprefix(_BLOCKS).partition(".")[0] for name in shapes if name.startswith(_BLOCKS)}
    variant = _TRUNKS.get((patches[0] if patches else 0, len(blocks)))
    if variant is None:
        kind = "SAM, which segments images only" if "image_encoder.pos_embed" in shapes else "another model"
        raise InputError(f"{printable(path)} is a checkpoint of {kind}, not of SAM 2.1. {how_to_get(path)}")
    expected = expected_shapes(variant)
    if expected.keys() - shapes.keys() == _NEW_IN_2_1:
        raise InputError(
            f"{printable(path)} is a checkpoint of SAM 2.0; SAM 2.1 is needed: "
            f"`samannot-tui models fetch {variant.replace('_', '-')}`."
        )
    misfits = _misfits(expected, shapes)
    if misfits:
        raise InputError(
            f"{printable(path)} looks like SAM 2.1 {variant.replace('_', '-')}, but its tensors do not fit: "
            f"{misfits}. {how_to_get(path)}"
        )
    return variant


def _misfits(expected: Shapes, found: Shapes) -> str:
    """How the tensors differ from the model's, with an example of each kind; empty if they do not."""
    common = sorted(expected.keys() & found.keys())
    kinds = (
        ("missing", sorted(expected.keys() - found.keys())),
        ("unknown", sorted(found.keys() - expected.keys())),
        ("of another shape", [name for name in common if expected[name] != found[name]]),
    )
    return ", ".join(f"{len(names)} {kind} (such as {printable(names[0][:80])})" for kind, names in kinds if names)


def expected_shapes(variant: Variant) -> Shapes:
    """Names and shapes of a model's weights, from the sam2 package; nothing is allocated for them."""
    from hydra.utils import instantiate
    from omegaconf import OmegaConf

    config = OmegaConf.create((files("sam2") / CONFIGS[variant]).read_text())
    with torch.device("meta"), _NumbersOnCpu():
        model = instantiate(config.model)
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}


class _NumbersOnCpu(TorchFunctionMode):
    """Keeps torch.linspace off the meta device: the image encoder takes plain numbers from it as it is made."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        options = dict(kwargs or {})
        if func is torch.linspace:
            options["device"] = "cpu"
        return func(*args, **options)
