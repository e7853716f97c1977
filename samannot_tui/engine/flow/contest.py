"""Pixels that several labels claim go to the one with the strongest evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from samannot_tui.engine.flow.grid import Bool, Float, Size


@dataclass(frozen=True, eq=False)
class Claim:
    """Pixels `mask` that a label wants inside the rectangle `place`, and its evidence for each."""

    place: tuple[slice, slice]
    mask: Bool
    evidence: Float


def settled(claims: Sequence[Claim], size: Size) -> list[Bool]:
    """Each claim's mask without the pixels that went to another; of equals, the first claim wins."""
    if len(claims) < 2:
        return [claim.mask for claim in claims]
    best = np.full(size, -np.inf, np.float32)
    owner = np.full(size, -1, np.int16)
    for number, claim in enumerate(claims):
        wins = claim.mask & (claim.evidence > best[claim.place])
        best[claim.place][wins] = claim.evidence[wins]
        owner[claim.place][wins] = number
    return [owner[claim.place] == number for number, claim in enumerate(claims)]
