"""When events happened: the journal's RFC 3339 UTC, the moments that people type, and the times that they read."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime

from samannot_tui.errors import InputError
from samannot_tui.session.events import AnyEvent
from samannot_tui.text import printable

LATEST = 250_000_000_000
"""Of a time after that (in the year 9892) not every zone's calendar has a date."""


def seconds_of(events: Iterable[AnyEvent]) -> list[float]:
    """POSIX time of each event; that of the one before where a journal says nothing that is a time."""
    latest, found = 0.0, []
    for event in events:
        with suppress(ValueError, OverflowError):
            moment = datetime.fromisoformat(event.at).timestamp()
            if 0 <= moment < LATEST:
                latest = moment
        found.append(latest)
    return found


def typed_moment(text: str, near: float | None = None) -> float:
    """POSIX time of what a person typed: ISO 8601, local time where it names no zone.

    Args:
        near: a moment on whose local day a time without a date (`14:05` or `14:05:30`) is meant; None where only
            whole ones will do.

    Raises:
        InputError: it is no time.
    """
    typed = text.strip()
    try:
        if near is not None and len(typed) in (5, 8) and typed[2:3] == ":":
            typed = f"{datetime.fromtimestamp(near).date()}T{typed}"
        return datetime.fromisoformat(typed).timestamp()
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"“{printable(text)}” is no time; give it as 2026-11-21T14:05:30, in local time, or with a zone, as in "
            "2026-11-21T13:05:30Z."
        ) from error


def local_time(seconds: float) -> str:
    """A moment as people read it: `2026-11-21 14:05:30`, in local time."""
    return datetime.fromtimestamp(seconds).isoformat(" ", "seconds")


def utc(seconds: float) -> str:
    """A moment as the journal has it, RFC 3339 UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
