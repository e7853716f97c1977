"""What a flag is, and what it takes to raise one."""

from dataclasses import dataclass
from typing import Literal

import msgspec

FlagKind = Literal[
    "score", "quality", "area", "speed", "warp", "colour", "pieces", "holes", "border", "ends", "overlap", "swap"
]


@dataclass(frozen=True)
class Flag:
    """A mask that a person should look at: that of `label` (ID) on `frame`.

    Attributes:
        kind: what speaks most against the mask.
        doubt: how sure it is that the mask is wrong, 0 to 1.
        words: why, without a full stop: "area fell by 62 % in one frame, 3 pieces".
    """

    label: int
    frame: int
    kind: FlagKind
    doubt: float
    words: str


class Thresholds(msgspec.Struct, frozen=True):
    """A mask is flagged from `doubt` on; a sign that adds at least `reason` to the sum behind it is named."""

    doubt: float = 0.5
    reason: float = 0.5
