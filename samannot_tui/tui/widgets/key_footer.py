"""The footer with the keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from textual import events
from textual.binding import ActiveBinding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget


@dataclass(frozen=True)
class FooterItem:
    """What stands in one place: keys as (key, how it is shown), and what they do."""

    keys: tuple[tuple[str, str], ...]
    description: str

    @property
    def columns(self) -> int:
        return Content(" ".join((*(shown for _, shown in self.keys), self.description))).cell_length


class KeyFooter(Widget):
    """One line, painted as such: Textual's makes a widget of every key anew with every change, 50 ms and more of work
    that the next key waits for. Of the keys that do not fit nothing is shown; a click presses a key.
    """

    DEFAULT_CSS = """
    KeyFooter { dock: bottom; height: 1; background: $footer-background; }
    """
    GAP = 1

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._repaint)

    def _repaint(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.refresh()

    @property
    def items(self) -> list[FooterItem]:
        """What is shown, from the left."""
        room, items = self.size.width, []
        for item in self._items():
            room -= item.columns
            if room < 0:
                break
            room -= self.GAP
            items.append(item)
        return items

    def render(self) -> Content:
        return Content(" " * self.GAP).join(self._painted(item) for item in self.items)

    def _painted(self, item: FooterItem) -> Content:
        keys = Content(" ").join(Content.styled(shown, "bold $footer-key-foreground") for _, shown in item.keys)
        return Content.assemble(keys, (f" {item.description}", "$footer-description-foreground"))

    def _items(self) -> Iterator[FooterItem]:
        """All of them, whether there is room or not; of several keys for one action the first is shown."""
        active = [each for each in self.screen.active_bindings.values() if each.binding.show]
        first = {each.binding.action: each for each in reversed(active)}
        in_order = [each for each in active if first[each.binding.action] is each]
        for group, bindings in groupby(in_order, lambda each: each.binding.group):
            if group is None:
                for each in bindings:
                    yield FooterItem((self._key(each),), each.binding.description)
            else:
                yield FooterItem(tuple(self._key(each) for each in bindings), group.description)

    def _key(self, active: ActiveBinding) -> tuple[str, str]:
        return active.binding.key, self.app.get_key_display(active.binding)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        at = 0
        for item in self.items:
            end = at + item.columns
            if at <= event.x < end:
                self.app.simulate_key(self._key_at(item, event.x - at))
            at = end + self.GAP

    def _key_at(self, item: FooterItem, x: int) -> str:
        """The key whose letters are there; on the words, the first."""
        at = 0
        for key, shown in item.keys:
            at += Content(shown).cell_length + 1
            if x < at:
                return key
        return item.keys[0][0]
