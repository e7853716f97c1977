"""Engine memory on disk: what a pass leaves behind, a safetensors file for each of its labels.

The files lie in the session's cache folder and are safe to delete: what cannot be gone on from falls back to
the mask. They are named by run, direction and label, so that undoing a run brings back the memory before it.
"""

import os
import re
import stat
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, cast

import msgspec
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from samannot_tui.engine.continuations import Memory
from samannot_tui.engine.contract import Arrays
from samannot_tui.engine.reach import Way
from samannot_tui.errors import InputError
from samannot_tui.session.events import EngineInfo

KEPT_BYTES = 512 * 2**20
"""Of all files together; the oldest go first. SAM 2 at 1024 leaves 4 to 10 MiB for a label."""

_NAME = re.compile(r"memory-(\d{1,10})-(forward|backward)-(\d{1,3})\.safetensors")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A stranger's session may hold a FIFO or a symlink by that name: neither is waited for nor followed.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class MemoryFolder:
    """The memories in a session's cache folder that an engine can go on from: those that it made itself."""

    def __init__(self, cache: Path, engine: EngineInfo) -> None:
        self._cache = cache
        # Every setting counts: memory made at another image size or on another device fits no more.
        self._engine = msgspec.json.encode(engine, order="sorted").decode()

    def held(self) -> tuple[Memory, ...]:
        """What can be gone on from, rising by run; nothing where the folder cannot be read."""
        labels: dict[tuple[int, int, Way], set[int]] = defaultdict(set)
        with suppress(OSError), self._folder() as folder:
            for name in os.listdir(folder):  # noqa: PTH208
                match = _NAME.fullmatch(name)
                frame = _frame(folder, name, self._engine) if match else None
                if match and frame is not None:
                    labels[int(match[1]), frame, cast(Way, match[2])].add(int(match[3]))
        return tuple(Memory(run, frame, way, frozenset(held)) for (run, frame, way), held in sorted(labels.items()))

    def keep(self, run: int, way: Way, frame: int, label: int, arrays: Arrays) -> None:
        """Write one label's memory, replacing what the same pass left before; the oldest make room.

        Raises:
            OSError: it cannot be written.
        """
        metadata = {"engine": self._engine, "frame": str(frame)}
        # The library writes whatever lies in memory, which a view does not hold in its own order.
        content = save({name: np.asarray(array, order="C") for name, array in arrays.items()}, metadata)
        name = _name(run, way, label)
        with self._folder() as folder:
            _make_room(folder, len(content))
            part = f".{name}.part"
            with os.fdopen(os.open(part, _WRITE, 0o644, dir_fd=folder), "wb") as file:
                file.write(content)
            os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)

    def forget(self, run: int, way: Way, label: int) -> None:
        """Delete what was kept of a label of a pass."""
        with self._folder() as folder:
            os.unlink(_name(run, way, label), dir_fd=folder)

    def read(self, run: int, way: Way, frame: int, label: int) -> Arrays:
        """What was kept of a label at `frame` of a pass.

        Raises:
            InputError: it is not there, damaged or another engine's; it is deleted, so that it is not met again.
        """
        name = _name(run, way, label)
        try:
            with self._folder() as folder:
                try:
                    with _opened(folder, name) as file:
                        metadata = file.metadata() or {}
                        if (metadata.get("engine"), metadata.get("frame")) != (self._engine, str(frame)):
                            raise SafetensorError("it belongs to another engine or frame")
                        return {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
                except SafetensorError:
                    os.unlink(name, dir_fd=folder)
                    raise
        except (OSError, SafetensorError) as error:
            raise InputError(
                f"The engine's memory of frame {frame} cannot be read ({error}); "
                "run again to go on from the mask there."
            ) from error

    @contextmanager
    def _folder(self) -> Iterator[int]:
        descriptor = os.open(self._cache, _FOLDER)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _name(run: int, way: Literal["forward", "backward"], label: int) -> str:
    return f"memory-{run}-{way}-{label}.safetensors"


@contextmanager
def _opened(folder: int, name: str) -> Iterator[Any]:
    """Open a file by name in a folder, not by its path, which may meanwhile lead elsewhere."""
    descriptor = os.open(name, _READ, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise SafetensorError("it is no file")
        with safe_open(f"/dev/fd/{descriptor}", "np") as file:
            yield file
    finally:
        os.close(descriptor)


def _frame(folder: int, name: str, engine: str) -> int | None:
    """The frame of a memory that the engine made; None of any other."""
    try:
        with _opened(folder, name) as file:
            metadata = file.metadata() or {}
            return int(metadata["frame"]) if metadata.get("engine") == engine else None
    except (OSError, SafetensorError, KeyError, ValueError):
        return None


def _make_room(folder: int, wanted: int) -> None:
    names = [name for name in os.listdir(folder) if _NAME.fullmatch(name)]
    kept = [(os.stat(name, dir_fd=folder, follow_symlinks=False), name) for name in names]
    files = sorted((facts.st_mtime_ns, facts.st_size, name) for facts, name in kept)
    excess = wanted + sum(size for _, size, _ in files) - KEPT_BYTES
    for _, size, name in files:
        if excess <= 0:
            return
        os.unlink(name, dir_fd=folder)
        excess -= size
