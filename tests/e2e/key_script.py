"""Key scripts: what somebody does to the app by keyboard, written down and played in tmux; see `bedroom.keys`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from tests.e2e.test_terminals import Tmux, until

Kind = Literal["press", "type", "wait", "gone"]


@dataclass(frozen=True)
class Action:
    """A line of a key script: keys to press, letters to type, or what the screen must show or not before it goes on."""

    kind: Kind
    text: str

    @property
    def presses(self) -> int:
        """Keys that go down."""
        return {"press": len(self.text.split()), "type": len(self.text)}.get(self.kind, 0)

    def play(self, terminal: Tmux, patience: float) -> None:
        match self.kind:
            case "press":
                terminal("send-keys", *self.text.split())
            case "type":
                terminal.type(self.text)
            case _:
                self._wait(terminal, patience)

    def _wait(self, terminal: Tmux, patience: float) -> None:
        try:
            until(lambda: (self.text in terminal.screen) == (self.kind == "wait"), f"{self.kind} {self.text}", patience)
        except AssertionError as error:
            raise AssertionError(f"{error}; the screen then:\n{terminal.screen}") from None


def read_key_script(path: Path) -> list[Action]:
    """One action a line; empty lines and those that begin with # are for the reader."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    actions = []
    for line in lines:
        kind, _, text = line.partition(" ")
        assert kind in get_args(Kind) and text, f"no action: {line}"
        actions.append(Action(kind, text))  # type: ignore[arg-type]
    return actions
