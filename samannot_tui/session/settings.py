"""Settings of a session: what a person may change at any time without changing any mask."""

from typing import Literal

import msgspec

from samannot_tui.session.plan import Transition

Precision = Literal["auto", "fp32", "bf16"]

MAX_BLOCK_SIZE = 100_000
MAX_IDLE_MINUTES = 10_000
# SAM 2 cuts the square into patches and windows that fit multiples of 32 only; it was trained at 1024.
IMAGE_SIZES = range(64, 1024 + 1, 32)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person chose.

    Attributes:
        block_size: frames a block.
        engine: "auto" or an engine's name.
        checkpoint: weights for sam2: a model's name, or a file's path as `session.paths.encode_path` gives it;
            None takes the best that is there.
        image_size: side of the square, in pixels, that sam2 sees a frame as.
        precision: arithmetic of sam2; "auto" is what suits the device.
        feature_cache_mib: MiB that sam2 may use to remember image features; None: by the memory that is free.
        flag_doubt: percent; a mask as doubtful as that, or more, is flagged.
        idle_minutes: let the engine go after so long without work, so that others can use the GPU; 0: never.
    """

    block_size: int = 100
    transition: Transition = "carry"
    engine: str = "auto"
    checkpoint: str | None = None
    image_size: int = 1024
    precision: Precision = "auto"
    feature_cache_mib: int | None = None
    idle_minutes: int = 30
    flag_doubt: int = 50


def changed(settings: Settings, name: str, value: object) -> Settings:
    """The settings with one of them changed.

    Raises:
        ValueError: no such setting, or not a value for it.
    """
    if name not in Settings.__struct_fields__:
        raise ValueError(f"there is no setting {name!r}; settings are {', '.join(Settings.__struct_fields__)}")
    fields = msgspec.structs.asdict(settings) | {name: value}
    try:
        result = msgspec.convert(fields, Settings)
    except msgspec.ValidationError as error:
        raise ValueError(f"the setting {name} cannot be {value!r}: {error}") from error
    if not 1 <= result.block_size <= MAX_BLOCK_SIZE:
        raise ValueError(f"block_size is {result.block_size}; give a number of frames from 1 to {MAX_BLOCK_SIZE}")
    if result.image_size not in IMAGE_SIZES:
        raise ValueError(
            f"image_size is {result.image_size}; give a multiple of {IMAGE_SIZES.step} "
            f"from {IMAGE_SIZES[0]} to {IMAGE_SIZES[-1]}"
        )
    if result.feature_cache_mib is not None and result.feature_cache_mib < 0:
        raise ValueError(f"feature_cache_mib is {result.feature_cache_mib}; give 0 or more MiB")
    if not 0 <= result.idle_minutes <= MAX_IDLE_MINUTES:
        raise ValueError(f"idle_minutes is {result.idle_minutes}; give 0 (never) to {MAX_IDLE_MINUTES} minutes")
    if not 1 <= result.flag_doubt <= 99:
        raise ValueError(f"flag_doubt is {result.flag_doubt}; give 1 (nearly all masks) to 99 percent")
    return result
