"""What there is on this machine to run SAM 2 with, found out without importing torch (which takes seconds)."""

import importlib.util
import re
from pathlib import Path

from samannot_tui.monitor import Monitor

_NVIDIA = "0x10de"
_DISPLAY_CLASS = "0x03"


def missing_package() -> str | None:
    """Which of the packages that SAM 2 needs is not installed, the first; None if all are."""
    return next((name for name in ("torch", "sam2") if not _installed(name)), None)


def has_nvidia_gpu() -> bool:
    """Whether there is an NVIDIA GPU that CUDA would use."""
    monitor = Monitor()
    try:
        return monitor.read().gpu_name is not None
    finally:
        monitor.close()


def driver_problem() -> str | None:
    """Why torch cannot use this machine's NVIDIA GPU, as a sentence; None if it can or there is none."""
    wanted = _cuda_of_torch()
    if wanted is None:
        return "torch was installed without CUDA, so SAM 2 cannot use the GPU." if has_nvidia_gpu() else None
    offered = _cuda_of_driver()
    if offered is None:
        if not _sees_nvidia_hardware():
            return None
        return "There is an NVIDIA GPU, but its driver does not answer: install it, or give the container its GPU."
    if offered[0] < wanted[0]:
        return (
            f"The NVIDIA driver is too old for torch: it offers CUDA {offered[0]}.{offered[1]}, torch wants "
            f"{wanted[0]}.{wanted[1]}: update the driver, or install a torch for CUDA {offered[0]}."
        )
    return None


def _installed(name: str) -> bool:
    """Also False for a mere folder of that name, which Python takes for a package without files."""
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin is not None


def _cuda_of_torch() -> tuple[int, int] | None:
    """The CUDA version that torch was built for; None without torch or CUDA."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return None
    return _cuda_in(Path(spec.origin).with_name("version.py"))


def _cuda_in(version_file: Path) -> tuple[int, int] | None:
    try:
        found = re.search(r"^cuda\b.*?= *'(\d+)\.(\d+)", version_file.read_text(), re.MULTILINE)
    except OSError:
        return None
    return None if found is None else (int(found[1]), int(found[2]))


def _cuda_of_driver() -> tuple[int, int] | None:
    """The newest CUDA version that the driver takes; None where there is no driver."""
    try:
        import pynvml

        pynvml.nvmlInit()
        try:
            version = pynvml.nvmlSystemGetCudaDriverVersion_v2()
        finally:
            pynvml.nvmlShutdown()
    except Exception:  # no package, no driver, no permission: all mean that CUDA cannot be used
        return None
    return version // 1000, version % 1000 // 10


def _sees_nvidia_hardware(devices: Path = Path("/sys/bus/pci/devices")) -> bool:
    """Whether a display adapter by NVIDIA is plugged in, as far as Linux tells."""
    try:
        return any(
            (device / "vendor").read_text().strip() == _NVIDIA
            and (device / "class").read_text().startswith(_DISPLAY_CLASS)
            for device in devices.iterdir()
        )
    except OSError:
        return False
