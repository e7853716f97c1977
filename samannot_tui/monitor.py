"""What the machine is doing: CPU, RAM, a disk and, where NVML answers, the GPU. Nothing here ever raises."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

_T = TypeVar("_T")

GIB = 2**30
WARNING, CRITICAL = 0.85, 0.95
EASED = 0.03
"""So far below its level something must fall before that level is news again."""
ROOMY_DISK = 20 * GIB
"""With so many bytes free no session fills a disk, however full it is in percent."""

Level = Literal["ok", "warning", "critical"]


@dataclass(frozen=True)
class Reading:
    """One look at the machine. Percentages are 0 to 100, sizes bytes; None is what could not be read.

    GPU figures are those of the whole device that the engine would use, not of this program alone. `disk_free`
    is what this user may still write.
    """

    cpu_percent: float | None = None
    ram_used: int | None = None
    ram_total: int | None = None
    gpu_name: str | None = None
    gpu_percent: float | None = None
    vram_used: int | None = None
    vram_total: int | None = None
    disk_free: int | None = None
    disk_total: int | None = None


class Monitor:
    """Reads the machine on demand. Used from one thread; the first reading may take a moment (NVML)."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` lies on the disk to watch; without one no disk is read."""
        self._folder = folder
        self._nvml: Any = None
        self._gpu: Any = None
        self._looked_for_gpu = False

    def read(self) -> Reading:
        """The machine now; `cpu_percent` is the mean since the last call, 0 on the first."""
        return Reading(**_processor(), **self._graphics(), **self._disk())

    def close(self) -> None:
        if self._nvml is not None:
            _quietly(self._nvml.nvmlShutdown)
        self._nvml = self._gpu = None

    def _disk(self) -> dict[str, Any]:
        folder = self._folder
        found = None if folder is None else _quietly(lambda: os.statvfs(folder))
        if found is None:
            return {}
        return {"disk_free": found.f_bavail * found.f_frsize, "disk_total": found.f_blocks * found.f_frsize}

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


@dataclass(frozen=True)
class Shortage:
    """Something that runs short; `sentence` says how far and what to do."""

    what: Literal["RAM", "VRAM", "disk"]
    level: Level
    sentence: str


def level(fraction: float, margin: float = 0.0) -> Level:
    """How bad it is that `fraction` (0 to 1) of something is used; `margin` lowers what counts as bad."""
    return "critical" if fraction >= CRITICAL - margin else "warning" if fraction >= WARNING - margin else "ok"


def disk_level(free: int, total: int, margin: float = 0.0) -> Level:
    """As `level`, of a disk with `free` of `total` bytes left; one with ROOMY_DISK bytes left is ok."""
    return "ok" if free * (1 - margin) >= ROOMY_DISK else level(1 - free / total, margin)


def shortages(reading: Reading, margin: float = 0.0) -> list[Shortage]:
    """What runs short in a reading, in words; empty while all is well. `margin` as in `level`."""
    return list(_shortages(reading, margin))


class Alarm:
    """Tells each shortage once, and again only when it has become worse, or eased by EASED and come back."""

    def __init__(self) -> None:
        self._told: dict[str, Level] = {}

    def news(self, reading: Reading) -> list[Shortage]:
        """What has come to run short with this reading."""
        eased = {each.what: each.level for each in shortages(reading, EASED)}
        self._told = {what: min(told, eased[what], key=_badness) for what, told in self._told.items() if what in eased}
        news = [each for each in shortages(reading) if _badness(each.level) > _badness(self._told.get(each.what, "ok"))]
        self._told.update({each.what: each.level for each in news})
        return news


def _badness(level: Level) -> int:
    return ("ok", "warning", "critical").index(level)


def _shortages(reading: Reading, margin: float) -> Iterator[Shortage]:
    if reading.ram_used is not None and reading.ram_total:
        yield from _memory("RAM", reading.ram_used, reading.ram_total, margin)
    if reading.vram_used is not None and reading.vram_total:
        yield from _memory("VRAM", reading.vram_used, reading.vram_total, margin)
    if reading.disk_free is not None and reading.disk_total:
        how_bad = disk_level(reading.disk_free, reading.disk_total, margin)
        if how_bad != "ok":
            left = f"The session's disk has {reading.disk_free / GIB:.1f} of {reading.disk_total / GIB:.0f} GiB left"
            yield Shortage("disk", how_bad, f"{left}: {_ADVICE['disk', how_bad]}.")


def _memory(what: Literal["RAM", "VRAM"], used: int, total: int, margin: float) -> Iterator[Shortage]:
    how_bad = level(used / total, margin)
    if how_bad != "ok":
        full = f"{used / GIB:.1f} of {total / GIB:.0f} GiB of {what} are used"
        yield Shortage(what, how_bad, f"{full}: {_ADVICE[what, how_bad]}.")


def memory_of_app() -> int | None:
    """Bytes of RAM that this program's own process uses."""
    try:
        import psutil
    except ImportError:
        return None
    return _quietly(lambda: int(psutil.Process().memory_info().rss))


def memory_of_workers() -> int | None:
    """Bytes of RAM of all processes that this program has started, None while there are none."""
    try:
        import psutil
    except ImportError:
        return None
    processes = _quietly(lambda: psutil.Process().children(recursive=True)) or []
    sizes = [_quietly(lambda each=each: int(each.memory_info().rss)) for each in processes]  # type: ignore[misc]
    known = [size for size in sizes if size is not None]  # any may have ended meanwhile
    return sum(known) if known else None


_ADVICE = {
    ("RAM", "warning"): "close programs that you do not need",
    ("RAM", "critical"): "close other programs or end the run, or the system may kill the engine",
    ("VRAM", "warning"): "`nvidia-smi` lists what else uses the GPU",
    ("VRAM", "critical"): "stop other programs on the GPU, or take a smaller checkpoint or image size",
    ("disk", "warning"): "make room before long runs",
    ("disk", "critical"): "make room now; on a full disk nothing more can be saved",
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
