"""The replay: the workspace as it was, event by event, at the frame and label that each event is about."""

from collections.abc import Callable
from time import monotonic
from typing import ClassVar, Literal, get_args

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer

from samannot_tui.errors import InputError
from samannot_tui.graphics.terminal import Terminal
from samannot_tui.media.source import FrameSource
from samannot_tui.monitor import Reading
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.state import step_of
from samannot_tui.session.subject import subject
from samannot_tui.session.times import local_time, typed_moment
from samannot_tui.tui.bindings import Topic, in_order
from samannot_tui.tui.client import Client
from samannot_tui.tui.playback import next_speed
from samannot_tui.tui.replay_bindings import PLAYER_ACTIONS, REPLAY_NOTES, REPLAY_TOPICS
from samannot_tui.tui.replay_client import ReplayClient
from samannot_tui.tui.schedule import REPLAY_SPEEDS, Schedule
from samannot_tui.tui.screens.workspace import Workspace
from samannot_tui.tui.typed_number import whole_number
from samannot_tui.tui.widgets.history import HistoryPane
from samannot_tui.tui.widgets.message_line import MessageLine
from samannot_tui.tui.widgets.player_line import PlayerLine, PlayerStatus
from samannot_tui.tui.widgets.resources import ResourcePane

LOOKS_A_SECOND = 20
Kind = Literal["deed", "run", "prompt", "edit"]
KINDS: dict[Kind, tuple[type[AnyEvent], ...]] = {
    "deed": tuple(set(get_args(AnyEvent)) - {ev.RunProgressed, ev.RunEnded, ev.MaskPredicted, ev.EventLost}),
    "run": (ev.RunStarted,),
    "prompt": (ev.PromptAdded, ev.PromptRemoved),
    "edit": (ev.MaskEdited, ev.MarkedAbsent, ev.MasksReassigned, ev.MasksCleared, ev.Imported),
}
WORDS: dict[Kind, str] = {"deed": "deed", "run": "run", "prompt": "prompt", "edit": "mask made by a person"}


