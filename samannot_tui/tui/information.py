"""What the info screen tells: the engine, the memory that is used, the session on disk, the way to the terminal."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from samannot_tui.monitor import GIB, Reading, memory_of_app, memory_of_workers, shortages
from samannot_tui.text import printable
from samannot_tui.tui.place import Place

MIB = 2**20


@dataclass(frozen=True)
class Usage:
    """Bytes of RAM that the app and the engine's process use, and of the session's files; None is not known."""

    app: int | None
    engine: int | None
    journal: int
    masks: int
    cache: int


def usage(folder: Path) -> Usage:
    """Look at this program and a session's folder. Takes a look at the disk, so not for the screen's thread."""
    return Usage(
        memory_of_app(),
        memory_of_workers(),
        _size(folder / "journal.jsonl"),
        _size(folder / "masks.jsonl"),
        sum(_size(path) for path in (folder / "cache").glob("**/*")),
    )


def information(place: Place, folder: Path, used: Usage, reading: Reading, graphics: str) -> Iterator[tuple[str, str]]:
    """(title, text) of each line; safe to show.

    Args:
        folder: the session's.
        graphics: what draws, and how fast that gets to the terminal.
    """
    yield from _engine(place)
    yield "memory", f"app {_mib(used.app)} · engine {_mib(used.engine) if used.engine else 'not started'}"
    yield from _machine(reading)
    yield "session", printable(folder)
    yield "on disk", f"journal {_mib(used.journal)} · masks {_mib(used.masks)} · cache {_mib(used.cache)}"
    yield "terminal", graphics
    for shortage in shortages(reading):
        yield shortage.level, shortage.sentence


def _engine(place: Place) -> Iterator[tuple[str, str]]:
    engine, settings = place.engine, place.state.settings
    yield "engine", printable(engine.words) or "not looked up yet"
    yield "checkpoint", printable(settings.checkpoint or "the best that is there") + f" · {settings.image_size} px"
    cache = settings.feature_cache_mib
    yield "features", f"at most {cache} MiB are kept" if cache is not None else "kept as far as memory allows"
    made_by = engine.info
    if made_by is not None:
        details = " · ".join(f"{name} {value}" for name, value in made_by.settings.items())
        yield "running", printable(f"{made_by.name} {made_by.version}" + (f" · {details}" if details else ""))


def _machine(reading: Reading) -> Iterator[tuple[str, str]]:
    if reading.cpu_percent is not None:
        yield "CPU", f"{reading.cpu_percent:.0f} %"
    if reading.ram_used is not None and reading.ram_total:
        yield "RAM", f"{reading.ram_used / GIB:.1f} of {reading.ram_total / GIB:.1f} GiB"
    if reading.gpu_name is not None:
        yield "GPU", printable(reading.gpu_name)
    if reading.vram_used is not None and reading.vram_total:
        yield "VRAM", f"{reading.vram_used / GIB:.1f} of {reading.vram_total / GIB:.1f} GiB"
    if reading.disk_free is not None and reading.disk_total:
        yield "disk", f"{reading.disk_free / GIB:.1f} of {reading.disk_total / GIB:.0f} GiB free"


def _mib(size: int | None) -> str:
    return "unknown" if size is None else f"{size / MIB:.1f} MiB"


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size if path.is_file() else 0
    except OSError:  # it has been taken away meanwhile
        return 0
