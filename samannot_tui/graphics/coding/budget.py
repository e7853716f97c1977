"""A picture made coarser where it would take too many bytes: textured frames take twice those of quiet ones."""

from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
CORRECTIONS = 2
AIM = 0.97
"""Of the room: what is aimed at, because the guess is never exact."""


def within_budget(
    make: Callable[[float], Result],
    size_of: Callable[[Result], float],
    room: float,
    *,
    finest: float,
    coarsest: float,
    power: float,
) -> Result:
    """What `make` makes of a coarseness from `finest` to `coarsest`: the finest if that fits into `room` bytes.

    Else one that should fit, by guesses corrected twice; bytes fall about as coarseness to the power of -`power`.
    """
    coarseness = finest
    result = make(coarseness)
    for _ in range(CORRECTIONS):
        size = size_of(result)
        if size <= room or coarseness >= coarsest:
            break
        coarseness = min(coarsest, coarseness * (size / (AIM * room)) ** (1 / power))
        result = make(coarseness)
    return result
