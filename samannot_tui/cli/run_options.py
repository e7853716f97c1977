"""Options that say what `propagate` runs over, and the requests that they stand for."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from samannot_tui.errors import InputError
from samannot_tui.session.state import State
from samannot_tui.text import printable

if TYPE_CHECKING:
    from samannot_tui.engine.planner import RunRequest
    from samannot_tui.jobs.opening import Opened

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True)
class RunOptions:
    """What was given on the command line. With `start` it is what a person asks for in the app on that frame;
    without, the whole video from every label's first source, or the blocks of it that are named."""

    start: int | None
    direction: Literal["forward", "backward", "both"]
    labels: tuple[str, ...]
    frames: int | None
    all_blocks: bool
    blocks: str | None

    def __post_init__(self) -> None:
        """Raises: InputError: options that do not go together, or no range of blocks."""
        if self.start is None and (self.frames is not None or self.all_blocks):
            raise InputError("--frames and --all count from a frame: give --from too.")
        if self.start is not None and self.blocks is not None:
            raise InputError("--from and --blocks exclude each other; give one of them.")
        if self.frames is not None and self.all_blocks:
            raise InputError("--frames and --all exclude each other; give one of them.")
        if self.blocks is not None:
            _numbers(self.blocks)

    def labels_asked_for(self, state: State) -> tuple[int, ...] | None:
        """Ids of the labels that were named; None where none was.

        Raises:
            InputError: there is no label of that id or name.
        """
        return tuple(_label(given, state) for given in self.labels) or None

    def request(self, state: State) -> "RunRequest | None":
        """The one request from a frame on; None where there is none. Raises as `labels_asked_for`."""
        from samannot_tui.engine.planner import Extent, RunRequest

        if self.start is None:
            return None
        extent: Extent = "all" if self.all_blocks else self.frames or "block"
        return RunRequest(self.start, self.direction, self.labels_asked_for(state), extent=extent)

    def requests(self, opened: "Opened") -> Iterable["RunRequest"]:
        """All of them, each to be planned in its turn.

        Raises:
            InputError: there is no such label or block, or nothing to start from.
        """
        from samannot_tui.engine.video import plan_video

        session = opened.session
        if request := self.request(session.state):
            return (request,)
        return plan_video(
            session.state,
            session.live,
            session.manifest.frame_count,
            labels=self.labels_asked_for(session.state),
            blocks=None if self.blocks is None else _numbers(self.blocks),
            direction=None if self.direction == "both" else self.direction,
        )


def run_options(command: _F) -> _F:
    """Add the options of RunOptions to a command."""
    for option in (
        click.option("--blocks", metavar="A..B", help="Write in these blocks only, counted from 1 as on the screen."),
        click.option("--all", "all_blocks", is_flag=True, help="From --from on, block after block to the end."),
        click.option("--frames", type=click.IntRange(1), metavar="N", help="So many frames from --from on."),
        click.option(
            "--from", "start", type=click.IntRange(0), metavar="FRAME", help="Run from this frame on, in its block."
        ),
        click.option("--labels", multiple=True, metavar="ID|NAME", help="Run this label only; may be given again."),
        click.option("--direction", type=click.Choice(("forward", "backward", "both")), default="both"),
    ):
        command = option(command)
    return command


def _label(given: str, state: State) -> int:
    named = next((label.id for label in state.labels.values() if label.name == given), None)
    if named is None and given.isascii() and given.isdigit() and int(given) in state.labels:
        return int(given)
    if named is None:
        known = ", ".join(f"{label.id} {printable(label.name)}" for label in state.labels.values()) or "none"
        raise InputError(f"There is no label {printable(given)}; the session's labels are: {known}.")
    return named


def _numbers(blocks: str) -> range:
    """Numbers from 0."""
    match = re.fullmatch(r"([1-9][0-9]{0,8})(?:\.\.([1-9][0-9]{0,8}))?", blocks, re.ASCII)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if first > last:
        raise InputError(
            f"--blocks {printable(blocks)} is no range of blocks; give A..B, counted from 1, or one number."
        )
    return range(first - 1, last)
