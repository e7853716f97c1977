"""Whole numbers as a person types them."""

import re

_DIGITS = re.compile(r"\s*(\d{1,9})\s*", re.ASCII)


def whole_number(text: str) -> int | None:
    """The number from 0 up to nine digits, more than any video has frames; None where the text is something else."""
    match = _DIGITS.fullmatch(text)
    return int(match[1]) if match else None
