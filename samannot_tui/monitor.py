"""What the machine is doing: CPU, RAM and, where NVML answers, the GPU. Nothing here ever raises."""

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True)
class Reading:
    """One look at the machine. Percentages are 0 to 100, sizes bytes; None is what could not be read.

    GPU figures are those of the whole device that the engine would use, not of this program alone.
    """

    cpu_percent: float | None = None
    ram_used: int | None = None
    ram_total: int | None = None
    gpu_name: str | None = None
    gpu_percent: float | None = None
    vram_used: int | None = None
    vram_total: int | None = None


class Monitor:
    """Reads the machine on demand. Used from one thread; the first reading may take a moment (NVML)."""

    def __init__(self) -> None:
        self._nvml: Any = None
        self._gpu: Any = None
        self._looked_for_gpu = False

    def read(self) -> Reading:
        """The machine now; `cpu_percent` is the mean since the last call, 0 on the first."""
        return Reading(**_processor(), **self._graphics())

    def close(self) -> None:
        if self._nvml is not None:
            _quietly(self._nvml.nvmlShutdown)
        self._nvml = self._gpu = None

    def _graphics(self) -> dict[str, Any]:
        if not self._looked_for_gpu:
            self._looked_for_gpu = True
            self._nvml, self._gpu = _first_gpu()
        if self._gpu is None:
            return {}
        name = _quietly(lambda: self._nvml.nvmlDeviceGetName(self._gpu))
        busy = _quietly(lambda: self._nvml.nvmlDeviceGetUtilizationRates(self._gpu))
        memory = _quietly(lambda: self._nvml.nvmlDeviceGetMemoryInfo(self._gpu))
        return {
            "gpu_name": name.decode(errors="replace") if isinstance(name, bytes) else name,
            "gpu_percent": None if busy is None else float(busy.gpu),
            "vram_used": None if memory is None else int(memory.used),
            "vram_total": None if memory is None else int(memory.total),
        }


def _processor() -> dict[str, Any]:
    try:
        import psutil
    except ImportError:
        return {}
    memory = _quietly(psutil.virtual_memory)
    return {
        "cpu_percent": _quietly(lambda: float(psutil.cpu_percent(interval=None))),
        "ram_used": None if memory is None else int(memory.total - memory.available),
        "ram_total": None if memory is None else int(memory.total),
    }


def _first_gpu() -> tuple[Any, Any]:
    """(pynvml, handle of the GPU that CUDA would count as its first), or (None, None)."""
    try:
        import pynvml

        pynvml.nvmlInit()
    except Exception:  # no package, no driver, no permission: all mean that there is no GPU to show
        return None, None
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
    if visible.isdigit():
        handle = _quietly(lambda: pynvml.nvmlDeviceGetHandleByIndex(int(visible)))
    elif visible.startswith(("GPU-", "MIG-")):
        handle = _quietly(lambda: pynvml.nvmlDeviceGetHandleByUUID(visible))
    else:
        handle = None
    if handle is None:
        _quietly(pynvml.nvmlShutdown)
        return None, None
    return pynvml, handle


def _quietly(read: Callable[[], _T]) -> _T | None:
    with contextlib.suppress(Exception):
        return read()
    return None
