"""tmux between the app and its terminals: what it tells about them, and how something gets past it.

tmux draws text itself and drops all that it does not know. With its option allow-passthrough it hands wrapped text
on to the terminals that show the pane, as it is. What they answer goes to the pane that is active there, whoever
asked. Reference: tmux(1).
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace

from samannot_tui.graphics.terminal import Answers, Size

PATIENCE = 2.0
"""Seconds for tmux to answer: it is on this machine."""
SEPARATOR = "\t"
PANE = ("window_id", "pane_active", "window_zoomed_flag", "allow-passthrough")
CLIENT = (
    "window_id",
    "client_control_mode",
    "client_pid",
    "client_cell_width",
    "client_cell_height",
    "client_termfeatures",
    "client_termtype",
)
OFF = ("0", "off")


@dataclass(frozen=True)
class Client:
    """A terminal that shows the pane.

    Attributes:
        process: the id of tmux' process there: another one is another terminal, with none of our pictures.
        name: the terminal's name and version as it told tmux (XTVERSION), "" if it has not.
        cell: (width, height) of its cells in pixels, None unknown.
        sixel: tmux draws sixels there.
    """

    process: int
    name: str
    cell: Size | None
    sixel: bool = False


@dataclass(frozen=True)
class Pane:
    """The pane that the app runs in.

    Attributes:
        is_active: it gets the keys of its window, and with them the terminals' answers.
        passes_on: allow-passthrough is on for it.
        clients: the terminals that show it; none when nobody looks.
    """

    is_active: bool
    passes_on: bool
    clients: tuple[Client, ...]

    @property
    def name(self) -> str:
        """The name that all terminals have in common, "" where they have none."""
        names = {client.name for client in self.clients}
        return names.pop() if len(names) == 1 else ""


def passed_on(text: str) -> str:
    """Text wrapped so that tmux hands it on to the terminal."""
    return "\x1bPtmux;" + text.replace("\x1b", "\x1b\x1b") + "\x1b\\"


def look(environ: Mapping[str, str]) -> Pane | None:
    """Ask tmux about the app's pane, which takes milliseconds: not for the event loop. None if it does not tell."""
    pane = environ.get("TMUX_PANE")
    if not environ.get("TMUX") or not pane:
        return None
    command = ["tmux", "display-message", "-p", "-t", pane, _format(PANE), ";", "list-clients", "-F", _format(CLIENT)]
    try:
        told = subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        return None
    return read_pane(told.stdout.decode("utf-8", "replace"))


def read_pane(told: str) -> Pane | None:
    """What tmux says in answer to `look`: a line about the pane, then one about each client of any window."""
    first, *others = [line.split(SEPARATOR) for line in told.splitlines()] or [[]]
    if len(first) != len(PANE):
        return None
    window, active, zoomed, passthrough = first
    clients = tuple(_client(line) for line in others if len(line) == len(CLIENT) and line[:2] == [window, "0"])
    hidden = zoomed == "1" and active == "0"
    # Before tmux 3.3 there was no such option, and everything was passed on.
    return Pane(active == "1", passthrough not in OFF, () if hidden else clients)


def answers_through(pane: Pane, answers: Answers) -> Answers:
    """What tmux answered itself, with what holds of the terminals that show the pane now."""
    cells = {client.cell for client in pane.clients}
    cell = cells.pop() if len(cells) == 1 else None
    sixel = answers.sixel and all(client.sixel for client in pane.clients)
    return replace(answers, passes_on=pane.passes_on, name=pane.name, cell=cell or answers.window_cell, sixel=sixel)


def _client(line: list[str]) -> Client:
    _, _, process, width, height, features, name = line
    size = tuple(int(number) if number.isascii() and number.isdigit() else 0 for number in (width, height))
    return Client(int(process), name, (size[0], size[1]) if all(size) else None, "sixel" in features.split(","))


def _format(fields: tuple[str, ...]) -> str:
    return SEPARATOR.join(f"#{{{field}}}" for field in fields)
