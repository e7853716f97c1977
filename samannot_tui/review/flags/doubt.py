"""How doubtful a mask is: one number from all of its signs."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from samannot_tui.review.flags.flag import FlagKind
from samannot_tui.review.flags.signs import Numbers, Signs


class Weight(NamedTuple):
    """`usual` is what the sign is where nothing is wrong; only what it has beyond that is a reason."""

    kind: FlagKind
    weight: float
    usual: float


BIAS = -6.1
WEIGHTS: Mapping[str, Weight] = {
    "score": Weight("score", 2.9, 0.40),
    "quality": Weight("quality", 2.4, 0.28),
    "warped": Weight("warp", 4.0, 0.05),
    "unsteady": Weight("warp", 1.6, 0.05),
    "unlike": Weight("colour", 3.0, 0.02),
    "area": Weight("area", 4.0, 0.01),
    "shrunk": Weight("area", 0.3, 0.0),
    "speed": Weight("speed", 1.5, 0.01),
    "scattered": Weight("pieces", 7.8, 0.0),
    "holes": Weight("holes", 2.0, 0.0),
    "border": Weight("border", 1.0, 0.0),
    "shared": Weight("overlap", 12.0, 0.0),
    "ends": Weight("ends", 0.7, 0.0),
    "swap": Weight("swap", 6.0, 0.0),
}
"""A logistic regression, see tests/bench/fit_flags.py; the last three are set by hand: DAVIS 2016 has one instance a
video, which never disappears."""


def contributions(signs: Signs) -> dict[str, Numbers]:
    """What each sign adds to a mask's doubt beyond what is usual, as a logit (n,); 0 where it is not known."""
    return {
        name: np.nan_to_num(each.weight * (signs.values[name] - each.usual), nan=0.0) for name, each in WEIGHTS.items()
    }


def doubt_of(added: Mapping[str, Numbers]) -> Numbers:
    """Doubt, 0 to 1, of masks whose signs add so much."""
    usual = BIAS + sum(each.weight * each.usual for each in WEIGHTS.values())
    total = usual + np.sum(list(added.values()), axis=0)
    found: Numbers = 1 / (1 + np.exp(-total))
    return found
