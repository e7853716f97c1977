"""What the terminal and the machine can do, finding by finding, with advice where something can be better."""

import os
import platform
import shutil
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from samannot_tui import __version__
from samannot_tui.engine.models.folder import models_folder
from samannot_tui.engine.models.inventory import listing
from samannot_tui.engine.models.machine import driver_problem, missing_package
from samannot_tui.engine.registry import AUTO, FETCH, INSTALL, resolve
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.graphics.probe import probe
from samannot_tui.jobs.finding import Finding
from samannot_tui.jobs.terminal_checkup import terminal_findings
from samannot_tui.monitor import Monitor, Reading
from samannot_tui.text import printable

GIB = 2**30


def checkup() -> list[Finding]:
    """Look at the terminal and the machine. Changes nothing, and never fails."""
    monitor = Monitor()
    reading = monitor.read()
    monitor.close()
    python = f"samannot-tui {__version__}, Python {platform.python_version()}"
    return [Finding("version", python), *terminal_findings(probe(), os.environ), *_machine(reading), *_engines()]


def _machine(reading: Reading) -> Iterator[Finding]:
    yield Finding("processor", f"{os.cpu_count()} cores")
    if reading.ram_total is not None and reading.ram_used is not None:
        yield Finding(
            "memory", f"{(reading.ram_total - reading.ram_used) / GIB:.1f} of {reading.ram_total / GIB:.1f} GiB free"
        )
    if reading.gpu_name and reading.vram_total and reading.vram_used is not None:
        free = (reading.vram_total - reading.vram_used) / GIB
        yield Finding("GPU", f"{printable(reading.gpu_name)}, {free:.1f} of {reading.vram_total / GIB:.1f} GiB free")
    else:
        yield Finding(
            "GPU", "none found", "The flow engine needs none. For an NVIDIA GPU, check that `nvidia-smi` works."
        )
    free_disk = shutil.disk_usage(".").free / GIB
    yield Finding(
        "disk here", f"{free_disk:.1f} GiB free", "" if free_disk > 1 else "Make room: sessions grow with every mask."
    )


def _engines() -> Iterator[Finding]:
    missing = missing_package()
    for package in ("torch", "sam2"):
        version = _version(package)
        yield Finding(package, version or "not installed", "" if version else f"For the SAM 2 engine: {INSTALL}.")
    problem = None if missing else driver_problem()
    if problem is not None:
        yield Finding("CUDA", "cannot be used", problem)
    yield _checkpoints(models_folder())
    yield _automatic()


def _checkpoints(folder: Path) -> Finding:
    listed = [each for each in listing(folder) if each.size is not None]
    names = ", ".join(printable(each.path.name) for each in listed) or "none"
    problems = " ".join(each.problem for each in listed if each.problem is not None)
    advice = problems or ("" if listed else f"For the SAM 2 engine: {FETCH}.")
    return Finding("checkpoint files", f"{names} in {printable(folder)}", advice)


def _automatic() -> Finding:
    """Which engine runs where nobody names one, and why."""
    resolved = resolve(EngineSpec(AUTO))
    return Finding("engine", resolved.reason, resolved.sentence if resolved.spec.engine == "flow" else "")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
