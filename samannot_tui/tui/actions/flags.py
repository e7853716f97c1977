"""Actions that go to doubtful masks, and the news of them."""

from dataclasses import dataclass

from textual.message import Message
from textual.timer import Timer

from samannot_tui.jobs.flagging import FlagNews, Trouble
from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.tui.actions.labelling import LabellingActions
from samannot_tui.tui.actions.moving import MovingActions
from samannot_tui.tui.screens.flags import FlagsScreen
from samannot_tui.tui.widgets.message_line import MessageLine

REST = 0.5
"""Seconds after a change before it is looked at: a run makes one more often, and changes follow each other."""


class FlagActions(LabellingActions, MovingActions):
    """Flags are looked for beside all else, whenever the annotation has changed."""

    _flag_timer: Timer | None = None

    @dataclass
    class FlagsFound(Message):
        """What is known of flags now."""

        news: FlagNews

    def look_for_flags_soon(self) -> None:
        """The annotation has changed."""
        if self._flag_timer is None:
            self._flag_timer = self.set_timer(REST, self.look_for_flags)

    def look_for_flags(self) -> None:
        self._flag_timer = None
        place = self.place
        annotation = Annotation.of(place.live, place.state.labels)
        self.client.look_for_flags(annotation, lambda news: _post(self, self.FlagsFound(news)))

    def take_in_flags(self, news: FlagNews) -> None:
        if isinstance(news, Trouble):
            self.warn(news.sentence)
            return
        self.place.flags = news
        self.show_place()

    def action_seek_flagged(self, way: int) -> None:
        """To the next (`way` 1) or previous (-1) flagged frame of the active label; the reason is told."""
        place, label = self.place, self.require_label().id
        frames = place.flagged(label)
        ahead = frames[frames > place.frame] if way > 0 else frames[frames < place.frame][::-1]
        if not ahead.size:
            self.say(
                f"There is no doubtful mask of {place.name_of(label)} {'after' if way > 0 else 'before'} this frame."
            )
            return
        self.go_to(int(ahead[0]))
        self._tell_why(label)

    def _tell_why(self, label: int) -> None:
        flag = self.place.flag_at(label, self.place.frame)
        if flag is not None:
            # What does not fit is cut off: with every step to the next one a notification would cover the picture.
            self.query_one(MessageLine).say(f"{flag.doubt:.0%} doubtful: {flag.words}.")

    async def action_flags(self) -> None:
        # Waited for, so that keys which follow at once are the dialog's.
        await self.app.push_screen(FlagsScreen(self.place, self.submit), self._go_to_flagged)

    def _go_to_flagged(self, cell: tuple[int, int] | None) -> None:
        if cell is not None:
            label, frame = cell
            self.pick_label(label)
            self.go_to(frame)
            self._tell_why(label)


def _post(screen: FlagActions, message: Message) -> None:
    screen.post_message(message)
