"""Things kept within a budget."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

TERMINAL_BYTES = 150 * 1024**2
"""Of pixels that the terminal may hold; kitty drops images itself at about 190 MB (facts/terminal.md)."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Values by key, each with a cost; what was not asked for the longest is the first to go.

    Attributes:
        budget: what all values together should cost at most.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._spent = 0

    def __contains__(self, key: Key) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[Key]:
        """The keys, the one not asked for the longest first; of a copy, so that any may be dropped meanwhile."""
        return iter([*self._values])

    def get(self, key: Key) -> Value | None:
        """The value, which from now on is the last to go."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key][0]

    def peek(self, key: Key) -> Value:
        """The value of a key that has one, without delaying its end."""
        return self._values[key][0]

    def put(self, key: Key, value: Value, cost: int) -> None:
        """Keep a value under a key that has none."""
        self._values[key] = value, cost
        self._spent += cost

    def drop(self, key: Key) -> Value:
        value, cost = self._values.pop(key)
        self._spent -= cost
        return value

    def clear(self) -> None:
        self._values.clear()
        self._spent = 0

    def beyond_budget(self, needed: int) -> Iterator[Key]:
        """Keys to drop, and to be dropped one by one, until the rest fits or only the `needed` last ones are left."""
        while self._spent > self.budget and len(self._values) > needed:
            yield next(iter(self._values))
