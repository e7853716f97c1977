"""How fast a run goes, and so how long it still takes."""

# Weight of the newest frame: the average looks back over some twenty frames.
_NEWEST = 0.05


class Pace:
    """A moving average of the seconds that a frame takes; times are readings of a monotonic clock."""

    def __init__(self, now: float) -> None:
        self._since = now
        self._seconds_per_frame: float | None = None

    def rest(self, now: float) -> None:
        """Leave the time since the last frame out (a pause)."""
        self._since = now

    def frame(self, now: float) -> None:
        """A frame is done."""
        spent, self._since = now - self._since, now
        average = self._seconds_per_frame
        self._seconds_per_frame = spent if average is None else average + _NEWEST * (spent - average)

    def seconds_left(self, frames: int) -> float | None:
        """How long `frames` more frames take; None before the first."""
        return None if self._seconds_per_frame is None else frames * self._seconds_per_frame
