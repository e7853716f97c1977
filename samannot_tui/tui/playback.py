"""Playing a video by the clock: which frame is due when. Pictures that take too long are left out, never late."""

from dataclasses import dataclass, replace

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
FORWARD, BACKWARD = 1, -1


@dataclass(frozen=True)
class Playback:
    """Playing since a moment, from a frame on.

    Attributes:
        frame: the frame that was shown then.
        since: that moment, in seconds of any clock.
        way: FORWARD or BACKWARD.
        speed: how many times as fast as recorded.
        fps: the video's frames per second.
        first, last: the frames at which it ends.
    """

    frame: int
    since: float
    way: int
    speed: float
    fps: float
    first: int
    last: int

    def frame_at(self, now: float) -> int:
        """The frame that is due; at an end it stays there."""
        steps = int((now - self.since) * self.fps * self.speed)
        return min(max(self.frame + self.way * steps, self.first), self.last)

    def is_over(self, frame: int) -> bool:
        """Is there nothing beyond this frame?"""
        return frame >= self.last if self.way == FORWARD else frame <= self.first

    def at_speed(self, speed: float, now: float) -> "Playback":
        """Going on at another speed from the frame that is due now."""
        return replace(self, frame=self.frame_at(now), since=now, speed=speed)


def next_speed(speed: float, steps: int) -> float:
    """The speed that many steps faster (slower if negative) among SPEEDS; the last one beyond their ends."""
    place = SPEEDS.index(speed) + steps
    return SPEEDS[min(max(place, 0), len(SPEEDS) - 1)]