class ReplayWorkspace(Workspace, inherit_bindings=False):
    """Goes from event to event, by keys or by the clock. Nothing that would change the session has a key here."""

    TOPICS: ClassVar[tuple[Topic, ...]] = REPLAY_TOPICS
    NOTES: ClassVar[str] = REPLAY_NOTES
    BINDINGS: ClassVar[list[BindingType]] = [*in_order(REPLAY_TOPICS)]
    client: ReplayClient

    def __init__(
        self, client: Client, source: FrameSource, terminal: Terminal, read_machine: Callable[[], Reading]
    ) -> None:
        assert isinstance(client, ReplayClient), "a replay needs the past"
        super().__init__(client, source, terminal, read_machine)
        self._past = client.past
        self._schedule = Schedule(client.past.seconds)
        self._speed = 1.0
        self._wanted = self.seq
        self._is_moving = False
        self._clock: Timer | None = None
        self._since = (self.seq, 0.0)
        self._look_at_event()

    @property
    def seq(self) -> int:
        """The event after which the annotation is shown."""
        return self.place.state.last_seq

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            if isinstance(widget, MessageLine):
                yield PlayerLine(self._status)
            if isinstance(widget, ResourcePane):
                yield HistoryPane(self._past.history)
                widget.display = False
            yield widget

    def _after_first_paint(self) -> None:
        super()._after_first_paint()
        self._tell()

    @property
    def is_playing(self) -> bool:
        return self._clock is not None

    @property
    def _status(self) -> PlayerStatus:
        moment = self._past.seconds[self.seq - 1] if self.seq else None
        return PlayerStatus(self.seq, self._past.last_seq, moment, self._speed, self.is_playing)

    def about_to(self, action: str) -> None:
        """Any other key leaves a replay playing, but for those that move about in it."""
        if action in PLAYER_ACTIONS and action not in ("play_replay", "replay_speed"):
            self._pause()

    def action_play_replay(self) -> None:
        if self.is_playing:
            self._pause()
        elif self.seq == self._past.last_seq:
            self.say("The replay ends here; Home goes to its beginning.")
        else:
            self._since = (self.seq, monotonic())
            self._clock = self.set_interval(1 / LOOKS_A_SECOND, self._play_on)
        self._show_player()

    def action_replay_speed(self, steps: int) -> None:
        """Faster by so many steps, slower if negative: from a quarter to 64 times."""
        self._speed = next_speed(self._speed, steps, REPLAY_SPEEDS)
        self._since = (self.seq, monotonic())
        self._show_player()

    def action_step_event(self, events: int) -> None:
        # From where a held key is on its way to.
        self.go_to_event(self._wanted + events)

    def action_seek_event(self, where: str) -> None:
        self.go_to_event(0 if where == "first" else self._past.last_seq)

    def action_seek_kind(self, kind: Kind, way: int) -> None:
        """To the next (`way` 1) or previous (-1) event of a kind."""
        history, here = self._past.history, self._wanted
        found = range(here + 1, len(history) + 1) if way > 0 else range(here - 1, 0, -1)
        for seq in found:
            if isinstance(history[seq - 1], KINDS[kind]) and (kind != "deed" or _begins(history[seq - 1])):
                self.go_to_event(seq)
                return
        self.say(f"There is no {WORDS[kind]} {'after' if way > 0 else 'before'} this event.")

    def action_goto_event(self) -> None:
        last = self._past.last_seq
        self.ask("Go to event or time", self._answer_goto_event, example=f"0 to {last}, 14:05 or 2026-11-21T14:05:30")

    def _answer_goto_event(self, text: str) -> None:
        """Raises InputError where the answer is neither an event's number nor a time."""
        number = whole_number(text)
        if number is not None:
            self.go_to_event(self._past.require(number))
            return
        near = self._status.moment or (self._past.seconds[0] if self._past.last_seq else None)
        self.go_to_event(self._past.seq_at(typed_moment(text, near)))

    @on(PlayerLine.Seek)
    def _seek_event(self, message: PlayerLine.Seek) -> None:
        self._pause()
        self.go_to_event(message.seq)

    def go_to_event(self, seq: int) -> None:
        """Show the annotation as it was after event `seq`, the nearest one where it does not exist."""
        self._wanted = min(max(seq, 0), self._past.last_seq)
        if not self._is_moving and self._wanted != self.seq:
            self._is_moving = True
            self.carry_out(self._move())

    async def _move(self) -> None:
        """Go where is wanted by the time that it can be gone to: a held key leaves out what it passes."""
        try:
            while self._wanted != self.seq:
                await self.client.go_to(self._wanted)
                self._arrive()
        except InputError:
            self._pause()
            self._wanted = self.seq
            raise
        finally:
            self._is_moving = False

    def _arrive(self) -> None:
        place = self.place
        place.follower = self.client.follower
        place.picked = None
        self._look_at_event()
        self.show_place()
        self._tell()

    def _look_at_event(self) -> None:
        """Go to the frame and label that the event is about, where it is about any."""
        if not self.seq:
            return
        place, event = self.place, self._past.history[self.seq - 1]
        about = subject(event, place.state)
        known = [label for label in about.labels if label in place.state.labels]
        if known and place.label not in about.labels:
            place.keep(label=known[0])
        if place.active is None:
            place.keep(label=max(place.state.labels, default=None))
        frame = self._newest_frame(event) if isinstance(event, ev.RunProgressed) else about.frame
        if frame is not None:
            place.keep(frame=frame)

    def _newest_frame(self, event: ev.RunProgressed) -> int | None:
        """The frame that a run was at: that of its last mask."""
        index = self.place.live.index
        records = index.of_run(event.run, 0, event.log_length)
        return int(index.frame[records[-1]]) if len(records) else None

    def _play_on(self) -> None:
        if self._is_moving or self.is_behind():
            return
        begun, since = self._since
        due = self._schedule.due(begun, (monotonic() - since) * self._speed)
        self.go_to_event(due)
        if due == self._past.last_seq:
            self._pause()

    def _pause(self) -> None:
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        if self.is_mounted:
            self._show_player()

    def _show_player(self) -> None:
        self.query_one(PlayerLine).show(self._status)

    def _tell(self) -> None:
        """What the event was, in words; in the line itself, since it changes with every event."""
        self._show_player()
        history, labels = self.query_one(HistoryPane), self.place.state.labels
        history.show_event(self.seq, labels)
        words = "Before the first event: space plays."
        if self.seq:
            words = f"{local_time(self._past.seconds[self.seq - 1])[11:]}  {history.words(self.seq, labels)}"
        self.query_one(MessageLine).say(words)

    def press(self, x: float, y: float, opposite: bool) -> None:
        """Raises InputError: there is nothing to place in a replay."""
        self.require_writable()


def _begins(event: AnyEvent) -> bool:
    """Does a person's deed begin with it?"""
    return isinstance(event, ev.Undone | ev.Redone) or step_of(event) in (event.seq, None)
