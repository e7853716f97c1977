"""Settings of a session: what a person may change at any time without changing any mask."""

import msgspec

from samannot_tui.session.plan import Transition

MAX_BLOCK_SIZE = 100_000


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`block_size` is in frames; `engine` is "auto" or an engine's name."""

    block_size: int = 100
    transition: Transition = "carry"
    engine: str = "auto"


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
    return result
