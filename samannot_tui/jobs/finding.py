"""What a check found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`advice` says what to do, or is empty where all is well."""

    what: str
    found: str
    advice: str = ""
