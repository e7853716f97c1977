"""A memory bank as named arrays of numbers, and back, exactly; NumPy has no bfloat16, so its bits are uint16."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from samannot_tui.engine.contract import Arrays
from samannot_tui.engine.sam2.memory import FEATURE_FRAMES, POINTER_FRAMES, Bank, Memory
from samannot_tui.engine.sam2.network import Network

_FORMAT = 1
_PARTS = ("conditioning", "recent")


@dataclass(frozen=True, eq=False)
class Setting:
    """What a memory fits: these weights on this video.

    Attributes:
        weights: SHA-256 of the checkpoint file, in hex.
        size: the video's height and width.
    """

    network: Network
    weights: str
    frame_count: int
    size: tuple[int, int]

    def numbers(self) -> list[int]:
        return [_FORMAT, self.network.image_size, self.frame_count, *self.size]

    def digest(self) -> npt.NDArray[np.uint8]:
        return np.frombuffer(bytes.fromhex(self.weights), np.uint8)


def to_arrays(bank: Bank, setting: Setting) -> dict[str, npt.NDArray[np.generic]]:
    """The bank as arrays, less the prompted frames ahead: those the next pass brings.

    `sam2`: int64, what it fits, the frame and the direction; `weights`: uint8 (32,); then for `conditioning` and
    `recent` memories their frames, int64 (n,), the latest first, `.pointers` and `.features`, one row a frame; of
    the recent ones only the latest few have features.
    """
    bank = bank.behind()
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "sam2": np.array([*setting.numbers(), bank.frame, bank.step], np.int64),
        "weights": setting.digest(),
    }
    pointer, features = setting.network.memory_shapes
    for name, memories in zip(_PARTS, (bank.conditioning, bank.recent), strict=True):
        frames = sorted(memories, key=bank.age)
        kept = [memories[frame] for frame in frames]
        arrays[name] = np.array(frames, np.int64)
        arrays[f"{name}.pointers"] = _stacked([one.pointer for one in kept], pointer, torch.float32)
        bits = _stacked([one.features for one in kept if one.features is not None], features, torch.bfloat16)
        arrays[f"{name}.features"] = bits
    return arrays


def _stacked(tensors: list[Tensor], shape: tuple[int, ...], dtype: torch.dtype) -> npt.NDArray[np.generic]:
    rows = torch.cat(tensors).cpu() if tensors else torch.empty((0, *shape), dtype=dtype)
    return rows.view(torch.int16).numpy().view(np.uint16) if dtype == torch.bfloat16 else rows.numpy()


def from_arrays(arrays: Arrays, setting: Setting) -> Bank:
    """The bank that `to_arrays` gave.

    Raises:
        ValueError: an array is missing, of another type or size, or holds what cannot be; or the memory is of
            another version, model, image size or video.
    """
    numbers = [int(number) for number in _checked(arrays, "sam2", np.int64, (len(setting.numbers()) + 2,))]
    *made_with, frame, step = numbers
    if made_with != setting.numbers() or not np.array_equal(
        _checked(arrays, "weights", np.uint8, (32,)), setting.digest()
    ):
        raise ValueError("the engine's saved memory is of another version, model, image size or video")
    if not 0 <= frame < setting.frame_count or step not in (1, -1):
        raise ValueError("the engine's saved memory stands at a frame that cannot be")
    empty = Bank(frame, step, {}, {})
    prompted, tracked = (_frames(arrays, name, empty, setting.frame_count) for name in _PARTS)
    if not prompted or set(prompted) & set(tracked) or any(empty.age(one) >= POINTER_FRAMES for one in tracked):
        raise ValueError("the engine's saved memory holds frames that cannot be")
    near = sum(empty.age(one) < FEATURE_FRAMES for one in tracked)
    conditioning = _memories(arrays, "conditioning", prompted, len(prompted), setting.network)
    recent = _memories(arrays, "recent", tracked, near, setting.network)
    return Bank(frame, step, {}, recent).conditioned(conditioning)


def _frames(arrays: Arrays, name: str, bank: Bank, frame_count: int) -> list[int]:
    """The frames of one part of the memory, all visited, the latest first."""
    array = arrays.get(name)
    if array is None or array.dtype != np.int64 or array.ndim != 1:
        raise ValueError(f"the engine's saved memory lacks its list of {name} frames")
    frames = [int(frame) for frame in array]
    ages = [bank.age(frame) for frame in frames]
    ordered = ages == sorted(set(ages)) and all(age >= 0 for age in ages)
    if not ordered or not all(0 <= frame < frame_count for frame in frames):
        raise ValueError(f"the engine's saved memory has a wrong list of {name} frames")
    return frames


def _memories(
    arrays: Arrays, name: str, frames: Sequence[int], with_features: int, network: Network
) -> Mapping[int, Memory]:
    """Memories by frame; the first `with_features` of the frames have features."""
    pointer, grid = network.memory_shapes
    pointers = torch.from_numpy(_checked(arrays, f"{name}.pointers", np.float32, (len(frames), *pointer)))
    bits = _checked(arrays, f"{name}.features", np.uint16, (with_features, *grid))
    features = torch.from_numpy(bits.view(np.int16)).view(torch.bfloat16)
    if not bool(pointers.isfinite().all()) or not bool(features.isfinite().all()):
        raise ValueError("the engine's saved memory holds what is no number")
    device = network.placement.device
    # Row by row: a frame that is forgotten later must not be held by those beside it.
    return {
        frame: Memory(
            pointers[row : row + 1].clone().to(device),
            features[row : row + 1].clone().to(device) if row < with_features else None,
        )
        for row, frame in enumerate(frames)
    }


def _checked(arrays: Arrays, name: str, dtype: type[np.generic], shape: tuple[int, ...]) -> npt.NDArray[np.generic]:
    """A copy of the array of that name.

    Raises:
        ValueError: it is missing, or of another type or shape.
    """
    array = arrays.get(name)
    if array is None:
        raise ValueError(f"the engine's saved memory lacks {name!r}")
    if array.dtype != dtype or array.shape != shape:
        raise ValueError(f"the engine's saved memory has something else than {name!r} in its place")
    return array.copy()
