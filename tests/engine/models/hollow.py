"""Checkpoint files in the official format that take no room; needs torch and sam2."""

from pathlib import Path

import torch

from samannot_tui.engine.models.catalog import Variant
from samannot_tui.engine.sam2.checkpoint import expected_shapes


def hollow(variant: Variant, value: float = 0.0) -> dict[str, torch.Tensor]:
    """Weights of the right names and shapes; each tensor is one number, repeated, and saved as that."""
    return {name: torch.tensor([value]).expand(shape) for name, shape in expected_shapes(variant).items()}


def save_hollow(path: Path, variant: Variant = "tiny", value: float = 0.0) -> Path:
    """Write such weights as the official checkpoint files hold theirs."""
    torch.save({"model": hollow(variant, value)}, path)
    return path
