"""Which engine to make, and how: plain data that also goes to the worker process."""

from typing import Annotated

import msgspec

from samannot_tui.session.settings import Precision, Settings


class EngineSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part of the settings that an engine is made from; see `session.settings.Settings`.

    As a person set it, `engine` may be "auto" and `checkpoint` a model's name; `engine.registry.resolve` makes
    it what the worker takes: an engine's own name and the checkpoint file's path (both as `encode_path` gives).
    `threads` is how many the processor is to compute with, None for as many as suit it: how sums are split among them
    changes the last bits of SAM 2's results, so that a replay asks for those of then.
    """

    engine: str
    checkpoint: str | None = None
    image_size: int = 1024
    precision: Precision = "auto"
    feature_cache_mib: int | None = None
    threads: Annotated[int, msgspec.Meta(ge=1, le=1024)] | None = None


def spec_of(settings: Settings) -> EngineSpec:
    """What a session's settings ask for."""
    return EngineSpec(
        settings.engine,
        settings.checkpoint,
        settings.image_size,
        settings.precision,
        settings.feature_cache_mib,
    )
