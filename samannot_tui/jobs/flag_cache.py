"""What was measured for flags, kept in a session's cache folder: a session that is reopened does not wait for it.

The file is safe to delete; one that is damaged, or of another version, is as good as none. Records of the mask log
never change, so that a measure holds for as long as the log does.
"""

import os
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from samannot_tui.appendlog import open_regular
from samannot_tui.errors import InputError
from samannot_tui.review.flags.exchanges import Exchanges
from samannot_tui.review.flags.measures import Column, Measures
from samannot_tui.review.swaps import Swap

FILE_NAME = "flags.safetensors"
_PART = ".flags.part"
_LARGEST_FILE = 2**30
_SEEN, _SWAPS, _SCORES = "exchanges.seen", "exchanges.swaps", "exchanges.scores"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A stranger's session may hold a FIFO or a symlink by that name: neither is waited for nor followed.
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_flag_cache(cache: Path, records: int, frame_count: int) -> tuple[Measures, Exchanges]:
    """What was kept in a cache folder; empty ones where there is nothing, or nothing that can be used.

    Args:
        records: how many the session's mask log holds.
    """
    try:
        with open_regular(cache / FILE_NAME) as file:
            arrays: dict[str, Column] = load(file.read(_LARGEST_FILE))
        exchanges = _exchanges(arrays, frame_count)
    except (InputError, OSError, SafetensorError, KeyError, ValueError, MemoryError):
        return Measures(), Exchanges(frame_count)
    if not Measures.is_sound(arrays, records):
        return Measures(), Exchanges(frame_count)
    return Measures(arrays), exchanges


def write_flag_cache(cache: Path, measures: Measures, exchanges: Exchanges, records: int) -> None:
    """Keep what was measured of `records` records, in place of what was kept before.

    Raises:
        OSError: it cannot be written.
    """
    arrays = {name: column[: records + 1] for name, column in measures.columns().items()}
    arrays[_SEEN] = exchanges.seen
    arrays[_SWAPS] = np.array([(swap.frame, *swap.labels) for swap in exchanges.swaps], np.int32).reshape(-1, 3)
    arrays[_SCORES] = np.array([swap.score for swap in exchanges.swaps], np.float32)
    # The library writes whatever lies in memory, which a view does not hold in its own order.
    content = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    folder = os.open(cache, _FOLDER)
    try:
        # One name for all: what a killed process left half-written is written over.
        with os.fdopen(os.open(_PART, _WRITE, 0o644, dir_fd=folder), "wb") as file:
            file.write(content)
        os.rename(_PART, FILE_NAME, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        os.close(folder)


def _exchanges(arrays: dict[str, Column], frame_count: int) -> Exchanges:
    """Take them out of the arrays.

    Raises:
        KeyError, ValueError: they are not there, or cannot be of this video.
    """
    seen, swaps, scores = (arrays.pop(name) for name in (_SEEN, _SWAPS, _SCORES))
    kinds = [each.dtype.name for each in (seen, swaps, scores)]
    if kinds != ["uint32", "int32", "float32"] or seen.shape != (frame_count,):
        raise ValueError("not of this video")
    if swaps.shape != (len(scores), 3) or not np.isfinite(scores).all():
        raise ValueError("not swaps")
    if any(frame not in range(frame_count) for frame in swaps[:, 0].tolist()):
        raise ValueError("not of this video")
    exchanges = Exchanges(frame_count)
    exchanges.seen = seen
    exchanges.swaps = tuple(
        Swap(frame, (first, second), score)
        for (frame, first, second), score in zip(swaps.tolist(), scores.tolist(), strict=True)
    )
    return exchanges
