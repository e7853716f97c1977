"""Where the network runs, and in which arithmetic."""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil
import torch

from samannot_tui.errors import InputError
from samannot_tui.session.settings import Precision

_CPU_FLAGS = Path("/proc/cpuinfo")
_BF16_FLAGS = {"avx512_bf16", "amx_bf16"}


@dataclass(frozen=True)
class Placement:
    """A device and its arithmetic.

    Attributes:
        name: the device's own name, for people.
        precision: "bf16" is autocast: weights stay float32, and what is sensitive is computed in float32.
    """

    device: torch.device
    name: str
    precision: Literal["fp32", "bf16"]

    @property
    def dtype(self) -> torch.dtype:
        """What convolutions and matrix products give."""
        return torch.bfloat16 if self.precision == "bf16" else torch.float32

    @contextmanager
    def inference(self) -> Iterator[None]:
        """Both are properties of the thread: enter it in the one that computes."""
        autocast = torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16")
        with torch.inference_mode(), autocast:
            yield

    def free_bytes(self) -> int:
        """Memory that is free on the device now."""
        if self.device.type == "cuda":
            return torch.cuda.mem_get_info(self.device)[0]
        return int(psutil.virtual_memory().available)

    def release(self) -> None:
        """Give memory that PyTorch keeps for later back to the device."""
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        elif self.device.type == "mps":
            torch.mps.empty_cache()


def place(precision: Precision) -> Placement:
    """The best device of this machine; sets how its matrix products round, for the whole process.

    Raises:
        InputError: the device cannot compute in this precision.
    """
    if torch.cuda.is_available():
        return _on_cuda(precision)
    if torch.backends.mps.is_available():
        return _on_mps(precision)
    resolved = precision if precision != "auto" else "bf16" if _cpu_has_bf16() else "fp32"
    return Placement(torch.device("cpu"), platform.processor() or platform.machine(), resolved)


def _on_cuda(precision: Precision) -> Placement:
    native = torch.cuda.is_bf16_supported(including_emulation=False)
    resolved = precision if precision != "auto" else "bf16" if native else "fp32"
    # TF32 is to float32 what autocast is to the rest: whoever asks for fp32 wants neither.
    coarse = resolved == "bf16"
    torch.backends.cuda.matmul.allow_tf32 = coarse
    torch.backends.cudnn.allow_tf32 = coarse
    return Placement(torch.device("cuda"), torch.cuda.get_device_name(), resolved)


def _on_mps(precision: Precision) -> Placement:
    if precision == "bf16":
        raise InputError("SAM 2 does not run in bf16 on Apple's GPU (MPS); use the precision fp32 or auto.")
    return Placement(torch.device("mps"), platform.processor() or platform.machine(), "fp32")


def _cpu_has_bf16() -> bool:
    """Whether the processor multiplies bf16 in hardware; without it, bf16 is slower than float32."""
    if not _CPU_FLAGS.is_file():
        return False
    return bool(_BF16_FLAGS & set(_CPU_FLAGS.read_text(errors="replace").split()))
