"""Actions that play the video."""

from abc import abstractmethod
from time import monotonic

from textual.timer import Timer

from samannot_tui.tui.actions.moving import MovingActions
from samannot_tui.tui.playback import FORWARD, Playback, next_speed

LOOKS_A_SECOND = 60
PLAYING_ACTIONS = ("play", "play_speed")
"""All others stop the playing."""


class PlayingActions(MovingActions):
    """Plays until the end of the video, or until anything else is done."""

    _playback: Playback | None = None
    _player: Timer | None = None
    _speed = 1.0

    @property
    @abstractmethod
    def fps(self) -> float:
        """The video's frames per second."""

    @abstractmethod
    def is_behind(self) -> bool:
        """Is the picture of the frame that was gone to last not there yet?"""

    def action_play(self, way: int) -> None:
        """Play forward (1) or backward (-1); where it plays that way already, stop."""
        playing, place = self._playback, self.place
        self.stop_playing()
        if playing is not None and playing.way == way:
            self.say(f"Stopped at frame {place.frame}.")
            return
        playback = Playback(place.frame, monotonic(), way, self._speed, self.fps, *self.playing_ends(way))
        if playback.is_over(place.frame):
            self.say_that_it_ends(way)
            return
        self._playback = playback
        self._player = self.set_interval(1 / LOOKS_A_SECOND, self._play_on)
        self._say_how_it_plays()

    def playing_ends(self, way: int) -> tuple[int, int]:
        """The first and last frame that playing on from here shows; at the end where it goes on from, it is over."""
        return 0, self.place.frame_count - 1

    def say_that_it_ends(self, way: int) -> None:
        """There is nothing to play from here."""
        ends, other = ("ends", "B plays backward") if way == FORWARD else ("begins", "space plays forward")
        self.say(f"The video {ends} here; {other}.")

    def say_where_it_stops(self, way: int) -> None:
        """It has been played to an end, which is shown."""
        self.say(f"The video {'ends' if way == FORWARD else 'begins'} at frame {self.place.frame}.")

    def action_play_speed(self, steps: int) -> None:
        """Faster by so many steps, slower if negative: from a quarter to eight times."""
        self._speed = next_speed(self._speed, steps)
        if self._playback is not None:
            self._playback = self._playback.at_speed(self._speed, monotonic())
        self._say_how_it_plays()

    def stop_playing(self) -> None:
        """Stay at the frame that is shown."""
        self._playback = None
        if self._player is not None:
            self._player.stop()
            self._player = None

    def _play_on(self) -> None:
        playback = self._playback
        if playback is None or self.is_behind():
            return
        frame = playback.frame_at(monotonic())
        self.go_to(frame)
        if playback.is_over(frame):
            self.stop_playing()
            self.say_where_it_stops(playback.way)

    def _say_how_it_plays(self) -> None:
        if self._playback is None:
            self.say(f"Plays at {self._speed:g}x: space forward, B backward.")
        else:
            way = "forward" if self._playback.way == FORWARD else "backward"
            self.say(f"Playing {way} at {self._speed:g}x: . faster, comma slower, any other key stops.")
